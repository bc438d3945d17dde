"""Notes by writers that no reader has seen: quality, honesty, speed, and what it is worth.

Opens the test part of the labelled notes (``notes_test.jsonl``), which nothing else opens: by
writers from whom no head learned and by whom none was chosen. The readers' labels, made from the
text alone, are taken for right; an abstention counts as a mistake. Prints a table of each part and
ends with one JSON object.

    python -m benchmarks.text [--customers 20099] [--skip-churn]
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.demo_ablation import features
from spanishgas_assets.demo import RetailerWorld, build_world
from spanishgas_assets.demo.population.many_hands import agreed_notes
from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text.embedding.encoder import SentenceEncoder, sentence_encoder
from spanishgas_assets.text.head.evaluation import evaluate
from spanishgas_assets.text.head.head_training import fit
from spanishgas_assets.text.head.labelled_file import (
    PACKAGED_NOTES,
    VALIDATION_WRITERS,
    read_labelled,
    reader_labels,
)
from spanishgas_assets.text.head.learning_curve import CURVE, learning_curve
from spanishgas_assets.text.head.linear_head import Head, added_logits, by_question, load_head
from spanishgas_assets.text.head.measures import macro_f1
from spanishgas_assets.text.head.note_features import Features, features_of
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

TEST_NOTES = Path(__file__).with_name("notes_test.jsonl")
CUSTOMERS = 20_099
SEEDS = (7, 8)
DISTINCT = 6_000
TRIES = 3
FOLDS = 5
#: The notes of the word lists' own tests.
LISTS_WRITER = "w00"

RULES = Readers(Intent.LEXICON, Sentiment.LEXICON)
DEFAULT = Readers(Intent.EMBEDDED, Sentiment.EMBEDDED)

_START = """
import time
start = time.perf_counter()
from spanishgas_assets.text.embedding.encoder import sentence_encoder
from spanishgas_assets.text.head.linear_head import load_head
imported = time.perf_counter()
sentence_encoder(), load_head()
print(imported - start, time.perf_counter() - start)
"""


def quality(test: pl.DataFrame, head: Head, encoder: SentenceEncoder) -> dict[str, float]:
    """Macro-F1 on the test writers, of the default and of the word lists."""
    found = evaluate(test, head, encoder)
    listed = enrich_notes(test.select(interaction_summary="text").lazy(), RULES).collect()
    by_lists = {
        f"{what}_macro_f1_lexicon": macro_f1(wanted, listed[column])
        for what, wanted, column in zip(
            ("intent", "sentiment"),
            reader_labels(test),
            ("customer_intent", "sentiment_label"),
            strict=True,
        )
    }
    print(f"\n{test.height:,} notes of {test['writer'].n_unique()} unseen writers")
    for name, figure in (found | by_lists).items():
        print(f"  {name:36}{figure:9.3f}")
    return {
        "intent_macro_f1_strangers": found["intent_macro_f1"],
        "sentiment_macro_f1_strangers": found["sentiment_macro_f1"],
        **{name: figure for name, figure in found.items() if name[-3:] in ("_es", "_en", "_ca")},
        "catalan_macro_f1": found["intent_macro_f1_ca"],
        **{
            name: found[name]
            for name in (
                "intent_macro_f1_forced",
                "expected_calibration_error",
                "abstained",
                "intent_kappa",
                "sentiment_kappa",
            )
            if name in found
        },
        **{name: round(figure, 4) for name, figure in by_lists.items()},
    }


def side_by_side(encoder: SentenceEncoder) -> dict[str, float]:
    """Macro-F1 on writers left out of training: each block of features, both, and the word lists.

    They are the validation writers, or all but those of the word lists' notes where these are not
    there yet, each read by a head that learned from the others.
    """
    notes = read_labelled(PACKAGED_NOTES)
    every = features_of(notes["text"], encoder)
    judges = [writer for writer in VALIDATION_WRITERS if writer in notes["writer"]]
    unseen = notes["writer"].is_in(judges or notes["writer"].unique().to_list()).to_numpy()
    unseen &= (notes["writer"] != LISTS_WRITER).to_numpy()
    wanted = reader_labels(notes.filter(unseen))
    print(f"\n{unseen.sum():,} notes of writers left out        intent  sentiment")
    result: dict[str, float] = {}
    scores = _scores_of(notes, every, unseen, wanted)
    listed = enrich_notes(
        notes.filter(unseen).select(interaction_summary="text").lazy(), RULES
    ).collect()
    scores["rules"] = {
        "intent": macro_f1(wanted[0], listed["customer_intent"]),
        "sentiment": macro_f1(wanted[1], listed["sentiment_label"]),
    }
    for name, found in scores.items():
        result |= {f"left_out_{what}_{name}": round(score, 4) for what, score in found.items()}
        print(f"  {name:36}{found['intent']:9.3f}{found['sentiment']:9.3f}")
    return result


def _scores_of(
    notes: pl.DataFrame,
    every: Features,
    unseen: Any,
    wanted: tuple[pl.Series, pl.Series],
) -> dict[str, dict[str, float]]:
    """Measure a head and each of its two regressions alone, each writer left out in turn."""
    silent = {"embeddings": "runs", "letters": "vectors", "both": ""}
    logits = {name: np.zeros((notes.height, len(INTENTS) + len(SENTIMENTS))) for name in silent}
    for writer in notes["writer"].filter(pl.Series(unseen)).unique().sort():
        out = (notes["writer"] == writer).to_numpy()
        learned = notes.filter(~out)
        weights = fit(learned, every.rows(~out), np.ones(learned.height))
        for name, other in silent.items():
            bias = weights["bias"].copy()
            heard = weights | {"bias": bias}
            if other:
                heard[other] = np.zeros_like(weights[other])
                bias[["vectors", "runs"].index(other)] = 0
            logits[name][out] = added_logits(every.rows(out), **heard)
    return {name: _macro_f1(its[unseen], wanted) for name, its in logits.items()}


def _macro_f1(logits: Any, wanted: tuple[pl.Series, pl.Series]) -> dict[str, float]:
    questions = zip(
        ("intent", "sentiment"), wanted, (INTENTS, SENTIMENTS), by_question(logits), strict=True
    )
    return {
        what: macro_f1(right, pl.Series([classes[place] for place in its.argmax(axis=1)]))
        for what, right, classes, its in questions
    }


def speed(test: pl.DataFrame, encoder: SentenceEncoder) -> dict[str, float]:
    """Distinct notes a second, and seconds until the first note can be read."""
    texts = pl.concat([read_labelled(PACKAGED_NOTES)["text"], test["text"]]).unique()
    rounds = -(-DISTINCT // texts.len())
    # A note again under another number is another text: every one has to be encoded.
    distinct = pl.concat(
        [(texts + f" {number}").alias("interaction_summary") for number in range(rounds)]
    )[:DISTINCT]
    encoder.encode(texts[:100].to_list())
    seconds = _fastest(lambda: enrich_notes(distinct.to_frame().lazy(), DEFAULT).collect())
    starts = [
        subprocess.run([sys.executable, "-c", _START], check=True, capture_output=True, text=True)
        for _ in range(TRIES)
    ]
    imported, ready = (
        min(float(start.stdout.split()[place]) for start in starts) for place in (0, 1)
    )
    letters = float(distinct.str.len_chars().mean())  # type: ignore[arg-type]
    print(
        f"\n{DISTINCT:,} distinct notes of {letters:.0f} letters: {DISTINCT / seconds:,.0f} a "
        f"second; imported in {imported:.2f} s, ready to read after {ready:.2f} s"
    )
    return {
        "notes_per_s_distinct": round(DISTINCT / seconds),
        "import_s": round(imported, 2),
        "ready_s": round(ready, 2),
    }


def weekly_run(customers: int) -> dict[str, float]:
    """Seconds that the default adds to a run of the demo retailer whose notes are all new."""
    notes = build_world(customers, SEEDS[0]).interaction.select("interaction_summary").lazy()

    def read(readers: Readers) -> None:
        with tempfile.TemporaryDirectory() as store:
            enrich_notes(notes, readers, cache=ScoreCache(open_store(store))).collect()

    extra = _fastest(lambda: read(DEFAULT)) - _fastest(lambda: read(RULES))
    print(f"\na weekly run of {customers:,} customers: {extra:+.1f} s")
    return {"weekly_run_extra_s": round(extra, 2)}


def churn(test: pl.DataFrame, customers: int) -> dict[str, Any]:
    """PR-AUC of the churn model where the test writers wrote the notes, by who reads them."""
    scores: dict[str, list[float]] = {"rules": [], "default": [], "truth": []}
    for seed in SEEDS:
        world = build_world(customers, seed, agreed_notes(test))
        for name, readers in (("rules", RULES), ("default", DEFAULT), ("truth", None)):
            scores[name].append(_pr_auc(world if readers is None else _as_read(world, readers)))
    found = {name: round(float(np.mean(values)), 4) for name, values in scores.items()}
    print(f"\nPR-AUC of the churn model, {customers:,} customers, notes by unseen writers")
    for name, value in found.items():
        print(f"  read by {name:12}{value:8.3f}")
    return {"churn_pr_auc_many_hands": found}


def _as_read(world: RetailerWorld, readers: Readers) -> RetailerWorld:
    """Put what a reader makes of the notes in the place of the truth."""
    read = enrich_notes(world.interaction.drop("intent", "sentiment").lazy(), readers).collect()
    told = read.rename({"customer_intent": "intent", "sentiment_label": "sentiment"})
    return dataclasses.replace(world, interaction=told.select(world.interaction.columns))


def _pr_auc(world: RetailerWorld) -> float:
    """PR-AUC of E5, pooled over five folds."""
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import StratifiedKFold
    from xgboost import XGBClassifier

    label = world.customer["churn"].to_numpy()
    matrix = features(world)["E5"]
    chance = np.empty(len(label))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=42)
    for learn, unseen in folds.split(matrix, label):
        model = XGBClassifier(
            n_estimators=400, learning_rate=0.03, max_depth=3, subsample=0.8,
            colsample_bytree=0.7, n_jobs=2, tree_method="hist", random_state=42,
        )  # fmt: skip
        model.fit(matrix[learn], label[learn])
        chance[unseen] = model.predict_proba(matrix[unseen])[:, 1]
    return float(average_precision_score(label, chance))


def curve(test: pl.DataFrame, encoder: SentenceEncoder) -> dict[str, float]:
    """Macro-F1 on each test writer's other notes after some labels of their own."""
    found = learning_curve(read_labelled(PACKAGED_NOTES), test, encoder)
    print("\nlabels of one's own   intent  sentiment (mean of the unseen writers)")
    for labels, (intent, sentiment) in found.items():
        print(f"  {labels:18}{intent:9.3f}{sentiment:9.3f}")
    return {f"intent_macro_f1_own_{labels}": round(found[labels][0], 4) for labels in CURVE}


def _fastest(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(TRIES):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Run everything and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--skip-churn", action="store_true", help="leave out the churn model")
    options = parser.parse_args()
    test, head, encoder = read_labelled(TEST_NOTES), load_head(), sentence_encoder()
    result: dict[str, Any] = quality(test, head, encoder) | side_by_side(encoder)
    result |= speed(test, encoder) | weekly_run(options.customers) | curve(test, encoder)
    if not options.skip_churn:
        result |= churn(test, options.customers)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
