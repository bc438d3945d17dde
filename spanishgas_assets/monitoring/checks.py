"""Monitoring's checks: drift worth a look, promises that labels refute; and what all checks say."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg
import polars as pl

from spanishgas_assets.dagster_internals import PartitionKeyFilter
from spanishgas_assets.monitoring.alarms import alarms, explain, refuted
from spanishgas_assets.monitoring.check_summary import Outcome
from spanishgas_assets.monitoring.tables import DRIFT_REPORT, REALISED_PERFORMANCE, TIER_CALIBRATION
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.step_retries import failing_in_words
from spanishgas_assets.tables.table_asset import of_table


@dg.asset_check(
    asset=dg.AssetKey([DRIFT_REPORT.layer, DRIFT_REPORT.name]),
    name="drift",
    description="No feature drifted beyond what chance and the season explain.",
    partitions_def=SNAPSHOTS,
)
@failing_in_words
def drift_check(drift_report: pl.LazyFrame) -> dg.AssetCheckResult:
    """Warn about the features that need attention."""
    rows = drift_report.collect()
    found = alarms(rows)
    return dg.AssetCheckResult(
        passed=found.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=explain(found, rows["reference"].unique().sort(descending=True).to_list()),
        metadata={
            "features": found.height,
            "severity": found["severity"][0] if found.height else "none",
        },
    )


@dg.asset_check(
    asset=dg.AssetKey([REALISED_PERFORMANCE.layer, REALISED_PERFORMANCE.name]),
    name="concept_drift",
    description="The labels confirm the expected PR-AUC and the churn rate of every tier.",
    additional_ins={"tier_calibration": of_table(TIER_CALIBRATION)},
    partitions_def=SNAPSHOTS,
)
@failing_in_words
def concept_drift_check(
    realised_performance: pl.LazyFrame, tier_calibration: pl.LazyFrame
) -> dg.AssetCheckResult:
    """Warn if the newest labels contradict the scores."""
    passed, summary = refuted(realised_performance.collect(), tier_calibration.collect())
    return dg.AssetCheckResult(
        passed=passed, severity=dg.AssetCheckSeverity.WARN, description=summary
    )


CHECKS = [drift_check, concept_drift_check]


def check_outcomes(
    instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey], snapshot: date
) -> list[Outcome]:
    """Read the latest outcome of each check on the snapshot and on its twelve months."""
    return [
        outcome
        for partition in (*trailing_year_keys(snapshot), snapshot.isoformat())
        for outcome in _outcomes(instance, checks, partition)
    ]


def _outcomes(
    instance: dg.DagsterInstance, checks: Sequence[dg.AssetCheckKey], partition: str
) -> Iterator[Outcome]:
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        checks, partition_filter=PartitionKeyFilter(key=partition)
    )
    for key, found in latest.items():
        event = found.event.dagster_event if found.event else None
        # A check that this run has planned and not yet made has no outcome.
        if event is None or event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        outcome = event.asset_check_evaluation_data
        yield Outcome(
            table=key.asset_key.to_user_string(),
            check=key.name,
            partition=partition,
            passed=outcome.passed,
            severity=outcome.severity.value,
            says=outcome.description or "",
        )
