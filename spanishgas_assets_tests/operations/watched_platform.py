"""A code location with assets that do wrong on demand, for the tests of the alerts.

A file in ``$PROBLEM`` names what shall go wrong; one in ``$LAUNCH`` names a job that the daemon
shall start.
"""

import os
from datetime import timedelta
from pathlib import Path

import dagster as dg

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.operations.alerts import incidents
from spanishgas_assets.operations.alerts.sensors import alerts
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures


def problem(name):
    return (Path(os.environ["PROBLEM"]) / name).exists()


@dg.asset(partitions_def=SNAPSHOTS)
def customers():
    return 1


@dg.asset_check(asset=customers, partitions_def=SNAPSHOTS)
def complete():
    return dg.AssetCheckResult(
        passed=not problem("check"),
        severity=dg.AssetCheckSeverity.WARN,
        description="3 of 10 customers are missing",
    )


@dg.asset(key=["churn", "champion"], partitions_def=SNAPSHOTS)
def champion():
    return 1


@dg.asset_check(asset=champion, partitions_def=SNAPSHOTS)
def gate():
    return dg.AssetCheckResult(
        passed=not problem("check"),
        severity=dg.AssetCheckSeverity.WARN,
        description="model m2 refused: PR-AUC 0.41 is below 0.70",
    )


@dg.asset(key=["monitoring", "drift_report"], partitions_def=SNAPSHOTS)
def drift_report():
    return 1


@dg.asset_check(asset=drift_report, partitions_def=SNAPSHOTS)
def drift():
    return dg.AssetCheckResult(
        passed=not problem("check"),
        severity=dg.AssetCheckSeverity.WARN,
        description="1 drifted: tenure_months (high, effect 0.60)",
    )


@dg.asset(
    key=["bronze", "prices"],
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2)),
)
def prices():
    return 1


@dg.asset(partitions_def=SNAPSHOTS)
def model():
    if problem("step"):
        raise ValueError("the trees fell")


@dg.asset(partitions_def=SNAPSHOTS)
def contracts():
    with user_errors_as_failures():
        if problem("raw"):
            raise RawFileError("customer_contracts.csv: no rows")


@dg.asset
def worker():
    if problem("death"):
        os._exit(9)


SNAPSHOT = "2025-01-06"
JOBS = {
    name: dg.define_asset_job(f"make_{name}", selection=assets)
    for name, assets in {
        "customers": [customers],
        "snapshot": [customers, champion, drift_report],
        "model": [model],
        "contracts": [contracts],
        "worker": [worker],
    }.items()
}


@dg.sensor(
    jobs=list(JOBS.values()),
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def launcher():
    for file in sorted(Path(os.environ["LAUNCH"]).iterdir()):
        name = file.name.split(".")[0]
        yield dg.RunRequest(
            run_key=file.name,
            job_name=f"make_{name}",
            partition_key=None if name == "worker" else SNAPSHOT,
        )


def definitions(settings):
    """The location; ``alerts`` is the platform's own sensor, looking more often."""
    often = dg.sensor(
        name="alerts",
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )(alerts._raw_fn)
    return dg.Definitions(
        assets=[customers, champion, drift_report, prices, model, contracts, worker],
        asset_checks=[complete, gate, drift],
        jobs=list(JOBS.values()),
        sensors=[launcher, often],
        resources={"settings": settings},
        executor=dg.in_process_executor,
    )


if "LAUNCH" in os.environ:
    incidents.GROUPING_SECONDS = 2.0
    defs = definitions(Settings.from_environment())
