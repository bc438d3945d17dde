"""How well a head understood the notes of a snapshot, by language: what the checks judge."""

from collections.abc import Mapping

import polars as pl

from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets.text.vocabulary import NOT_UNDERSTOOD

#: A language with fewer texts is not judged by itself: one odd note would decide.
FEWEST_TEXTS = 50

#: An intent below this probability is one that the head wavers on.
WAVERS = 0.5

#: Highest shares of a language's texts without a warning; ``other`` is every language not named.
#: The head has learned from many Spanish and English notes, some Catalan, few in other languages.
MOST_ABSTAINED = {"es": 0.10, "en": 0.10, "ca": 0.15, "other": 0.25}
MOST_WAVERING = {"es": 0.25, "en": 0.25, "ca": 0.30, "other": 0.40}
MOST_UNLIKE = {"es": 0.02, "en": 0.02, "ca": 0.05, "other": 0.10}


def abstained_finding(notes: pl.DataFrame) -> Finding:
    """Report the share of texts of which the head states no intent."""
    abstained = pl.col("customer_intent") == NOT_UNDERSTOOD
    return _finding("abstained_share", notes, abstained, MOST_ABSTAINED, "without a stated intent")


def wavering_finding(notes: pl.DataFrame) -> Finding:
    """Report the share of texts whose likeliest intent is less probable than ``WAVERS``."""
    wavers = pl.col("intent_confidence") < WAVERS
    return _finding("low_confidence_share", notes, wavers, MOST_WAVERING, f"below {WAVERS:.0%}")


def unlike_finding(notes: pl.DataFrame, near: float) -> Finding:
    """Report the share of texts less like the training notes than ``near``, the head's limit."""
    unlike = pl.col("likeness") < near
    return _finding("unlike_share", notes, unlike, MOST_UNLIKE, "unlike the training notes")


def _finding(
    name: str, notes: pl.DataFrame, counted: pl.Expr, limits: Mapping[str, float], said: str
) -> Finding:
    """Judge the share of counted texts, of all languages that have enough."""
    texts = _read_by_head(notes)
    shares = (
        texts.group_by("language")
        .agg(counted.mean().alias("share"), pl.len().alias("texts"))
        .filter(pl.col("texts") >= FEWEST_TEXTS)
        .sort("language")
    )
    limit = pl.col("language").replace_strict(dict(limits), default=limits["other"])
    over = shares.filter(pl.col("share") > limit)
    whole = texts.select(counted.mean()).item() or 0.0
    description = f"{whole:.1%} of {texts.height:,} texts are {said}"
    if over.height:
        language, share, _ = over.sort("share").row(-1)
        most = limits.get(language, limits["other"])
        description += f"; in {language} {share:.1%}, more than {most:.0%}"
    return Finding(
        name,
        over.is_empty(),
        description,
        {"share": whole} | {f"share_{row[0]}": row[1] for row in shares.iter_rows()},
    )


def _read_by_head(notes: pl.DataFrame) -> pl.DataFrame:
    by_head = (pl.col("intent_backend") == Intent.EMBEDDED.value) | (
        pl.col("sentiment_backend") == Sentiment.EMBEDDED.value
    )
    return notes.filter(by_head, pl.col("interaction_summary").is_not_null())
