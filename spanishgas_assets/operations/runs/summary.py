"""What a snapshot came to: its tables, and the runs in the instance that made them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.operations.runs.set_aside_summary import (
    SetAsideSummary,
    summarise_set_aside,
)
from spanishgas_assets.partitions import trailing_year_keys
from spanishgas_assets.publication.reader import Publication, WorkingState
from spanishgas_assets.raw.drops import CUSTOMERS_AS_OF
from spanishgas_assets.retention.column_values import NO_OFFER, RISK_TIERS
from spanishgas_assets.retention.measurement.promise_words import promises_in_words
from spanishgas_assets.storage.step_seconds import WORK_SECONDS, WRITE_SECONDS

_EXAMPLES = 3

# Tables by name, because the contracts bring Pandera, which takes a second to import.
_INTERACTIONS = "bronze/interactions"
_PROMISES = "retention/promised_and_realised"
_SCORED, _RECOMMENDATIONS = "retention/scored_customers", "retention/recommendations"
#: What a snapshot stands on beside the tables of a publication.
_OTHERS = ("churn/training_set", "churn/churn_model", "churn/champion", "publication/manifest")


@dataclass(frozen=True)
class Summary:
    """A snapshot in figures.

    Attributes:
        snapshot: the as-of date.
        readings: hourly readings of the twelve months.
        rows: rows of each layer's tables, the twelve months together.
        checks_passed, checks_failed: latest outcome of every check of every partition used.
        failed_checks: those that failed, with what they say.
        seconds: time of each layer's steps, in the runs that made the partitions.
        work_seconds: the part of it spent in reading, transforms, model and writing.
        model: what scored the snapshot.
        trained_here: whether this snapshot trained it.
        tiers: customers per risk tier, highest first.
        loss_eur_month: expected monthly loss of all customers, and of those flagged.
        flagged: customers at or above the model's threshold.
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
    checks_failed: int
    failed_checks: list[str]
    seconds: dict[str, float]
    work_seconds: float
    model: ChurnModel
    trained_here: bool
    tiers: dict[str, int]
    loss_eur_month: tuple[float, float]
    flagged: int
    examples: pl.DataFrame
    sentiment: str
    set_aside: SetAsideSummary
    customers_as_of: date | None = None
    promises: str = ""


def summarise(source: Publication | WorkingState, instance: dg.DagsterInstance) -> Summary:
    """Read a snapshot's figures, as published or as they are now.

    Raises:
        StoreError: a table has not been made, or is damaged.
    """
    snapshot = source.snapshot
    months = trailing_year_keys(date.fromisoformat(snapshot))
    scored = source.table(_SCORED).collect()
    model = load(source.store, source.model_version)
    events = list(_materializations(instance, source))
    checks = _checks(instance, {event.run_id for event in events}, {*months, snapshot})
    failed = [name for name, (passed, _) in checks.items() if not passed]
    return Summary(
        snapshot=snapshot,
        readings=sum(_number(event, "readings") for event in events),
        rows=_rows(events),
        checks_passed=len(checks) - len(failed),
        checks_failed=len(failed),
        failed_checks=[f"{name}: {checks[name][1]}" for name in sorted(failed)],
        seconds=_seconds(instance, {event.run_id for event in events}),
        work_seconds=sum(
            _number(event, name) for event in events for name in (WORK_SECONDS, WRITE_SECONDS)
        ),
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
        examples=_examples(source.table(_RECOMMENDATIONS)),
        sentiment=_sentiment(source.table(_INTERACTIONS)),
        set_aside=summarise_set_aside(source.store, months, snapshot, scored["customer_id"]),
        customers_as_of=_customers_as_of(events),
        promises=_promises(source),
    )


def _promises(source: Publication | WorkingState) -> str:
    """Say what was promised and what came of it, where the snapshot has the table."""
    if _PROMISES not in source.partitions():
        return ""
    return promises_in_words(source.table(_PROMISES).collect())


def _customers_as_of(events: Sequence[dg.EventLogRecord]) -> date | None:
    """Read from the event of bronze/customer which drop the snapshot's customers are of."""
    told = [_number(event, CUSTOMERS_AS_OF) for event in events]
    return next((date.fromisoformat(day) for day in told if day), None)


def _sentiment(notes: pl.LazyFrame) -> str:
    """Read what scored the sentiment of the snapshot's notes; a drop may hold no note."""
    backends = notes.select(pl.col("sentiment_backend").unique().sort()).collect().to_series()
    return ", ".join(backends) or "no notes"


def _materializations(
    instance: dg.DagsterInstance, source: Publication | WorkingState
) -> Iterator[dg.EventLogRecord]:
    """Find the latest event of every partition that the snapshot stands on."""
    keys = [(title, day) for title, days in source.partitions().items() for day in days]
    keys += [(title, source.snapshot) for title in _OTHERS]
    for title, partition in keys:
        found = instance.fetch_materializations(
            dg.AssetRecordsFilter(
                asset_key=dg.AssetKey(title.split("/")), asset_partitions=[partition]
            ),
            limit=1,
        ).records
        yield from found


def _number(record: dg.EventLogRecord, name: str) -> Any:
    event = record.asset_materialization
    value = event.metadata.get(name) if event else None
    return value.value if value is not None else 0


def _rows(records: Sequence[dg.EventLogRecord]) -> dict[str, int]:
    rows: dict[str, int] = defaultdict(int)
    for record in records:
        event = record.asset_materialization
        if event is not None:
            rows[event.asset_key.path[0]] += _number(record, "dagster/partition_row_count")
    return dict(rows)


def _checks(
    instance: dg.DagsterInstance, runs: set[str], partitions: set[str]
) -> dict[str, tuple[bool, str]]:
    """Return the latest outcome of every check: by name, whether it passed and what it says."""
    evaluated: dict[str, tuple[float, bool, str]] = {}
    for run in runs:
        records = instance.get_records_for_run(
            run, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
        for record in records:
            event = record.event_log_entry.dagster_event
            outcome = event.asset_check_evaluation_data if event else None
            if outcome is None or outcome.partition not in partitions:
                continue
            name = f"{outcome.asset_key.to_user_string()} {outcome.check_name} {outcome.partition}"
            if name not in evaluated or evaluated[name][0] < record.timestamp:
                said = outcome.description or ""
                evaluated[name] = (record.timestamp, outcome.passed, said)
    return {name: (passed, said) for name, (_, passed, said) in evaluated.items()}


def _seconds(instance: dg.DagsterInstance, runs: set[str]) -> dict[str, float]:
    """Add up the time of the steps of each layer, checks included."""
    seconds: dict[str, float] = defaultdict(float)
    for run in runs:
        for step in instance.get_run_step_stats(run):
            if step.start_time and step.end_time:
                layer = step.step_key.split("_", 1)[0]
                seconds[layer] += step.end_time - step.start_time
    return dict(seconds)


def _examples(recommendations: pl.LazyFrame) -> pl.DataFrame:
    """Choose the recommendations with the largest expected impact."""
    return (
        recommendations.filter(pl.col("action") != NO_OFFER)
        .sort("expected_margin_impact_eur_month", "customer_id", descending=[True, False])
        .head(_EXAMPLES)
        .collect()
    )
