"""What a snapshot came to: its tables, its model, and the runs that made them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.operations.runs.set_aside_summary import (
    SetAsideSummary,
    summarise_set_aside,
)
from spanishgas_assets.publication.reader import Publication, WorkingState
from spanishgas_assets.retention.column_values import NO_OFFER, RISK_TIERS
from spanishgas_assets.retention.measurement.promise_words import promises_in_words
from spanishgas_assets.snapshot_dates import trailing_year_keys

_EXAMPLES = 3

# Tables by name, because the contracts bring Pandera, which takes a second to import.
_INTERACTIONS = "bronze/interactions"
_PROMISES = "retention/promised_and_realised"
_SCORED, _RECOMMENDATIONS = "retention/scored_customers", "retention/recommendations"


@dataclass(frozen=True)
class Summary:
    """A snapshot in figures.

    Attributes:
        snapshot: the as-of date.
        readings: hourly readings of the twelve months.
        rows: rows of each layer's tables, the twelve months together.
        checks_passed: how many checks of the partitions used passed, by their latest outcome.
        failed_checks: those that failed, with what they say.
        seconds: time of each layer's steps, in the runs that made the partitions.
        work_seconds: the part of it spent in reading, transforms, model and writing.
        model: what scored the snapshot.
        trained_here: whether this snapshot trained it.
        tiers: customers per risk tier, highest first.
        loss_eur_month: expected monthly loss of all customers, and of those flagged.
        flagged: customers at or above the model's threshold.
        offers: customers with an offer by channel, most first.
        critical_withheld: customers of the highest tier without an offer, by block reason.
        examples: recommendations with the largest expected impact.
        sentiment: what scored the sentiment of notes; ``off`` where it was switched off.
        set_aside: who and what is missing because rows were set aside.
        customers_as_of: date of the dated drop with the customers' contracts; None for a flat one.
        promises: what was promised of offers and what came of it, in words; empty in publications
            of earlier releases.
    """

    snapshot: str
    readings: int
    rows: dict[str, int]
    checks_passed: int
    failed_checks: list[str]
    seconds: dict[str, float]
    work_seconds: float
    model: ChurnModel
    trained_here: bool
    tiers: dict[str, int]
    loss_eur_month: tuple[float, float]
    flagged: int
    offers: dict[str, int]
    critical_withheld: dict[str, int]
    examples: pl.DataFrame
    sentiment: str
    set_aside: SetAsideSummary
    customers_as_of: date | None = None
    promises: str = ""


def summarise(source: Publication | WorkingState, figures: Mapping[str, Any]) -> Summary:
    """Read a snapshot's figures, as published or as they are now.

    Args:
        source: the tables.
        figures: what the runs came to that made them (``publication/run_figures.py``).

    Raises:
        StoreError: a table has not been made, or is damaged.
    """
    snapshot = source.snapshot
    months = trailing_year_keys(date.fromisoformat(snapshot))
    scored = source.table(_SCORED).collect()
    model = load(source.store, source.model_version)
    as_of = figures["customers_as_of"]
    decided = source.table(_RECOMMENDATIONS)
    critical = pl.col("risk_tier") == RISK_TIERS[-1]
    return Summary(
        snapshot=snapshot,
        readings=figures["readings"],
        rows=figures["rows"],
        checks_passed=figures["checks_passed"],
        failed_checks=figures["failed_checks"],
        seconds=figures["seconds"],
        work_seconds=figures["work_seconds"],
        model=model,
        trained_here=model.card.snapshot == snapshot,
        tiers={
            tier: scored.filter(pl.col("risk_tier") == tier).height for tier in reversed(RISK_TIERS)
        },
        loss_eur_month=(
            float(scored["expected_monthly_loss_eur"].sum()),
            float(scored.filter("churn_flag")["expected_monthly_loss_eur"].sum()),
        ),
        flagged=int(scored["churn_flag"].sum()),
        offers=_counts(decided.filter(pl.col("action") != NO_OFFER), "channel"),
        critical_withheld=_counts(decided.filter(critical), "block_reason"),
        examples=_examples(decided),
        sentiment=_sentiment(source.table(_INTERACTIONS)),
        set_aside=summarise_set_aside(source.store, months, snapshot, scored["customer_id"]),
        customers_as_of=date.fromisoformat(as_of) if as_of else None,
        promises=_promises(source),
    )


def _counts(decided: pl.LazyFrame, column: str) -> dict[str, int]:
    """Count customers by a column where it says something, most first."""
    counts = (
        decided.drop_nulls(column)
        .group_by(column)
        .agg(pl.len())
        .sort("len", column, descending=[True, False])
    )
    return dict(counts.collect().iter_rows())


def _promises(source: Publication | WorkingState) -> str:
    """Say what was promised and what came of it, where the snapshot has the table."""
    if isinstance(source, Publication) and _PROMISES not in source.tables:
        return ""
    return promises_in_words(source.table(_PROMISES).collect())


def _sentiment(notes: pl.LazyFrame) -> str:
    """Read what scored the sentiment of the snapshot's notes; a drop may hold no note."""
    backends = notes.select(pl.col("sentiment_backend").unique().sort()).collect().to_series()
    return ", ".join(backends) or "no notes"


def _examples(recommendations: pl.LazyFrame) -> pl.DataFrame:
    """Choose the recommendations with the largest expected impact."""
    return (
        recommendations.filter(pl.col("action") != NO_OFFER)
        .sort("expected_margin_impact_eur_month", "customer_id", descending=[True, False])
        .head(_EXAMPLES)
        .collect()
    )
