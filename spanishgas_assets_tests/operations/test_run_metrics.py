"""The figures of finished runs, and how they reach CloudWatch."""

from datetime import UTC, datetime, timedelta

import boto3
import dagster as dg
import pytest

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.sensors import metrics
from spanishgas_assets.operations.run_metrics import (
    CloudWatchMetrics,
    Metric,
    NoMetrics,
    metrics_of,
    metrics_of_run,
)
from spanishgas_assets.settings import Settings


@dg.asset(key=["monitoring", "drift_report"])
def drift_report():
    return dg.MaterializeResult(metadata={"alarming": 2, "drifted": 5})


@dg.asset(key=["churn", "churn_model"])
def churn_model():
    return dg.MaterializeResult(metadata={"pr_auc": 0.75})


@dg.asset_check(asset=drift_report)
def drift():
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset=churn_model)
def rows_reconciled():
    return dg.AssetCheckResult(passed=True, metadata={"rows_set_aside": 12})


@pytest.fixture
def instance():
    definitions = dg.Definitions(
        assets=[drift_report, churn_model],
        asset_checks=[drift, rows_reconciled],
        jobs=[dg.define_asset_job("score_snapshot")],
        executor=dg.in_process_executor,
    )
    with dg.DagsterInstance.ephemeral() as made:
        job = definitions.resolve_job_def("score_snapshot")
        assert job.execute_in_process(instance=made).success
        yield made


@pytest.fixture
def cloud(monkeypatch):
    from moto import mock_aws

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield boto3.client("cloudwatch")


def test_a_run_gives_its_figures(instance):
    (record,) = instance.get_run_records()
    found = {one.name: (one.value, one.unit) for one in metrics_of_run(instance, record)}
    assert found.pop("RunDuration")[1] == "Seconds"
    assert found == {
        "ChecksFailed": (1.0, "Count"),
        "RowsQuarantined": (12.0, "Count"),
        "DriftDetected": (1.0, "Count"),
        "FeaturesDrifted": (5.0, "Count"),
        "PR-AUC": (0.75, "None"),
    }


def test_nothing_is_published_by_default():
    assert metrics_of(Settings()) == NoMetrics()


def look(instance, **settings):
    """Let the sensor look once; what it says."""
    with dg.build_sensor_context(
        instance=instance,
        resources={"settings": Settings(**settings)},
        definitions=dg.Definitions(assets=[drift_report]),
    ) as context:
        return metrics.evaluate_tick(context).skip_message


def test_the_sensor_publishes_to_the_namespace(instance, cloud):
    said = look(instance, metrics_namespace="SpanishGas/test")
    assert said == "6 metrics of 1 runs to CloudWatch SpanishGas/test"
    names = {
        one["MetricName"] for one in cloud.list_metrics(Namespace="SpanishGas/test")["Metrics"]
    }
    assert names == {
        "RunDuration", "ChecksFailed", "RowsQuarantined", "DriftDetected", "FeaturesDrifted",
        "PR-AUC", "Heartbeat",
    }  # fmt: skip
    now = datetime.now(UTC)
    (point,) = cloud.get_metric_statistics(
        Namespace="SpanishGas/test",
        MetricName="PR-AUC",
        Dimensions=[{"Name": "Job", "Value": "score_snapshot"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert point["Maximum"] == 0.75


def test_without_a_namespace_the_sensor_says_so(instance):
    said = look(instance)
    assert said == "6 metrics of 1 runs to nowhere (SPANISHGAS_METRICS_NAMESPACE is not set)"


def test_more_than_one_call_takes_are_published(cloud):
    now = datetime.now(UTC).timestamp()
    CloudWatchMetrics("many").publish(
        [Metric("RunDuration", 1.0, "Seconds", now, {"Job": f"job {n}"}) for n in range(1001)]
    )
    pages = cloud.get_paginator("list_metrics").paginate(Namespace="many")
    assert sum(len(page["Metrics"]) for page in pages) == 1001


def test_a_refusal_fails_the_tick_and_the_next_one_tries_again(instance, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(AlertError, match="7 metrics were not published to CloudWatch namespace ns"):
        look(instance, metrics_namespace="ns")
