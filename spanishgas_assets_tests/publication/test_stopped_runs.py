"""What a reader learns of runs that stopped before they published."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.runs.stop_hook import begun_run, remember_stop
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.stopped_runs import (
    MONTHS,
    StoppedRun,
    forget_begun,
    forget_stops,
    keep_begun,
    keep_stop,
    notices,
    stopped_run,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import Store, open_store

NOON = "2025-01-14T12:00:00+00:00"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def empty(store_url: str) -> Store:
    return open_store(store_url)


def stop(store: Store, scope: str, reason: str = "gold/gold_master: no_future", run: str = "r1"):
    keep_stop(store, StoppedRun(scope, run, NOON, (reason,)))


def test_a_reader_hears_of_its_snapshot_of_the_latest_later_one_and_of_months(empty: Store) -> None:
    for scope in ("2025-01-06", "2025-01-13", "2025-01-20", "2025-01-27", MONTHS):
        stop(empty, scope)
    assert [line.partition(" stopped")[0] for line in notices(empty, "2025-01-13")] == [
        "A newer run of 2025-01-13",
        "A run of the later snapshot 2025-01-27",
        "A run of months",
    ]
    (line,) = list(notices(empty, "2025-01-27"))[:1]
    assert line.endswith(f"stopped at {NOON} and published nothing: gold/gold_master: no_future")


def test_a_run_that_came_to_its_end_is_the_last_word(empty: Store) -> None:
    stop(empty, "2025-01-06")
    forget_stops(empty, "2025-01-06", MONTHS)
    assert list(notices(empty, "2025-01-06")) == []
    assert empty.keys("publication/") == []


def test_reasons_of_one_run_join_and_those_of_another_replace_them(empty: Store) -> None:
    for reason in ("first", "second", "second"):
        stop(empty, MONTHS, reason)
    assert stopped_run(empty, MONTHS) == StoppedRun(MONTHS, "r1", NOON, ("first", "second"))
    stop(empty, MONTHS, "third", run="r2")
    assert stopped_run(empty, MONTHS) == StoppedRun(MONTHS, "r2", NOON, ("third",))


def test_damage_is_told_and_replaced(empty: Store) -> None:
    empty.write(f"publication/stopped/{MONTHS}.json", b"{")
    (line,) = notices(empty, "2025-01-06")
    assert "months.json is damaged" in line
    stop(empty, MONTHS)
    assert stopped_run(empty, MONTHS) is not None


def test_a_snapshot_that_was_never_published_says_why(empty: Store) -> None:
    stop(empty, "2025-01-06")
    with pytest.raises(StoreError, match=r"not published in .*\n.*published nothing: gold/gold_m"):
        open_publication(empty.root, snapshot="2025-01-06")


def test_a_step_that_fails_is_remembered_with_its_words_or_its_kind(tmp_path: Path) -> None:
    weeks = dg.StaticPartitionsDefinition(["2025-01-06"])
    store = open_store(str(tmp_path))

    @dg.asset(partitions_def=weeks, key=["gold", "refused"])
    def refused() -> None:
        raise dg.Failure("gold/refused is not stored: 3 rows")

    @dg.asset(
        partitions_def=weeks,
        key=["gold", "checked"],
        check_specs=[dg.AssetCheckSpec("few", asset=["gold", "checked"], blocking=True)],
    )
    def checked() -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(
            check_results=[dg.AssetCheckResult(passed=False, check_name="few")]
        )

    @dg.asset(partitions_def=weeks, key=["gold", "broken"])
    def broken() -> None:
        raise KeyError("Ana Ruiz")

    job = dg.Definitions(
        assets=[refused, checked, broken],
        jobs=[dg.define_asset_job("job", hooks={remember_stop})],
        resources={"settings": Settings(store=str(tmp_path)), "begun_run": begun_run},
        executor=dg.in_process_executor,
    ).resolve_job_def("job")
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(
            instance=instance, partition_key="2025-01-06", raise_on_error=False, run_config=QUIET
        )
    stopped = stopped_run(store, "2025-01-06")
    assert stopped is not None
    assert set(stopped.reasons) == {
        "gold/refused is not stored: 3 rows",
        "gold/checked: 1 blocking asset check failed with ERROR severity: gold/checked: few",
        "gold/broken: KeyError",
    }


def test_a_process_that_was_killed_is_told_until_another_run_ends(empty: Store) -> None:
    code = (
        "import os, signal\n"
        "from spanishgas_assets.publication.stopped_runs import keep_begun\n"
        "from spanishgas_assets.storage.store import open_store\n"
        f"keep_begun(open_store({empty.root!r}), '2025-01-06', 'r1', {NOON!r})\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    (line,) = notices(empty, "2025-01-06")
    assert line.startswith(f"A newer run of 2025-01-06 began at {NOON} in process ")
    assert line.endswith(", which was killed, and did not end: run it again")
    forget_begun(empty, "2025-01-06", MONTHS)
    assert list(notices(empty, "2025-01-06")) == []


def test_a_run_that_is_under_way_is_not_told(empty: Store) -> None:
    keep_begun(empty, MONTHS, "r1", NOON)
    assert list(notices(empty, "2025-01-06")) == []


def test_a_run_of_another_host_may_be_under_way_or_killed(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_begun(empty, MONTHS, "r1", NOON)
    monkeypatch.setattr("socket.gethostname", lambda: "elsewhere")
    (line,) = notices(empty, "2025-01-06")
    assert line.startswith(f"A run of months began at {NOON} in process ")
    assert line.endswith(" and has not ended: it is under way, or was killed")


def test_a_run_notes_that_it_began_until_it_ends(tmp_path: Path) -> None:
    store, noted = open_store(str(tmp_path)), []

    @dg.op
    def look() -> None:
        noted.extend(store.keys("publication/stopped/"))

    @dg.job(
        hooks={remember_stop},
        resource_defs={
            "settings": dg.ResourceDefinition.hardcoded_resource(Settings(store=str(tmp_path))),
            "begun_run": begun_run,
        },
    )
    def job() -> None:
        look()

    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(instance=instance, run_config=QUIET)
    assert noted == ["publication/stopped/begun/months.json"]
    assert store.keys("publication/") == []
