"""Signs of life: what is told when something that should happen by itself does not."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateRecord
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from spanishgas_assets.cli import main
from spanishgas_assets.operations.alerts.heartbeat import signs_of_life
from spanishgas_assets.operations.arrivals.arrival_state import ArrivalState, write_state
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
NOW = (MONDAY + timedelta(days=2)).timestamp()
HOUR = 3600.0


@pytest.fixture
def instance(monkeypatch):
    monkeypatch.setattr(dg.DagsterInstance, "get_daemon_statuses", lambda self: {})
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def store(tmp_path):
    made = open_store(str(tmp_path))
    publish_tables(made, "2025-01-06")
    return made


def missing(instance, store, now=NOW, assets=()):
    signs = signs_of_life(instance, store, assets, now)
    return {f"{one.subject} {one.scope}".strip(): one.message for one in signs if not one.healthy}


def switched_on(instance, name, data, kind=InstigatorType.SENSOR, ticks=()):
    """A schedule or sensor that runs, with the ticks it made: (hours ago, status)."""
    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(), location_name="here")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "repository"), name)
    state = InstigatorState(origin, kind, InstigatorStatus.RUNNING, data)
    instance.add_instigator_state(state)
    for hours, status in ticks:
        instance.create_tick(
            TickData(
                state.instigator_origin_id,
                name,
                kind,
                status,
                NOW - hours * HOUR,
                run_ids=[],
                selector_id=state.selector_id,
                error=SerializableErrorInfo(
                    "Error occurred during the execution of evaluation_fn\n",
                    [],
                    None,
                    cause=SerializableErrorInfo("it broke\n", [], None),
                )
                if status == TickStatus.FAILURE
                else None,
            )
        )


def sensor(started_hours_ago=100.0):
    return SensorInstigatorData(last_sensor_start_timestamp=NOW - started_hours_ago * HOUR)


def test_all_is_well(instance, store):
    switched_on(instance, "raw", sensor(), ticks=[(0.1, TickStatus.SKIPPED)])
    assert missing(instance, store) == {}


def test_a_sensor_that_no_longer_ticks_is_missed(instance, store):
    switched_on(instance, "raw", sensor(), ticks=[(1, TickStatus.SKIPPED)])
    assert missing(instance, store) == {"sensor raw": "last tick 2025-01-07 23:00 UTC"}


def test_a_sensor_just_switched_on_has_time(instance, store):
    switched_on(instance, "raw", sensor(started_hours_ago=0.1))
    assert missing(instance, store) == {}


def test_a_sensor_whose_ticks_fail_is_told(instance, store):
    failed = [(hours, TickStatus.FAILURE) for hours in (0.05, 0.1, 0.15)]
    switched_on(instance, "raw", sensor(), ticks=failed)
    assert missing(instance, store) == {"sensor raw": "the last 3 ticks failed: it broke"}


@pytest.mark.parametrize(("hours", "missed"), [(7 * 24, False), (7 * 24 + 7, True)])
def test_a_weekly_schedule_may_be_silent_for_a_week_and_six_hours(instance, store, hours, missed):
    schedule = ScheduleInstigatorData("0 6 * * 1", start_timestamp=NOW - 1000 * HOUR)
    ticks = [(hours, TickStatus.SKIPPED)]
    switched_on(instance, "monday", schedule, InstigatorType.SCHEDULE, ticks)
    assert ("schedule monday" in missing(instance, store)) == missed


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_a_snapshot_is_due_a_week_after_the_last(instance, store, days, late):
    now = (MONDAY + timedelta(days=days)).timestamp()
    expected = {"publication": "the last published snapshot is 2025-01-06"} if late else {}
    assert missing(instance, store, now) == expected


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_a_platform_that_published_nothing_is_told_after_a_week(instance, tmp_path, days, late):
    store = open_store(str(tmp_path))
    write_state(store, ArrivalState(began_at=NOW - days * 24 * HOUR))
    expected = {"publication": "no snapshot has been published yet"} if late else {}
    assert missing(instance, store) == expected


def test_a_first_start_is_no_incident(instance, tmp_path):
    assert missing(instance, open_store(str(tmp_path))) == {}


def test_a_run_that_does_not_end_is_told(instance, store):
    @dg.job
    def endless():
        return None

    run_id = instance.create_run_for_job(endless, status=dg.DagsterRunStatus.STARTED).run_id
    later = datetime.now(UTC).timestamp() + 7 * HOUR
    publish_tables(store, f"{datetime.now(UTC):%F}")
    assert list(missing(instance, store, later)) == [f"runs come to an end {run_id}"]
    assert missing(instance, store, later - 2 * HOUR) == {}


def test_a_table_past_its_freshness_window_is_told(instance, store, monkeypatch):
    stale, fresh, unknown = (dg.AssetKey(name) for name in ("stale", "fresh", "unknown"))
    states = {
        stale: FreshnessState.FAIL, fresh: FreshnessState.WARN, unknown: FreshnessState.UNKNOWN
    }  # fmt: skip

    class Record:
        def __init__(self, state):
            self.freshness_state = state

    assert "freshness_state" in FreshnessStateRecord.__annotations__
    monkeypatch.setattr(
        dg.DagsterInstance,
        "get_freshness_state_records",
        lambda self, keys: {key: Record(states[key]) for key in keys},
    )
    assert missing(instance, store, assets=[stale, fresh, unknown]) == {
        "tables are made in time stale": "not materialized within its freshness window"
    }


def test_the_command_looks_from_outside_and_fails(tmp_path, monkeypatch, capsys, caplog):
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    assert main(["heartbeat"]) == 1
    said = capsys.readouterr().err
    assert "daemon SENSOR: no heartbeat" in said
    assert "Dry run (SPANISHGAS_ALERTS=log)" in caplog.text
