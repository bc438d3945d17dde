"""Mood and intent: speed against the plain pipeline, and agreement with people's labels.

No model can be downloaded here, so one of the size of RoBERTa-base is made: random weights, and a
last layer fitted to the moods of the notes, which makes it about as sure of its labels as a trained
one. Its labels mean little, but they cost what real ones cost, and must come out the same. The
platform is timed before and after the pipeline. Prints a table of each part and ends with one JSON
object.
"""

import argparse
import functools
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.bronze.tables import INTENTS, SENTIMENTS
from spanishgas_assets.demo import build_world
from spanishgas_assets.settings import Precision
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text.intent import read_intents
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.lexicon import Lexicon
from spanishgas_assets.text.notes import enrich_notes
from spanishgas_assets.text.score_memory import SCORES, ScoreMemory
from spanishgas_assets.text.sentiment import score_moods
from spanishgas_assets.text.transformer import Transformer
from spanishgas_assets_tests.text.labelled_notes import labelled_notes

CUSTOMERS = 20_099
SEED = 7
INTENT_NOTES = 1_000_000
LEXICON_NOTES = 100_000


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result of some work."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def sample(notes: pl.Series, distinct: int) -> pl.Series:
    """Some texts with all their repeats, in the drop's order: the share of repeats is kept."""
    chosen = notes.unique(maintain_order=True).sample(distinct, seed=SEED)
    return notes.filter(notes.is_in(chosen.implode()))


def write_model(folder: Path, notes: pl.Series) -> str:
    """A RoBERTa of the usual size with random weights, a tokenizer trained on the notes."""
    import tokenizers
    import torch
    import transformers

    torch.manual_seed(SEED)
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
    """Teach the last layer the moods that the lexicon reads, from what the others make of them."""
    import numpy as np
    import torch
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression

    moods = Lexicon().score(texts).select(pl.concat_list(SCORES).list.arg_max()).to_series()
    pieces = []
    with torch.inference_mode():
        for batch in texts.to_frame("text").iter_slices(16):
            encoded = tokenizer(batch["text"].to_list(), padding=True, return_tensors="pt")
            first = network.roberta(**encoded).last_hidden_state[:, 0]
            pieces.append(torch.tanh(network.classifier.dense(first)).numpy())
    seen = np.concatenate(pieces)
    main = PCA(min(100, len(seen) - 1)).fit(seen)
    fitted = LogisticRegression(max_iter=2_000).fit(main.transform(seen), moods)
    weight = fitted.coef_ @ main.components_
    with torch.no_grad():
        network.classifier.out_proj.weight.copy_(torch.tensor(weight))
        network.classifier.out_proj.bias.copy_(
            torch.tensor(fitted.intercept_ - weight @ main.mean_)
        )


def pipeline_labels(model: str, notes: pl.Series) -> tuple[float, pl.Series]:
    """Seconds and labels of the library's own pipeline, texts as they come."""
    from transformers import pipeline

    plain = pipeline("text-classification", model=model, batch_size=32, truncation=True)
    seconds, answers = timed(lambda: plain(notes.to_list()))
    return seconds, pl.Series([answer["label"] for answer in answers])


def our_labels(
    scorer: Transformer, notes: pl.Series, memory: ScoreMemory | None = None
) -> pl.Series:
    """Labels of the platform: each distinct text once, joined back."""
    distinct = (
        notes.unique(maintain_order=True)
        .alias("text")
        .to_frame()
        .with_columns(language=pl.lit("en"))
    )
    scored = distinct.hstack(score_moods(distinct, {"en": scorer}, "transformers", memory=memory))
    return (
        notes.alias("text")
        .to_frame()
        .join(scored, on="text", how="left", maintain_order="left")["sentiment_label"]
    )


def transformer_speed(distinct: int) -> dict[str, float]:
    """Texts a second of the pipeline and of each precision; the agreement of their labels."""
    every = build_world(CUSTOMERS, SEED).interaction["interaction_summary"]
    notes = sample(every, distinct)
    repeats, of_all = notes.len() / notes.n_unique(), every.len() / every.n_unique()
    print(f"{notes.len():,} notes, {repeats:.2f} of each text (the demo retailer: {of_all:.2f})")
    with tempfile.TemporaryDirectory() as folder:
        model = write_model(Path(folder), notes)
        scorers = {precision: Transformer(model, precision) for precision in Precision}
        before = {
            key: timed(functools.partial(our_labels, its, notes)) for key, its in scorers.items()
        }
        seconds, expected = pipeline_labels(model, notes)
        after = {
            key: timed(functools.partial(our_labels, its, notes)) for key, its in scorers.items()
        }
        distinct_notes = notes.unique(maintain_order=True)
        exact = scorers[Precision.FP32].score(distinct_notes)
        sure = exact.select(pl.max_horizontal(SCORES).mean()).item()
        print(f"highest score, mean: {sure:.2f}")
        print(f"{'':12}{'notes/s':>10}{'speed-up':>10}{'agreement':>11}{'largest error':>15}")
        print(f"{'pipeline':12}{notes.len() / seconds:10.1f}")
        result: dict[str, float] = {}
        for precision, (first, labels) in before.items():
            took = (first + after[precision][0]) / 2
            agreement = (labels == expected).sum() / notes.len()
            rough = Transformer(model, precision, close_call=0.0).score(distinct_notes)
            error = (rough - exact).select(pl.max_horizontal(pl.all().abs().max())).item()
            print(
                f"{precision:12}{notes.len() / took:10.1f}{seconds / took:10.1f}{agreement:11.2%}"
                f"{error:15.4f}"
            )
            result |= {
                f"speedup_{precision}": round(seconds / took, 1),
                f"agreement_{precision}": round(agreement, 4),
            }
        scorer = scorers[Precision.FP32]
        with tempfile.TemporaryDirectory() as store:
            our_labels(scorer, notes, ScoreMemory(open_store(store)))
            memory = ScoreMemory(open_store(store))
            took, _ = timed(lambda: our_labels(scorer, notes, memory))
            print(f"{'remembered':12}{notes.len() / took:10.1f}{seconds / took:10.1f}")
            result["speedup_remembered"] = round(seconds / took, 1)
    best = max(Precision, key=lambda its: (result[f"agreement_{its}"], result[f"speedup_{its}"]))
    print(f"the fastest of those that agree most: {best}")
    return {
        "speedup_vs_pipeline": result[f"speedup_{best}"],
        "label_agreement": result[f"agreement_{best}"],
        **result,
    }


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
    languages, spoken = timed(lambda: read_languages(distinct["text"]))
    intents, _ = timed(lambda: read_intents(distinct.with_columns(spoken)))
    everything, _ = timed(
        lambda: enrich_notes(drawn.alias("interaction_summary").to_frame().lazy(), "off").collect()
    )
    lexicon, _ = timed(lambda: Lexicon().score(distinct["text"][:LEXICON_NOTES]))
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
        labelled_notes(), schema=["interaction_summary", "intent", "mood", "spoken"], orient="row"
    )
    read = enrich_notes(notes.lazy(), "lexicon").collect()
    result: dict[str, float] = {}
    for name, by_people, by_us, classes in (
        ("intent", "intent", "customer_intent", INTENTS),
        ("lexicon", "mood", "sentiment_label", SENTIMENTS),
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
    parser.add_argument("--distinct", type=int, default=200, help="distinct texts for the models")
    parser.add_argument("--threads", type=int, default=2, help="threads of the models")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = agreement() | word_speed() | transformer_speed(options.distinct)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
