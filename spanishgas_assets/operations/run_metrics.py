"""Metrics of finished runs for a monitoring system: a small interface, backed by CloudWatch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import dagster as dg

from spanishgas_assets.errors import AlertError
from spanishgas_assets.settings import Settings

Unit = Literal["Count", "Seconds", "None"]

#: CloudWatch takes at most this many values in one call.
_BATCH = 1000

_DRIFT_REPORT = dg.AssetKey(["monitoring", "drift_report"])
_CHURN_MODEL = dg.AssetKey(["churn", "churn_model"])


@dataclass(frozen=True)
class Metric:
    """One value; ``at`` in seconds since 1970."""

    name: str
    value: float
    unit: Unit
    at: float
    dimensions: Mapping[str, str] = field(default_factory=dict)


class Metrics(Protocol):
    """Takes values to where they are watched."""

    @property
    def name(self) -> str:
        """Where values go, in words."""
        ...

    def publish(self, values: Sequence[Metric]) -> None:
        """Publish all values or raise AlertError."""
        ...


@dataclass(frozen=True)
class NoMetrics:
    """Publishes nothing: the default."""

    name: str = "nowhere (SPANISHGAS_METRICS_NAMESPACE is not set)"

    def publish(self, values: Sequence[Metric]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class CloudWatchMetrics:
    """A CloudWatch namespace; credentials, region and endpoint come from the environment."""

    namespace: str

    @property
    def name(self) -> str:
        """Where values go, in words."""
        return f"CloudWatch {self.namespace}"

    def publish(self, values: Sequence[Metric]) -> None:
        """Put the values.

        Raises:
            AlertError: CloudWatch did not take them.
        """
        import boto3  # costs 0.15 s that a laptop does not need
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = boto3.client("cloudwatch")
            for first in range(0, len(values), _BATCH):
                client.put_metric_data(
                    Namespace=self.namespace,
                    MetricData=[_as_cloudwatch(one) for one in values[first : first + _BATCH]],
                )
        except (BotoCoreError, ClientError) as error:
            raise AlertError(
                f"{len(values)} metrics were not published to CloudWatch namespace "
                f"{self.namespace}: {error}"
            ) from error


def metrics_of(settings: Settings) -> Metrics:
    """Return the sink that the settings ask for."""
    return (
        CloudWatchMetrics(settings.metrics_namespace) if settings.metrics_namespace else NoMetrics()
    )


def metrics_of_run(instance: dg.DagsterInstance, record: dg.RunRecord) -> Iterator[Metric]:
    """Compute a finished run's figures, each with the job as its dimension.

    RunDuration (seconds), ChecksFailed, RowsQuarantined; DriftDetected (0 or 1) and
    FeaturesDrifted where the run made a drift report; PR-AUC where it trained a model.
    """
    run, at = record.dagster_run, record.end_time or 0.0
    job = {"Job": run.job_name}
    if record.start_time:
        yield Metric("RunDuration", at - record.start_time, "Seconds", at, job)
    outcomes = [
        event.asset_check_evaluation_data
        for event in _events(instance, run, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    ]
    failed = sum(not outcome.passed for outcome in outcomes)
    yield Metric("ChecksFailed", float(failed), "Count", at, job)
    aside = sum(_number(outcome.metadata, "rows_set_aside") or 0.0 for outcome in outcomes)
    yield Metric("RowsQuarantined", aside, "Count", at, job)
    for event in _events(instance, run, dg.DagsterEventType.ASSET_MATERIALIZATION):
        made = event.step_materialization_data.materialization
        if made.asset_key == _DRIFT_REPORT:
            alarming = _number(made.metadata, "alarming") or 0.0
            drifted = _number(made.metadata, "drifted") or 0.0
            yield Metric("DriftDetected", float(alarming > 0), "Count", at, job)
            yield Metric("FeaturesDrifted", drifted, "Count", at, job)
        pr_auc = _number(made.metadata, "pr_auc") if made.asset_key == _CHURN_MODEL else None
        if pr_auc is not None:
            yield Metric("PR-AUC", pr_auc, "None", at, job)


def heartbeat_metric(now: float) -> Metric:
    """Return the value whose absence is an alarm: the daemon works."""
    return Metric("Heartbeat", 1.0, "Count", now)


def _events(
    instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType
) -> Iterator[Any]:
    for record in instance.get_records_for_run(run.run_id, of_type=kind).records:
        if record.event_log_entry.dagster_event is not None:
            yield record.event_log_entry.dagster_event


def _number(metadata: Mapping[str, Any], name: str) -> float | None:
    value = getattr(metadata.get(name), "value", None)
    return float(value) if isinstance(value, int | float) else None


def _as_cloudwatch(one: Metric) -> dict[str, Any]:
    return {
        "MetricName": one.name,
        "Value": one.value,
        "Unit": one.unit,
        "Timestamp": datetime.fromtimestamp(one.at, UTC),
        "Dimensions": [{"Name": name, "Value": value} for name, value in one.dimensions.items()],
    }
