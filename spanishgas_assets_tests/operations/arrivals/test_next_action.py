"""What a batch does next, from its runs and from what it missing."""

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from spanishgas_assets.operations.arrivals.arrival_state import ArrivalImpact
from spanishgas_assets.operations.arrivals.batches import open_batch
from spanishgas_assets.operations.arrivals.next_action import (
    ATTEMPT_TAG,
    BATCH_TAG,
    STEP_TAG,
    ArrivalStep,
    MissingInputs,
    next_action,
    run_request,
    runs_of,
    stretches,
)

FAILURE, SUCCESS = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
BATCH = open_batch("flat", {"churn_label": "1"}, "2025-01-06", {}, 0, 0.0, "1.0")


def run(status, job="register_arrivals", *, attempt=0, **tags):
    more = {f"dagster/{name}": value for name, value in tags.items()}
    return dg.DagsterRun(job_name=job, status=status, tags={ATTEMPT_TAG: str(attempt), **more})


def after(runs, *, found=None, attempt=0, needed="", wanted="", without="", go_without=False):
    found = found or ArrivalImpact(["2024-01-01"], {}, snapshot=True)
    lacks = MissingInputs(needed, wanted, lambda: without, go_without)
    return next_action(BATCH, lacks, runs, lambda: found, attempt)


NOTED = {"register": [run(SUCCESS)]}
INGESTED = NOTED | {"months 2024-01": [run(SUCCESS)]}


def test_the_order_is_note_months_snapshot_done() -> None:
    assert [step.job for step in after({}).steps] == ["register_arrivals"]
    assert [step.job for step in after(NOTED).steps] == ["ingest_months"]
    (step,) = after(INGESTED).steps
    assert (step.job, step.partition) == ("train_snapshot", "2025-01-06")
    assert after(INGESTED | {"snapshot": [run(SUCCESS)]}).state == "done"


def test_what_follows_from_nothing_new_is_done_at_once() -> None:
    assert after(NOTED, found=ArrivalImpact([], {}, snapshot=False)).state == "done"


def test_nothing_starts_without_what_all_need() -> None:
    assert after({}, needed="no drop has x", go_without=True).state == "waiting"
    assert after({}, wanted="x did not come").state == "waiting"
    assert after({}, wanted="x did not come", go_without=True).state == "request"


def test_a_snapshot_that_lacks_months_waits_after_its_months_were_ingested() -> None:
    assert after(NOTED, without="lacks 2024-07").state == "request"
    assert after(INGESTED, without="lacks 2024-07").state == "unready"


def test_months_without_rows_wait_alone() -> None:
    found = ArrivalImpact(
        ["2024-01-01", "2024-02-01"], {"2024-02-01": ["price_history"]}, snapshot=False
    )
    assert after(NOTED, found=found).message == "months 2024-01"
    waits = after(INGESTED, found=found)
    assert (waits.state, waits.message) == ("unready", "2024-02 has no rows in price_history")
    assert after(NOTED, found=found, go_without=True).message == "months 2024-01 to 2024-02"


def test_a_failure_is_named_and_armed_again_by_the_next_try() -> None:
    failed = {"register": [run(FAILURE)]}
    assert after(failed).state == "failed"
    assert after(failed).message.startswith("register_arrivals (register), run ")
    assert after(failed, attempt=1).state == "request"
    assert after({"register": [run(FAILURE), run(FAILURE, attempt=1)]}, attempt=1).state == "failed"


def test_a_run_that_someone_cancelled_is_a_failure() -> None:
    assert after({"register": [run(dg.DagsterRunStatus.CANCELED)]}).state == "failed"


@pytest.mark.parametrize(
    ("first", "state"),
    [
        (run(FAILURE, will_retry="true"), "running"),
        (run(FAILURE, will_retry="true", auto_retry_run_id="b"), "failed"),
        (run(FAILURE, will_retry="false"), "failed"),
        (run(dg.DagsterRunStatus.NOT_STARTED), "running"),
    ],
)
def test_a_run_is_over_when_no_retry_follows(first, state) -> None:
    assert after({"register": [first]}).state == state


def test_what_a_lost_store_found_is_registered_again_on_demand() -> None:
    lacks = MissingInputs("", "", lambda: "", go_without=False)
    lost = next_action(BATCH, lacks, NOTED, lambda: None, 0)
    assert (lost.state, "no longer in the store" in lost.message) == ("failed", True)
    again = next_action(BATCH, lacks, NOTED, lambda: None, 1)
    assert [step.name for step in again.steps] == ["register"]


def test_months_that_follow_each_other_are_one_stretch() -> None:
    assert stretches(["2024-11-01", "2024-12-01", "2025-01-01", "2025-03-01"]) == [
        ("2024-11-01", "2025-01-01"),
        ("2025-03-01", "2025-03-01"),
    ]
    assert stretches([]) == []


def test_a_request_says_what_it_belongs_to() -> None:
    step = ArrivalStep("months 2024-01", "ingest_months", months=("2024-01-01", "2024-01-01"))
    asked = run_request(BATCH, step, 2, dg.RunConfig())
    assert asked.run_key == f"{BATCH.name}:months 2024-01:2"
    assert asked.tags == {
        BATCH_TAG: BATCH.name,
        STEP_TAG: "months 2024-01",
        ATTEMPT_TAG: "2",
        "dagster/asset_partition_range_start": "2024-01-01",
        "dagster/asset_partition_range_end": "2024-01-01",
    }


def test_runs_are_found_by_batch_and_step_oldest_first() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for attempt in ("0", "1"):
            tags = {BATCH_TAG: BATCH.name, STEP_TAG: "register", ATTEMPT_TAG: attempt}
            create_run_for_test(instance, job_name="register_arrivals", tags=tags)
        create_run_for_test(instance, job_name="register_arrivals", tags={BATCH_TAG: "another"})
        found = runs_of(instance, BATCH)
    assert [run.tags[ATTEMPT_TAG] for run in found["register"]] == ["0", "1"]
    assert list(found) == ["register"]


def test_runs_of_release_0_1_are_those_of_the_current_steps_and_attempts() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        tags = {BATCH_TAG: BATCH.name, STEP_TAG: "note", "spanishgas/try": "0"}
        create_run_for_test(instance, job_name="note_arrivals", tags=tags, status=FAILURE)
        runs = runs_of(instance, BATCH)
    assert list(runs) == ["register"]
    assert (after(runs).state, after(runs, attempt=1).state) == ("failed", "request")
