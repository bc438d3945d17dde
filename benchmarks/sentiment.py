"""Sentiment and intent: speed against the plain pipeline, and agreement with people's labels.

No model can be downloaded here, so one of the size of RoBERTa-base is made: random weights, and a
last layer fitted to the sentiments of the notes, which makes it about as sure of its labels as a
trained one. Its labels mean little, but they cost what real ones cost, and must come out the same.

Both score one drop of notes: the pipeline every note, the platform with nothing remembered from
earlier drops. The platform is timed before and after the pipeline. Prints a table of each part and
ends with one JSON object.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.demo import build_world
from spanishgas_assets.settings import Intent, Precision, Sentiment
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text.intent import read_intents
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.lexicon import Lexicon
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.score_cache import SCORES, ScoreCache
from spanishgas_assets.text.sentiment_scores import score_sentiment
from spanishgas_assets.text.transformer import Transformer
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS
from spanishgas_assets_tests.text.labelled_notes import labelled_notes

CUSTOMERS = 20_099
SEED = 7
INTENT_NOTES = 1_000_000
LEXICON_NOTES = 100_000
TRIES = 2


def timed(work: Callable[[], Any], tries: int = 1) -> tuple[float, Any]:
    """Seconds, of the fastest try, and result of some work."""
    fastest = float("inf")
    for _ in range(tries):
        start = time.perf_counter()
        result = work()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest, result


def drop_of_notes(distinct: int) -> pl.Series:
    """Notes of the demo retailer: some texts with all their notes, in the drop's order."""
    texts = build_world(CUSTOMERS, SEED).interaction["interaction_summary"]
    # One text in so many, of the often and the seldom written, of the short and the long alike.
    ranked = texts.value_counts(name="notes").sort(
        "notes", pl.col(texts.name).str.len_chars(), texts.name
    )
    step = ranked.height // distinct
    repeats = texts.len() / ranked.height
    chosen = min(
        (ranked.gather_every(step, start) for start in range(step)),
        key=lambda some: abs(float(some["notes"].mean()) - repeats),  # type: ignore[arg-type]
    )
    drop = texts.filter(texts.is_in(chosen[texts.name].implode()))
    print(
        f"{drop.len():,} notes, {drop.len() / chosen.height:.2f} of each text "
        f"(all of the retailer's: {repeats:.2f})"
    )
    return drop


def write_model(folder: Path, notes: pl.Series) -> str:
    """A RoBERTa of the usual size with random weights, a tokenizer trained on the notes."""
    import tokenizers
    import torch
    import transformers
    from transformers.utils.logging import disable_progress_bar

    torch.manual_seed(SEED)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    words = tokenizers.ByteLevelBPETokenizer()
    words.train_from_iterator(
        notes.to_list(),
        vocab_size=4_000,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    )
    words.save_model(str(folder))
    tokenizer = transformers.RobertaTokenizerFast(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt")
    )
    tokenizer.save_pretrained(folder)
    network = transformers.RobertaForSequenceClassification(
        transformers.RobertaConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=514,
            type_vocab_size=1,
            # The spread of trained weights: the default one makes all texts look alike.
            initializer_range=0.04,
            id2label=dict(enumerate(SENTIMENTS)),
            label2id={label: place for place, label in enumerate(SENTIMENTS)},
        )
    )
    network.train(mode=False)
    fit_last_layer(network, tokenizer, notes.unique(maintain_order=True))
    network.save_pretrained(folder)
    return str(folder)


def fit_last_layer(network: Any, tokenizer: Any, texts: pl.Series) -> None:
    """Teach the last layer the lexicon's sentiments, from what the other layers make of texts."""
    import numpy as np
    import torch
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    sentiments = Lexicon().score(texts).select(pl.concat_list(SCORES).list.arg_max()).to_series()
    pieces = []
    with torch.inference_mode():
        for batch in texts.to_frame("text").iter_slices(16):
            encoded = tokenizer(batch["text"].to_list(), padding=True, return_tensors="pt")
            first = network.roberta(**encoded).last_hidden_state[:, 0]
            pieces.append(torch.tanh(network.classifier.dense(first)).numpy())
    seen = np.concatenate(pieces)
    main = PCA(min(100, len(seen) - 1)).fit(seen)
    fitted = LogisticRegression(max_iter=2_000).fit(main.transform(seen), sentiments)
    weight = fitted.coef_ @ main.components_
    with torch.no_grad():
        network.classifier.out_proj.weight.copy_(torch.tensor(weight))
        network.classifier.out_proj.bias.copy_(
            torch.tensor(fitted.intercept_ - weight @ main.mean_)
        )


def pipeline_labels(model: str, notes: pl.Series) -> pl.Series:
    """Labels by the library's own pipeline, texts as they come."""
    from transformers import pipeline

    plain = pipeline("text-classification", model=model, batch_size=32, truncation=True)
    return pl.Series([answer["label"] for answer in plain(notes.to_list())])


def our_labels(scorer: Transformer, notes: pl.Series) -> pl.Series:
    """Labels by the platform, its memory empty."""
    texts = notes.alias("text").to_frame()
    distinct = texts.unique(maintain_order=True).with_columns(language=pl.lit("en"))
    with tempfile.TemporaryDirectory() as store:
        cache = ScoreCache(open_store(store))
        sentiments = score_sentiment(distinct, {"en": scorer}, "transformers", cache=cache)
    return texts.join(distinct.hstack(sentiments), on="text", how="left", maintain_order="left")[
        "sentiment_label"
    ]


def transformer_speed(distinct: int) -> dict[str, float]:
    """Speed of each precision against the pipeline, and the agreement of their labels."""
    drop = drop_of_notes(distinct)
    texts = drop.unique(maintain_order=True)
    with tempfile.TemporaryDirectory() as folder:
        model = write_model(Path(folder), drop)
        scorers = {precision: Transformer(model, precision) for precision in Precision}
        before = {key: timed(partial(our_labels, s, drop)) for key, s in scorers.items()}
        plain_seconds, expected = timed(partial(pipeline_labels, model, drop))
        after = {key: timed(partial(our_labels, s, drop)) for key, s in scorers.items()}
        exact = scorers[Precision.FP32].score(texts)
        moved = {
            precision: largest_move_of_a_gap(
                exact, Transformer(model, precision, close_call=0.0).score(texts)
            )
            for precision in Precision
        }
    sure = exact.select(pl.max_horizontal(SCORES).mean()).item()
    print(f"highest score, mean: {sure:.2f}")
    heads = ["notes/s", "speed-up", "agreement", "gap moved by"]
    print(f"{'':12}" + "".join(f"{head:>14}" for head in heads))
    print(f"{'pipeline':12}{drop.len() / plain_seconds:14.1f}")
    result: dict[str, float] = {}
    for key, (first, labels) in before.items():
        seconds = (first + after[key][0]) / 2
        speedup, agreement = plain_seconds / seconds, float((labels == expected).sum() / drop.len())
        print(
            f"{key:12}{drop.len() / seconds:14.1f}{speedup:14.1f}{agreement:14.2%}"
            f"{moved[key]:14.4f}"
        )
        result |= {
            f"speedup_{key}": round(speedup, 1),
            f"agreement_{key}": round(agreement, 4),
        }
    best = max(Precision, key=lambda its: (result[f"agreement_{its}"], result[f"speedup_{its}"]))
    print(f"the fastest of those that agree most: {best}")
    return {
        "speedup_vs_pipeline": result[f"speedup_{best}"],
        "label_agreement": result[f"agreement_{best}"],
        **result,
    }


def largest_move_of_a_gap(exact: pl.DataFrame, rough: pl.DataFrame) -> float:
    """How far two scores of one text come nearer to, or farther from, each other."""
    errors = exact.select(pl.col(name) - rough[name] for name in SCORES)
    return float(errors.select(pl.max_horizontal(SCORES) - pl.min_horizontal(SCORES)).max().item())


def word_speed() -> dict[str, float]:
    """Notes a second of intent and lexicon, every text another one."""
    notes = build_world(CUSTOMERS, SEED).interaction["interaction_summary"]
    drawn = notes.sample(INTENT_NOTES, with_replacement=True, seed=SEED)
    distinct = (
        drawn.alias("text")
        .to_frame()
        .with_row_index("number")
        .select(text=pl.format("{} {}", "text", "number"))
    )
    languages, spoken = timed(lambda: read_languages(distinct["text"]), TRIES)
    intents, _ = timed(lambda: read_intents(distinct.with_columns(spoken)), TRIES)
    everything, _ = timed(
        lambda: enrich_notes(
            drawn.alias("interaction_summary").to_frame().lazy(),
            Readers(Intent.LEXICON, Sentiment.OFF),
        ).collect(),
        TRIES,
    )
    lexicon, _ = timed(lambda: Lexicon().score(distinct["text"][:LEXICON_NOTES]), TRIES)
    print(
        f"intent, {INTENT_NOTES:,} distinct notes: {intents:.1f} s, "
        f"their language {languages:.1f} s"
    )
    print(
        f"intent and language, {INTENT_NOTES:,} notes as the demo repeats them: {everything:.1f} s"
    )
    print(f"lexicon, {LEXICON_NOTES:,} distinct notes: {lexicon:.2f} s")
    return {
        "intent_notes_per_s": round(INTENT_NOTES / intents),
        "intent_repeated_notes_per_s": round(INTENT_NOTES / everything),
        "language_notes_per_s": round(INTENT_NOTES / languages),
        "lexicon_notes_per_s": round(LEXICON_NOTES / lexicon),
    }


def agreement() -> dict[str, float]:
    """Confusion matrices and macro-F1 on the labelled notes."""
    from sklearn.metrics import confusion_matrix, f1_score

    notes = pl.DataFrame(
        labelled_notes(),
        schema=["interaction_summary", "intent", "sentiment", "spoken"],
        orient="row",
    )
    read = enrich_notes(notes.lazy(), Readers(Intent.LEXICON, Sentiment.LEXICON)).collect()
    result: dict[str, float] = {}
    for name, by_people, by_us, classes in (
        ("intent", "intent", "customer_intent", INTENTS),
        ("lexicon", "sentiment", "sentiment_label", SENTIMENTS),
    ):
        matrix = confusion_matrix(read[by_people], read[by_us], labels=classes)
        print(f"\n{name}: rows as people labelled, columns as read; {read.height} notes")
        for label, row in zip(classes, matrix, strict=True):
            print(f"  {label:32}" + "".join(f"{count:5}" for count in row))
        result[f"{name}_macro_f1"] = round(
            float(f1_score(read[by_people], read[by_us], average="macro")), 4
        )
        print(f"  macro-F1 {result[f'{name}_macro_f1']:.3f}")
    return result


def main() -> None:
    """Run everything and print."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--distinct", type=int, default=120, help="distinct texts for the models")
    parser.add_argument("--threads", type=int, default=2, help="threads of the models")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = agreement() | word_speed() | transformer_speed(options.distinct)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
