"""Old runs are forgotten by policy, and what follows from the history stays."""

import time
from dataclasses import replace

import dagster as dg
import pytest

from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.alerts.incidents import Kind, Observation
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.operations.prune import (
    PastRun,
    forgettable,
    past_runs,
    prune,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

DAY = 86_400.0
TABLE = ("ASSET_MATERIALIZATION", "bronze/customer", "2025-01-06")
OTHER = ("ASSET_MATERIALIZATION", "bronze/customer", "2025-01-13")
WEEKS = dg.WeeklyPartitionsDefinition("2025-01-06", day_offset=1)


def past(run_id: str, day: float, *things: tuple[str, str, str]) -> PastRun:
    return PastRun(run_id, day * DAY, dict.fromkeys(things, day * DAY))


def forgotten(*runs: PastRun, before: float = 100, keep: int = 1, needed=frozenset()) -> list[str]:
    return forgettable(runs, before=before * DAY, keep=keep, needed=needed)


def test_a_run_goes_when_it_is_old_and_others_made_again_all_that_it_made() -> None:
    old, newer = past("old", 1, TABLE), past("newer", 2, TABLE)
    assert forgotten(old, newer) == ["old"]
    assert forgotten(old, newer, before=0.5) == []
    assert forgotten(past("old", 1, TABLE, OTHER), newer) == []


def test_a_run_that_made_nothing_goes_by_age_alone() -> None:
    assert forgotten(past("failed", 1), past("young", 101)) == ["failed"]


def test_as_many_of_the_last_stay_as_the_policy_says() -> None:
    runs = [past(str(day), day, TABLE) for day in range(1, 6)]
    assert forgotten(*runs, keep=3) == ["1", "2"]


def test_the_last_look_at_a_check_stays_as_the_table_does() -> None:
    check = ("ASSET_CHECK_EVALUATION", "bronze/customer:contract", "2025-01-06")
    assert forgotten(past("checked", 1, check), past("made", 2, TABLE)) == []


def test_a_run_that_an_alert_links_to_stays() -> None:
    assert forgotten(past("failed", 1), past("seen", 1), needed={"seen"}) == ["failed"]


@dg.asset(partitions_def=WEEKS)
def table(context):
    if context.run.tags.get("fail"):
        raise ValueError("no")
    return 1


@dg.asset_check(asset=table, partitions_def=WEEKS)
def full():
    return dg.AssetCheckResult(passed=True)


DEFINITIONS = dg.Definitions(
    assets=[table],
    asset_checks=[full],
    jobs=[dg.define_asset_job("make", selection=[table])],
    executor=dg.in_process_executor,
)


@pytest.fixture
def instance():
    with dg.instance_for_test() as made:
        yield made


def make(instance, *, partition: str = "2025-01-06", fails: bool = False) -> str:
    job = DEFINITIONS.resolve_job_def("make")
    return job.execute_in_process(
        instance=instance,
        partition_key=partition,
        tags={"fail": "yes"} if fails else None,
        raise_on_error=False,
    ).run_id


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(store=str(tmp_path), keep_runs_days=8, keep_runs_per_partition=1)


def test_old_runs_go_with_their_events_checks_and_logs(instance, settings) -> None:
    first, failed, again, other = (
        make(instance),
        make(instance, fails=True),
        make(instance),
        make(instance, partition="2025-01-13"),
    )
    assert [run.run_id for run in past_runs(instance)] == [first, failed, again, other]
    assert prune(instance, settings, time.time()) == []
    assert prune(instance, settings, time.time() + 9 * DAY) == [first, failed]
    assert {run.run_id for run in instance.get_runs()} == {again, other}
    assert instance.all_logs(first) == []
    history = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("table"), "full"), limit=10
    )
    assert {record.run_id for record in history} == {again, other}


def test_what_follows_from_the_history_stays(instance, settings) -> None:
    make(instance)
    latest = make(instance)
    prune(instance, settings, time.time() + 9 * DAY)
    (record,) = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey("table"), asset_partitions=["2025-01-06"]),
        limit=10,
    ).records
    assert record.run_id == latest
    assert instance.get_materialized_partitions(dg.AssetKey("table")) == {"2025-01-06"}
    assert instance.get_latest_materialization_event(dg.AssetKey("table")).run_id == latest


def test_an_unfinished_run_stays_however_old(instance, settings) -> None:
    run = instance.create_run_for_job(DEFINITIONS.resolve_job_def("make"))
    assert prune(instance, settings, time.time() + 1000 * DAY) == []
    assert instance.has_run(run.run_id)


def test_a_long_history_is_read_page_by_page(instance, monkeypatch) -> None:
    monkeypatch.setattr("spanishgas_assets.operations.prune._PAGE", 2)
    made = [make(instance, fails=True) for _ in range(5)]
    assert [run.run_id for run in past_runs(instance)] == made


def test_the_sunday_job_of_the_platform_says_how_many_it_forgot(instance, settings) -> None:
    make(instance, fails=True)
    at_once = settings.model_copy(update={"keep_runs_days": 0})
    sunday = build_definitions(at_once).resolve_job_def("prune")
    result = sunday.execute_in_process(instance=instance)
    (told,) = [
        event.step_output_data.metadata["runs_forgotten"].value
        for event in result.events_for_node("forget_old_runs")
        if event.is_successful_output
    ]
    assert (result.success, told) == (True, 1)


def test_the_run_of_an_open_incident_stays(instance, settings) -> None:
    alerted, other = make(instance, fails=True), make(instance, fails=True)
    outbox = AlertOutbox(open_store(settings.store))
    seen = Observation(
        Kind.STEP, "table", "2025-01-06", healthy=False, message="no", at=0.0, run_id=alerted
    )
    outbox.flush([seen], Nobody(), now=0.0, remind_after=DAY, ui_url="")
    assert prune(instance, settings, time.time() + 9 * DAY) == [other]
    outbox.flush([replace(seen, healthy=True)], Nobody(), now=DAY, remind_after=DAY, ui_url="")
    assert prune(instance, settings, time.time() + 9 * DAY) == [alerted]


class Nobody:
    """A channel that delivers nowhere."""

    name = "nobody"

    def send(self, message) -> None:
        """Take it for delivered."""
