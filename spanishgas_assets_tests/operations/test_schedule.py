"""What the clock starts: the week on Mondays at six in Madrid, tidying on Sundays."""

import functools
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.churn.gate.registry import ChampionEntry, Registry
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.schedule import schedules
from spanishgas_assets.settings import Settings, Weekly
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import table_key
from spanishgas_assets_tests.stored import hold

SCORE, TRAIN = Settings(weekly=Weekly.SCORE), Settings(weekly=Weekly.TRAIN)


def schedule(name: str, settings: Settings = SCORE) -> dg.ScheduleDefinition:
    return next(one for one in schedules(settings) if one.name == name)


def times(name: str, after: datetime, count: int) -> list[str]:
    """When a schedule fires, in UTC."""
    from dagster._utils.schedules import cron_string_iterator

    found = schedule(name)
    fires = cron_string_iterator(
        after.timestamp(), str(found.cron_schedule), found.execution_timezone
    )
    return [f"{next(fires).astimezone(UTC):%a %Y-%m-%d %H:%M}" for _ in range(count)]


@pytest.fixture
def store(tmp_path: Path):
    return open_store(str(tmp_path))


def hold_year(store, snapshot: str) -> None:
    for table in TABLES:
        for month in trailing_year_keys(date.fromisoformat(snapshot)):
            if table.cadence == "month":
                hold(store, table_key(table.layer, table.name, month))


@pytest.fixture(scope="module")
def disk():
    with dg.instance_for_test() as made:
        yield made


@pytest.fixture
def instance(disk):
    disk.wipe()
    return disk


@functools.cache
def repository(weekly: Weekly) -> dg.RepositoryDefinition:
    return build_definitions(Settings(weekly=weekly)).get_repository_def()


def tick(store, instance, at: str, settings: Settings = TRAIN):
    """What the Monday schedule does at a time in UTC: a run request, or why not."""
    resources = {"settings": Settings(store=store.root, weekly=settings.weekly)}
    time = datetime.fromisoformat(at).replace(tzinfo=UTC)
    location = repository(settings.weekly)
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=time,
        resources=resources,
        repository_def=location,
    ) as context:
        done = location.get_schedule_def("monday").evaluate_tick(context)
    return done.run_requests[0] if done.run_requests else done.skip_message


def test_monday_is_at_six_in_madrid_also_when_the_clock_changes() -> None:
    assert times("monday", datetime(2025, 3, 22, tzinfo=UTC), 2) == [
        "Mon 2025-03-24 05:00",
        "Mon 2025-03-31 04:00",
    ]
    assert times("monday", datetime(2025, 10, 18, tzinfo=UTC), 2) == [
        "Mon 2025-10-20 04:00",
        "Mon 2025-10-27 05:00",
    ]


def test_sunday_is_at_four_in_madrid_once_also_when_the_clock_changes() -> None:
    assert times("sunday", datetime(2025, 3, 29, tzinfo=UTC), 2) == [
        "Sun 2025-03-30 02:00",
        "Sun 2025-04-06 02:00",
    ]
    assert times("sunday", datetime(2025, 10, 25, tzinfo=UTC), 1) == ["Sun 2025-10-26 03:00"]


@pytest.mark.parametrize(
    ("at", "snapshot"),
    [
        ("2025-01-06 05:00", "2025-01-06"),
        ("2025-03-24 05:00", "2025-03-24"),
        ("2025-03-31 04:00", "2025-03-31"),
        ("2025-10-27 05:00", "2025-10-27"),
    ],
)
def test_it_runs_the_snapshot_of_that_monday(store, instance, at: str, snapshot: str) -> None:
    hold_year(store, snapshot)
    request = tick(store, instance, at)
    assert (request.run_key, request.partition_key) == (snapshot, snapshot)


@pytest.mark.parametrize(
    ("settings", "job"), [(TRAIN, "train_snapshot"), (SCORE, "score_snapshot")]
)
def test_configuration_says_whether_it_trains_or_scores(settings: Settings, job: str) -> None:
    assert schedule("monday", settings).job_name == job
    assert schedule("sunday", settings).job_name == "prune"


@pytest.mark.parametrize("on", [True, False])
def test_automation_decides_whether_they_start_switched_on(on: bool) -> None:
    wanted = dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED
    assert {one.default_status for one in schedules(Settings(automation=on))} == {wanted}


def test_a_snapshot_that_lacks_months_is_not_started(store, instance) -> None:
    hold_year(store, "2025-01-06")
    said = tick(store, instance, "2025-03-03 05:00")
    assert "Snapshot 2025-03-03 is missing 2 of its 12 months: 2025-01, 2025-02" in said


def test_no_champion_no_scoring(store, instance) -> None:
    hold_year(store, "2025-01-06")
    said = tick(store, instance, "2025-01-06 05:00", SCORE)
    assert "There is no champion to score snapshot 2025-01-06" in said


def test_a_standing_champion_scores(store, instance, monkeypatch) -> None:
    hold_year(store, "2025-01-06")
    asked = []
    monkeypatch.setattr(Registry, "champion", lambda _, day: asked.append(day) or ChampionEntry)
    assert tick(store, instance, "2025-01-06 05:00", SCORE).partition_key == "2025-01-06"
    assert asked == [date(2025, 1, 6)]


@pytest.mark.parametrize(
    ("status", "tags", "stands"),
    [
        (dg.DagsterRunStatus.STARTED, {}, True),
        (dg.DagsterRunStatus.SUCCESS, {}, True),
        (dg.DagsterRunStatus.FAILURE, {}, False),
        (dg.DagsterRunStatus.CANCELED, {}, False),
        (dg.DagsterRunStatus.FAILURE, {"dagster/will_retry": "true"}, True),
        (
            dg.DagsterRunStatus.FAILURE,
            {"dagster/will_retry": "true", "dagster/auto_retry_run_id": "b"},
            False,
        ),
    ],
)
def test_a_snapshot_that_an_arrival_already_made_is_not_made_twice(
    store, instance, status, tags: dict[str, str], stands: bool
) -> None:
    hold_year(store, "2025-01-06")
    tags = {"dagster/partition": "2025-01-06", **tags}
    create_run_for_test(instance, job_name="score_snapshot", status=status, tags=tags)
    done = tick(store, instance, "2025-01-06 05:00")
    assert ("already has a run: score_snapshot" in str(done)) == stands


def test_runs_of_other_jobs_and_mondays_are_no_matter(store, instance) -> None:
    hold_year(store, "2025-01-13")
    for job, partition in (("score_snapshot", "2025-01-06"), ("backtest", "2025-01-13")):
        create_run_for_test(
            instance,
            job_name=job,
            status=dg.DagsterRunStatus.SUCCESS,
            tags={"dagster/partition": partition},
        )
    assert tick(store, instance, "2025-01-13 05:00").partition_key == "2025-01-13"


def test_a_tick_that_is_repeated_has_the_key_of_the_first(store, instance) -> None:
    """A tick that dies after it asked is evaluated again; Dagster starts a key once."""
    hold_year(store, "2025-01-13")
    twice = [tick(store, instance, "2025-01-13 05:00").run_key for _ in range(2)]
    assert twice == ["2025-01-13"] * 2
