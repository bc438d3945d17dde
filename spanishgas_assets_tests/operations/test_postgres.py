"""The instance's storage in production: a real PostgreSQL server, under real runs of the graph."""

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.bronze.tables import COST_MONTH, CUSTOMER_MONTH, PRICE_MONTH
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.monitoring.checks import check_outcomes
from spanishgas_assets.operations.prune import prune
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.staleness import stale_months
from spanishgas_assets.raw.assets import report_versions
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

from ..raw import drops
from .postgres_server import running_server
from .production import write_home

MONTH = "2024-01-01"
TABLES = (COST_MONTH, PRICE_MONTH, CUSTOMER_MONTH)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
DAY = 86_400.0


@pytest.fixture(scope="module")
def server():
    with running_server() as running:
        running.create_database("dagster")
        yield running


@pytest.fixture(scope="module")
def platform(server, tmp_path_factory):
    """The platform on PostgreSQL, with the drops of two days of readings."""
    folder = tmp_path_factory.mktemp("platform")
    for name in drops.CSV_ROWS:
        drops.write(folder / "raw", name, drops.csv_text(name))
    drops.write(folder / "raw", "customer_interactions", drops.notes_text(drops.notes()))
    path = folder / "raw/consumption_hourly_2024.parquet"
    drops.readings().write_parquet(path)
    settings = Settings(
        raw=str(folder / "raw"),
        store=str(folder / "store"),
        # Most customers of the price file have no readings here.
        set_aside_limits={"bronze/customer_month:price without consumption": 1.0},
    )
    with pytest.MonkeyPatch.context() as patch:
        write_home(folder / "home", server, patch, run_launcher=None, compute_logs=None)
        with open_instance(settings) as instance:
            yield settings, instance, build_definitions(settings)


def ingest(platform, *tables):
    """Run the job, or the part of it that makes some tables."""
    _, instance, definitions = platform
    return definitions.resolve_job_def("ingest_months").execute_in_process(
        run_config=QUIET,
        instance=instance,
        partition_key=MONTH,
        asset_selection=[dg.AssetKey([one.layer, one.name]) for one in tables] or None,
    )


def test_a_run_of_the_graph_is_recorded_and_its_tables_are_fresh(platform):
    settings, instance, definitions = platform
    report_versions(instance, settings, [MONTH], "2025-01-06")
    assert stale_months(instance, definitions, open_store(settings.store), TABLES, [MONTH]) == [
        MONTH
    ]
    assert ingest(platform).success
    assert stale_months(instance, definitions, open_store(settings.store), TABLES, [MONTH]) == []
    checks = [
        dg.AssetCheckKey(dg.AssetKey(["bronze", "customer_month"]), name)
        for name in ("contract", "rows_reconciled")
    ]
    outcomes = check_outcomes(instance, checks, date(2025, 1, 6))
    assert [(one.partition, one.passed) for one in outcomes] == [(MONTH, True)] * 2


def test_the_storage_is_the_deployed_one(platform, server):
    _, instance, _ = platform
    url = instance.event_log_storage._engine.url
    assert (url.drivername, url.port) == ("postgresql+psycopg2", server.port)
    assert url.query["sslmode"] == "require"


def test_migration_brings_the_tables_of_an_empty_database(server, tmp_path, monkeypatch):
    server.create_database("empty")
    write_home(tmp_path, server, monkeypatch, run_launcher=None, compute_logs=None)
    monkeypatch.setenv("DAGSTER_POSTGRES_DB", "empty")
    command = [Path(sys.executable).with_name("dagster"), "instance", "migrate"]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    with dg.DagsterInstance.get() as instance:
        assert instance.get_runs() == []


def test_pruning_forgets_replaced_runs_and_nothing_becomes_stale(platform):
    settings, instance, definitions = platform
    settings = settings.with_changes(keep_runs_per_partition=1)
    replaced, last = (ingest(platform, COST_MONTH).run_id for _ in range(2))
    later = instance.get_run_record_by_id(last).end_time + 91 * DAY

    assert prune(instance, settings, later - 2 * DAY) == []
    assert prune(instance, settings, later) == [replaced]
    assert instance.get_run_by_id(replaced) is None
    assert instance.all_logs(replaced) == []
    assert stale_months(instance, definitions, open_store(settings.store), TABLES, [MONTH]) == []
    assert prune(instance, settings, later) == []


def test_a_run_outlives_seconds_without_its_database(platform, server):
    _, instance, _ = platform
    made = []

    @dg.asset
    def through_the_gap() -> None:
        made.append(1)
        server.stop()
        threading.Timer(2.0, server.start).start()

    result = dg.materialize([through_the_gap], instance=instance)
    assert result.success
    assert len(made) == 1
    events = [
        record.event_log_entry.dagster_event.event_type_value
        for record in instance.get_records_for_run(result.run_id).records
        if record.event_log_entry.dagster_event
    ]
    for once in ("PIPELINE_START", "STEP_SUCCESS", "ASSET_MATERIALIZATION", "PIPELINE_SUCCESS"):
        assert events.count(once) == 1
    assert instance.get_run_by_id(result.run_id).status == dg.DagsterRunStatus.SUCCESS
