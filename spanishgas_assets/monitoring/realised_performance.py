"""Realised performance: the estimate of each snapshot beside what its labels showed.

The labels of a snapshot are those of its own customer file, delivered with it or in a later file
for the same date: when they come, the snapshot is run again and its record fills in. Labels that
only repeat those of an earlier snapshot (the same file, read again) belong to the earlier one, as
do labels of a day before the snapshot's week.

Labels train a model that scores their snapshot again. What is judged are the scores from before,
by a model that had not seen them: people acted on those, and the new ones cannot contradict them.

Who accepted an offer near the snapshot is not judged: an offer that worked would count against the
score that asked for it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.churn.dataset.changed_labels import accepted_near
from spanishgas_assets.monitoring.calibration_error import CalibrationError
from spanishgas_assets.monitoring.performance_estimate import (
    REALISED_METRICS,
    performance_estimate,
    realised_metrics,
)
from spanishgas_assets.monitoring.tables import (
    PERFORMANCE_ESTIMATE,
    REALISED_PERFORMANCE,
    TIER_CALIBRATION,
)
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import scan_tables, scan_versions, table_key
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.published import published_table

#: A tier is off when its churn rate is further than both from what was expected.
OFF_STANDARD_ERRORS, OFF_SHARE = 3.0, 0.02

#: Snapshots that the record looks back on: a year.
LOOK_BACK = 53


def scored_with_labels(
    store: Store, as_of: date, label_horizon_days: int
) -> dict[date, pl.DataFrame]:
    """Read each snapshot's scores with ``churn``: published ones, then its own.

    The snapshot of ``as_of`` is read as it is being made; the earlier ones as they are published,
    and those with labels as they were before these trained a model.
    ``churn`` is null without a label, and for customers who accepted an offer within
    ``label_horizon_days`` of the snapshot, before or after it.
    """
    days = [day for day in map(date.fromisoformat, published_snapshots(store)) if day < as_of]
    days = [*days[1 - LOOK_BACK :], as_of]
    scored: dict[date, pl.DataFrame] = {}
    known: list[pl.DataFrame] = []
    for day in days:
        tables = [_read(store, table, day, as_of) for table in (SCORED_CUSTOMERS, CUSTOMER)]
        customers, customer_file = tables
        if customers is None or customer_file is None:
            continue
        labels = _own_labels(customer_file, day)
        if any(labels.equals(earlier) for earlier in known):
            labels = labels.clear()
        elif labels.height:
            known.append(labels)
            # What is made again must not change by what later snapshots know, but for its labels.
            known_by = as_of if day < as_of else None
            changed = accepted_near(store, day, label_horizon_days, as_of, known_by)
            labels = labels.filter(~pl.col("customer_id").is_in(changed.implode()))
            customers = _before_labels(store, customers, day)
        scored[day] = customers.join(labels, on="customer_id", how="left", maintain_order="left")
    return scored


def _before_labels(store: Store, customers: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return a snapshot's scores by the last model that its own labels had not trained.

    Those given, where no such publication is kept, as of the first snapshot that there was.
    """
    own, scores = f"{day}-", customers
    manifest = publication_log.current(store, day.isoformat())
    while scores.height and scores["model_version"][0].startswith(own) and manifest is not None:
        version = manifest.content.tables.get(SCORED_CUSTOMERS.title, {}).get(day.isoformat())
        if version is None:
            break
        scores = scan_versions(store, [version]).collect()
        before = manifest.supersedes
        kept = before is not None and store.exists(publication_log.manifest_key(before))
        manifest = publication_log.read_manifest(store, before) if before and kept else None
    trained = scores.is_empty() or scores["model_version"][0].startswith(own)
    return customers if trained else scores


def _own_labels(customers: pl.DataFrame, day: date) -> pl.DataFrame:
    """Keep the labels of a snapshot's own week, and those of no known day: customer_id, churn."""
    if "label_date" in customers.columns:
        of_week = pl.col("label_date").is_between(day - timedelta(days=6), day)
        customers = customers.filter(of_week.fill_null(value=True))
    return customers.select("customer_id", "churn").drop_nulls().sort("customer_id")


def estimates_made(store: Store, days: Sequence[date], as_of: date) -> dict[date, pl.DataFrame]:
    """Read what was estimated of each snapshot when it was scored, where it is stored."""
    read = {day: _read(store, PERFORMANCE_ESTIMATE, day, as_of) for day in days}
    return {day: rows for day, rows in read.items() if rows is not None}


def realised_performance(
    scored: Mapping[date, pl.DataFrame],
    made: Mapping[date, pl.DataFrame],
    errors: Mapping[str, CalibrationError],
) -> pl.DataFrame:
    """Set each snapshot's estimate beside its truth.

    Grain: one row per (scored_snapshot, metric) (REALISED_PERFORMANCE). The estimate is taken
    over the labelled customers, so that both sides are about the same people; without labels it is
    the one that was made.

    Args:
        scored: as `scored_with_labels` reads them.
        made: as `estimates_made` reads them.
        errors: of the models that scored, by version.
    """
    rows: list[dict[str, Any]] = []
    for day, customers in scored.items():
        known = customers.drop_nulls("churn")
        if known.height or day not in made:
            of = known if known.height else customers
            error = errors.get(customers["model_version"][0])
            estimates = performance_estimate(of.lazy(), error).collect()
        else:
            estimates = made[day]
        by_metric = {row["metric"]: row for row in estimates.iter_rows(named=True)}
        truth = realised_metrics(known)
        for metric in REALISED_METRICS:
            expected = by_metric[f"expected_{metric}"]
            rows.append(
                {
                    "scored_snapshot": day,
                    "metric": metric,
                    "model_version": customers["model_version"][0],
                    "labelled_customers": known.height,
                    "estimated": expected["value"],
                    "estimated_low": expected["low"],
                    "estimated_high": expected["high"],
                    "realised": truth[metric],
                }
            )
    record = pl.LazyFrame(
        rows,
        schema={
            name: kind
            for name, kind in REALISED_PERFORMANCE.empty().schema.items()
            if name != "within_interval"
        },
    )
    return REALISED_PERFORMANCE.arrange(
        record.with_columns(
            pl.col("realised")
            .is_between("estimated_low", "estimated_high")
            .alias("within_interval")
        )
    ).collect()


def tier_calibration(scored: Mapping[date, pl.DataFrame]) -> pl.DataFrame:
    """Compare each risk tier's churn rate with its mean probability.

    Grain: one row per (scored_snapshot, risk_tier) with labels (TIER_CALIBRATION). The standard
    error is that of a sum of independent chances: sqrt(sum of p (1 - p)) / customers.
    """
    p = pl.col("churn_probability")
    tiers = [
        customers.lazy()
        .drop_nulls("churn")
        .group_by("risk_tier")
        .agg(
            pl.len().cast(pl.Int64).alias("labelled_customers"),
            _in_order(p).list.mean().alias("expected_churn_rate"),
            pl.col("churn").mean().alias("churn_rate"),
            (_in_order(p * (1 - p)).list.sum().sqrt() / pl.len()).alias("standard_error"),
        )
        .with_columns(pl.lit(day).alias("scored_snapshot"))
        for day, customers in scored.items()
    ]
    if not tiers:
        return TIER_CALIBRATION.empty()
    gap = (pl.col("churn_rate") - pl.col("expected_churn_rate")).abs()
    off = (gap > OFF_STANDARD_ERRORS * pl.col("standard_error")) & (gap > OFF_SHARE)
    return TIER_CALIBRATION.arrange(pl.concat(tiers).with_columns(off.alias("off"))).collect()


def _in_order(values: pl.Expr) -> pl.Expr:
    """List a group's values by customer: as a list, their sum is the same in every run."""
    return values.sort_by("customer_id").implode()


def _read(store: Store, table: Table, day: date, as_of: date) -> pl.DataFrame | None:
    if day == as_of:
        return scan_tables(store, [table_key(table.layer, table.name, day.isoformat())]).collect()
    rows = published_table(store, table, day.isoformat())
    return None if rows is None else rows.collect()
