"""What a head makes of labelled notes: macro-F1, abstentions, calibration, by language."""

from collections.abc import Iterator

import polars as pl

from spanishgas_assets.text.embedded import stated_intents, understood_scores
from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.labelled_file import reader_labels
from spanishgas_assets.text.head.linear_head import PROBABILITIES, Head
from spanishgas_assets.text.head.measures import expected_calibration_error, kappa, macro_f1
from spanishgas_assets.text.head.note_features import Features, features_of
from spanishgas_assets.text.sentiment_scores import strongest
from spanishgas_assets.text.vocabulary import INTENTS, NOT_UNDERSTOOD

#: A language with fewer notes has no figure of its own.
FEWEST_NOTES = 20


def evaluate(
    notes: pl.DataFrame,
    head: Head,
    encoder: SentenceEncoder,
    features: Features | None = None,
) -> dict[str, float]:
    """Measure a head on labelled notes, the readers' labels being right.

    An abstention counts as a mistake. ``expected_calibration_error`` is that of the likeliest
    intent, stated or not. Kappa is the agreement of readers and writers, beyond which nothing can
    be asked of the head.

    Args:
        notes: labelled (``read_labelled``).
        head: that reads them.
        encoder: of the notes.
        features: of the notes, where they are known already.
    """
    read = judged(notes, head, features or features_of(notes["text"], encoder))
    guess = read.select(
        pl.concat_list(PROBABILITIES)
        .list.arg_max()
        .replace_strict(list(range(len(INTENTS))), INTENTS, return_dtype=pl.String)
    ).to_series()
    figures = {
        "notes": float(read.height),
        **dict(_by_language(read)),
        "intent_macro_f1_forced": macro_f1(read["intent"], guess),
        "expected_calibration_error": expected_calibration_error(
            read["intent_confidence"].to_list(), (read["intent"] == guess).to_list()
        ),
        "abstained": int((read["customer_intent"] == NOT_UNDERSTOOD).sum()) / read.height,
    }
    both = notes.drop_nulls([f"{who}_intent" for who in ("writer", "reader")])
    if both.height:
        figures |= {
            f"{what}_kappa": kappa(both[f"writer_{what}"], both[f"reader_{what}"])
            for what in ("intent", "sentiment")
        }
    return {name: round(figure, 4) for name, figure in figures.items()}


def judged(notes: pl.DataFrame, head: Head, features: Features) -> pl.DataFrame:
    """Put the readers' labels (``intent``, ``sentiment``) beside what the head states."""
    texts, read = notes.select("text", "language"), head.read(features)
    intent, sentiment = reader_labels(notes)
    return (
        notes.select("language")
        .hstack(stated_intents(texts, read, head))
        .hstack(understood_scores(texts, read, head))
        .with_columns(
            strongest().alias("sentiment_label"),
            intent.alias("intent"),
            sentiment.alias("sentiment"),
        )
    )


def _by_language(read: pl.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield the macro-F1 of intent and sentiment: of all, and of languages with enough notes."""
    groups = [("", read)]
    for language in read["language"].unique().sort():
        its = read.filter(pl.col("language") == language)
        if its.height >= FEWEST_NOTES:
            groups.append((f"_{language}", its))
    for suffix, rows in groups:
        yield f"intent_macro_f1{suffix}", macro_f1(rows["intent"], rows["customer_intent"])
        yield f"sentiment_macro_f1{suffix}", macro_f1(rows["sentiment"], rows["sentiment_label"])
