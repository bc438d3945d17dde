"""What the checks and the UI say of the notes of a snapshot: shares, coverage, scores."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.bronze.understanding import (
    abstained_finding,
    unlike_finding,
    wavering_finding,
)
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.settings import Intent, Sentiment, Settings
from spanishgas_assets.step_retries import failing_in_words
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.snapshot_before import table_before
from spanishgas_assets.tables.table_checks import Finding, acknowledgements, evaluations
from spanishgas_assets.text.head.linear_head import load_head
from spanishgas_assets.text.notes import Readers
from spanishgas_assets.text.score_cache import SCORES, ScoreCache
from spanishgas_assets.text.vocabulary import (
    NOT_UNDERSTOOD,
    OTHER_LANGUAGE,
    SENTIMENT_NOT_UNDERSTOOD,
    SENTIMENTS,
    UNCLASSIFIED,
)

#: The three scores sum to 1 within this.
SUM_TOLERANCE = 1e-6

#: Highest share of notes with text that may stay unclassified without a warning.
MOST_UNCLASSIFIED = 0.10

#: A class may gain or lose this share of the notes since the snapshot before without a warning.
MOST_SHIFT = 0.10

_KEY = dg.AssetKey([INTERACTIONS.layer, INTERACTIONS.name])
_SPECS = [
    dg.AssetCheckSpec(name, asset=_KEY, description=says, partitions_def=SNAPSHOTS)
    for name, says in {
        "sentiment_scores": "The three scores sum to 1, and the label has the highest.",
        "sentiment_coverage": "Every note is scored, unless sentiment is switched off.",
        "unclassified_share": "The word lists leave at most "
        f"{MOST_UNCLASSIFIED:.0%} of the texts unclassified.",
        "abstained_share": "Of few enough texts of each language no intent is stated.",
        "low_confidence_share": "The head wavers on few enough texts of each language.",
        "unlike_share": "Few enough texts of each language are unlike the training notes.",
        "class_shares": f"No class's share moved by more than {MOST_SHIFT:.0%} of the notes.",
    }.items()
]


@dg.multi_asset_check(
    name="bronze_interactions_text_checks",
    specs=_SPECS,
    ins={"stored": dg.AssetIn(key=_KEY)},
)
@failing_in_words
def text_checks(
    context: dg.AssetCheckExecutionContext,
    settings: dg.ResourceParam[Settings],
    stored: pl.LazyFrame,
) -> Iterator[Any]:
    """Judge the stored notes; unscored or impossible sentiments are errors, shares warn."""
    key = context.op_execution_context.partition_key
    notes = stored.collect()
    hard = [scores_finding(notes), coverage_finding(notes)]
    near = load_head(settings.notes_head).card.near if Readers.of(settings).embedded else -1.0
    soft = [
        unclassified_finding(notes),
        abstained_finding(notes),
        wavering_finding(notes),
        unlike_finding(notes, near),
        shares_finding(notes, table_before(open_store(settings.store), INTERACTIONS, key)),
    ]
    yield from evaluations(INTERACTIONS, key, hard)
    yield from evaluations(INTERACTIONS, key, soft, dg.AssetCheckSeverity.WARN)
    yield from acknowledgements(_SPECS)


def scores_finding(notes: pl.DataFrame) -> Finding:
    """Report notes whose scores do not sum to 1, or whose label is not the highest."""
    highest = pl.max_horizontal(SCORES)
    of_label = pl.coalesce(
        pl.when(pl.col("sentiment_label") == label).then(f"sentiment_{label}")
        for label in SENTIMENTS
    )
    scored = notes.filter(pl.col("sentiment_label").is_in(SENTIMENTS))
    off_sum = scored.filter((pl.sum_horizontal(SCORES) - 1).abs() > SUM_TOLERANCE).height
    off_label = scored.filter(of_label < highest).height
    return Finding(
        "sentiment_scores",
        off_sum + off_label == 0,
        f"{scored.height:,} notes; {off_sum:,} do not sum to 1, {off_label:,} have another label",
        {"scored": scored.height, "off_sum": off_sum, "off_label": off_label},
    )


def coverage_finding(notes: pl.DataFrame) -> Finding:
    """Report notes without a sentiment: none, or all of them where sentiment is switched off."""
    off = pl.col("sentiment_backend") == Sentiment.OFF.value
    not_understood = pl.col("sentiment_label").eq_missing(pl.lit(SENTIMENT_NOT_UNDERSTOOD))
    unscored = notes.filter(
        ~off,
        ~not_understood,
        pl.any_horizontal(pl.col(*SCORES, "sentiment_label").is_null()),
    )
    switched_off = notes.filter(off).height
    said = (
        f"sentiment is switched off: {switched_off:,} notes have no sentiment"
        if switched_off
        else f"{notes.height - unscored.height:,} of {notes.height:,} notes have a sentiment"
    )
    return Finding(
        "sentiment_coverage",
        unscored.is_empty(),
        said,
        {"unscored": unscored.height, "switched_off": switched_off},
    )


def unclassified_finding(notes: pl.DataFrame) -> Finding:
    """Report the share of texts of which the word lists find no intent."""
    by_lists = pl.col("intent_backend") == Intent.LEXICON.value
    texts = notes.filter(by_lists, pl.col("interaction_summary").is_not_null())
    none = [UNCLASSIFIED, NOT_UNDERSTOOD]
    unknown = texts.filter(pl.col("customer_intent").is_in(none)).height
    other = texts.filter(pl.col("language") == OTHER_LANGUAGE).height
    share = unknown / texts.height if texts.height else 0.0
    return Finding(
        "unclassified_share",
        share <= MOST_UNCLASSIFIED,
        f"{unknown:,} of {texts.height:,} texts are unclassified, {other:,} in unknown languages",
        {"share": share, "unclassified": unknown, "unknown_language": other},
    )


def shares_finding(notes: pl.DataFrame, previous: pl.DataFrame | None) -> Finding:
    """Report classes of intent and sentiment whose share moved since the snapshot before."""
    if previous is None or previous.is_empty() or notes.is_empty():
        return Finding("class_shares", passed=True, description="no earlier notes to compare")
    shifts = {
        f"{column}: {value}": share - _shares(previous, column).get(value, 0.0)
        for column in ("customer_intent", "sentiment_label")
        for value, share in (
            dict.fromkeys(_shares(previous, column), 0.0) | _shares(notes, column)
        ).items()
    }
    largest = max(shifts, key=lambda name: abs(shifts[name]))
    return Finding(
        "class_shares",
        abs(shifts[largest]) <= MOST_SHIFT,
        f"largest shift {shifts[largest]:+.1%} ({largest})",
        {"largest_shift": shifts[largest], "class": largest},
    )


def what_notes_say(notes: pl.DataFrame, cache: ScoreCache) -> dict[str, Any]:
    """Describe the notes for the UI: no word of a text, only counts."""
    counted = [
        f"| {column.removeprefix('customer_').removeprefix('sentiment_')} | {value} | {share:.1%} |"
        for column in ("customer_intent", "sentiment_label", "language")
        for value, share in _shares(notes, column).items()
    ]
    backends = notes["sentiment_backend"].unique().sort().to_list()
    intent_backends = notes["intent_backend"].unique().sort().to_list()
    revisions = notes["sentiment_revision"].drop_nulls().unique().sort().to_list()
    return {
        "intent_backend": ", ".join(intent_backends) or "no notes",
        "sentiment_backend": ", ".join(backends) or "no notes",
        "sentiment_revision": ", ".join(revisions) or "none",
        "texts_remembered": cache.hits,
        "texts_scored": cache.misses,
        "shares": dg.MetadataValue.md(
            "\n".join(["| what | class | share of notes |", "|---|---|---|", *counted])
        ),
    }


def _shares(notes: pl.DataFrame, column: str) -> dict[str, float]:
    """Return the share of each value of a column, largest first; null reads ``none``."""
    counted = (
        notes.select(pl.col(column).fill_null("none"))
        .to_series()
        .value_counts(normalize=True)
        .sort(["proportion", column], descending=[True, False])
    )
    return {str(value): float(share) for value, share in counted.iter_rows()}
