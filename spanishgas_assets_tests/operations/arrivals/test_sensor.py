"""What a look at the raw root leads to, in a folder as in S3."""

import time
from datetime import date

import dagster as dg
import pytest

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import RawFileError, SettingsError
from spanishgas_assets.operations.alerts.incidents import Kind
from spanishgas_assets.operations.alerts.raw_drops import drop_observations
from spanishgas_assets.operations.arrivals.arrival_state import read_state, request_retry
from spanishgas_assets.operations.arrivals.sensor import raw_arrivals
from spanishgas_assets.settings import Unready

from .conftest import FAILURE, FLAT_FILES, SNAPSHOT, YEAR, Platform, asked


def findings(seen):
    return [(one.kind, one.subject) for one in seen.findings]


def open_batch(platform, drop="flat"):
    return read_state(platform.store).open[drop].name


def test_an_empty_root_asks_for_nothing(platform: Platform) -> None:
    assert asked(platform.look()) == []


def test_seven_files_are_one_batch_noted_ingested_and_trained(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    first = platform.look()
    assert asked(first) == [("register_arrivals", None)]
    platform.run(first)
    second = platform.look()
    assert asked(second) == [("ingest_months", "2024-01..2024-12")]
    platform.run(second)
    third = platform.look()
    assert asked(third) == [("train_snapshot", SNAPSHOT)]
    platform.run(third)
    assert asked(platform.look()) == []
    assert read_state(platform.store).open == {}


def test_the_registering_run_is_told_what_the_batch_can_have_changed(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    config = platform.look().requests[0].run_config["ops"]["register_batch"]["config"]
    assert config["known"] == YEAR
    assert config["touched"] == YEAR
    assert (config["job"], config["snapshot"]) == ("train_snapshot", SNAPSHOT)


def test_the_same_bytes_twice_run_nothing(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    assert platform.take_up() == ["register_arrivals", "ingest_months", "train_snapshot"]
    platform.put(*FLAT_FILES)
    assert platform.take_up() == []


def test_a_corrected_customer_file_scores_and_touches_no_month(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("customer_contracts.csv", content="corrected")
    seen = platform.look()
    assert seen.requests[0].run_config["ops"]["register_batch"]["config"]["touched"] == []
    platform.run(seen, months=[])
    assert asked(platform.look()) == [("score_snapshot", SNAPSHOT)]


def test_a_corrected_month_is_ingested_alone(platform: Platform) -> None:
    months = [f"consumption_hourly/month={key[:7]}/part.parquet" for key in YEAR]
    platform.put(*FLAT_FILES[:-1], *months)
    platform.take_up()
    platform.put(months[2], content="corrected")
    seen = platform.look()
    assert seen.requests[0].run_config["ops"]["register_batch"]["config"]["touched"] == [
        "2024-03-01"
    ]
    platform.run(seen, months=["2024-03-01"])
    assert asked(platform.look()) == [("ingest_months", "2024-03..2024-03")]


def test_months_apart_are_a_run_for_every_stretch(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), months=["2024-02-01", "2024-03-01", "2024-07-01"])
    assert asked(platform.look()) == [
        ("ingest_months", "2024-02..2024-03"),
        ("ingest_months", "2024-07..2024-07"),
    ]


def test_corrected_labels_train_and_known_ones_elsewhere_score(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("churn_label.csv", content="corrected")
    assert platform.take_up(months=[]) == ["register_arrivals", "train_snapshot"]
    customers = [f"2025-01-13/{name}" for name in FLAT_FILES if "customer_" in name]
    platform.put(*customers)
    platform.put("2025-01-13/churn_label.csv", content="corrected")
    assert platform.take_up(months=[]) == ["register_arrivals", "score_snapshot"]


def test_a_flat_drop_without_labels_of_its_own_waits_for_the_first_champion(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Registry, "champion", lambda self, day: None)
    platform.put(*(name for name in FLAT_FILES if name != "churn_label.csv"))
    platform.put("2025-01-06/churn_label.csv")
    platform.hold(YEAR)
    jobs = platform.take_up(months=[])
    assert jobs == [*["register_arrivals"] * 2, "train_snapshot", "register_arrivals"]
    seen = platform.look(hours=25)
    assert "there is no champion to score snapshot 2025-01-06" in seen.findings[0].message


def test_a_snapshot_that_another_drop_has_trained_is_not_scored_once_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[str] = []
    monkeypatch.setattr(Registry, "champion", lambda self, day: served or None)
    platform.put(*(name for name in FLAT_FILES if name != "churn_label.csv"))
    platform.put("2025-01-06/churn_label.csv")
    platform.hold(YEAR)
    jobs: list[str] = []
    while (seen := platform.look()).requests:
        jobs += [str(one.job_name) for one in seen.requests]
        platform.run(seen, months=[], snapshot=not served)
        served += [job for job in jobs[-1:] if job == "train_snapshot"]
    assert jobs == [*["register_arrivals"] * 2, "train_snapshot", "register_arrivals"]


def test_labels_of_an_earlier_snapshot_train_before_a_later_one_is_scored_once(
    platform: Platform,
) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("2025-01-06/churn_label.csv", content="what became of them")
    platform.put(*[f"2025-01-13/{name}" for name in FLAT_FILES if "customer_" in name])
    platform.settings = platform.settings.model_copy(
        update={"arrivals_snapshot": date(2025, 1, 13)}
    )
    platform.put("price_history.csv", content="with January")
    made: set[str] = set()
    order: list[tuple[str | None, str | None]] = []
    while (seen := platform.look()).requests:
        (request,) = asked(seen)
        order += [request] if request[1] and "2024" not in request[1] else []
        of_batch = seen.requests[0].tags["spanishgas/batch"]
        snapshot = "2025-01-06" if of_batch.startswith("2025-01-06") else "2025-01-13"
        platform.run(seen, months=[], snapshot=snapshot not in made)
        made |= {request[1]} if request[1] else set()
    assert order == [("train_snapshot", "2025-01-06"), ("score_snapshot", "2025-01-13")]


def test_late_labels_alone_wait_for_no_customer_file(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("2025-01-08/churn_label.csv", content="of last week")
    seen = platform.look()
    assert asked(seen) == [("register_arrivals", None)]
    platform.run(seen, months=[])
    seen = platform.look()
    # The 2025-01-08 drop is first seen by the next Monday; its year lacks no month of this one.
    assert asked(seen) == [("train_snapshot", "2025-01-13")]


def test_a_drop_of_a_monday_to_come_waits_for_it(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("2999-01-04/churn_label.csv", content="of another time")
    seen = platform.look()
    assert asked(seen) == []
    assert seen.lines == ["2999-01-04: waiting for its snapshot, 2999-01-07"]


def test_what_is_still_being_uploaded_is_left_alone(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.now = time.time() + 200
    seen = platform.look()
    assert (asked(seen), seen.lines) == ([], ["flat drop: upload in progress"])
    assert asked(platform.look(hours=0.1)) == [("register_arrivals", None)]


def test_a_drop_without_its_files_waits_and_is_told_after_a_day(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("2025-01-13/customer_contracts.csv", content="of the week")
    seen = platform.look()
    assert asked(seen) == []
    assert "customer_attributes, customer_interactions missing from the drop" in seen.lines[0]
    assert findings(seen) == []
    assert findings(platform.look(hours=23)) == []
    assert findings(platform.look(hours=1)) == [(Kind.DROP, "2025-01-13")]
    platform.put(
        "2025-01-13/customer_attributes.csv",
        "2025-01-13/customer_interactions.json",
        content="of the week",
    )
    seen = platform.look()
    assert (asked(seen), findings(seen)) == ([("register_arrivals", None)], [])


def test_a_deployment_may_run_without_what_never_comes(platform: Platform) -> None:
    platform.settings = platform.settings.with_changes(arrivals_unready=Unready.RUN)
    platform.put(*FLAT_FILES)
    platform.take_up()
    platform.put("2025-01-13/customer_contracts.csv", content="of the week")
    assert asked(platform.look(hours=23)) == []
    assert asked(platform.look(hours=24)) == [("register_arrivals", None)]


def test_without_a_raw_file_that_every_run_needs_nothing_starts(platform: Platform) -> None:
    platform.settings = platform.settings.with_changes(arrivals_unready=Unready.RUN)
    platform.put(*FLAT_FILES[1:])
    assert asked(platform.look()) == []
    seen = platform.look(hours=25)
    assert (asked(seen), findings(seen)) == ([], [(Kind.DROP, "flat drop")])
    assert "no drop contains churn_label" in seen.findings[0].message


def test_months_without_prices_wait_for_them_and_the_others_go_on(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    unready = {"2024-12-01": ["price_history"]}
    platform.run(platform.look(), unready=unready)
    seen = platform.look()
    assert asked(seen) == [("ingest_months", "2024-01..2024-11")]
    platform.run(seen)
    seen = platform.look(hours=25)
    assert asked(seen) == []
    assert "snapshot 2025-01-06 lacks the months 2024-12" in seen.findings[0].message


def test_a_batch_that_waits_for_rows_is_registered_again_when_another_drop_was_run(
    platform: Platform,
) -> None:
    platform.put(*FLAT_FILES)
    unready = {"2024-12-01": ["price_history"]}
    platform.run(platform.look(), months=["2024-12-01"], unready=unready, snapshot=False)
    assert asked(platform.look()) == []
    waiting = open_batch(platform)
    platform.put("2025-01-06/price_history.csv", content="with December")
    registering = platform.look()
    platform.run(registering, months=["2024-12-01"])
    platform.run(platform.look())
    platform.hold(YEAR)
    platform.run(platform.look())
    again = platform.look()
    assert asked(again) == [("register_arrivals", None)]
    assert open_batch(platform) != waiting
    platform.run(again, months=[], snapshot=False)
    assert asked(platform.look()) == []
    assert read_state(platform.store).open == {}


def test_one_batch_is_at_work_at_a_time(platform: Platform) -> None:
    customers = [f"2025-01-13/{name}" for name in FLAT_FILES if "customer_" in name]
    platform.put(*FLAT_FILES, *customers)
    seen = platform.look()
    assert asked(seen) == [("register_arrivals", None)]
    assert "2025-01-13: batch" in seen.lines[1]
    assert seen.lines[1].endswith("next in the queue")
    platform.run(seen, dg.DagsterRunStatus.STARTED)
    assert asked(platform.look()) == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("notes.txt", "notes.txt is not the name of a raw file"),
        ("consumption_hourly/month=2019-05/part.parquet", "2019-05 is outside the months"),
        ("consumption_hourly/month%3D2024-03/part.parquet", "deliver it as consumption_hourly/mon"),
        ("customer%5Fcontracts.csv", "deliver it as customer_contracts.csv"),
    ],
)
def test_a_file_that_no_run_reads_is_told_once_and_stops_nothing(
    platform: Platform, key: str, reason: str
) -> None:
    platform.put(*FLAT_FILES, key)
    seen = platform.look()
    assert asked(seen) == [("register_arrivals", None)]
    assert findings(seen) == [(Kind.DROPPED_FILE, key)]
    assert reason in seen.findings[0].message
    platform.run(seen)
    platform.take_up()
    told = list(drop_observations(platform.store, [], 0.0))
    assert [(one.subject, one.healthy) for one in told] == [(key, False)]


def test_a_failed_batch_rests_until_a_retry_is_requested(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look())
    platform.run(platform.look(), FAILURE)
    seen = platform.look()
    assert asked(seen) == []
    batch = open_batch(platform)
    assert findings(seen) == [(Kind.DROP, "flat drop")]
    assert f"spanishgas retry-batch {batch}" in seen.findings[0].message
    assert asked(platform.look(hours=100)) == []
    assert request_retry(platform.store, batch) == 1
    again = platform.look()
    assert asked(again) == [("ingest_months", "2024-01..2024-12")]
    assert again.requests[0].run_key == f"{batch}:months 2024-01 to 2024-12:1"
    assert again.findings == []


def test_corrected_files_replace_a_failed_batch(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look())
    platform.run(platform.look(), FAILURE)
    failed = open_batch(platform)
    platform.put("price_history.csv", content="corrected")
    assert asked(platform.look()) == [("register_arrivals", None)]
    assert open_batch(platform) != failed


def test_a_failed_batch_lets_the_next_drop_pass(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), FAILURE)
    platform.put(*[f"2025-01-13/{name}" for name in FLAT_FILES if "customer_" in name])
    assert asked(platform.look()) == [("register_arrivals", None)]


def test_a_failed_batch_is_over_when_another_has_made_its_snapshot(platform: Platform) -> None:
    customers = [f"2025-01-06/{name}" for name in FLAT_FILES if "customer_" in name]
    platform.hold(YEAR)
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), months=[])
    platform.run(platform.look(), FAILURE)
    failed = open_batch(platform)
    platform.put(*customers)
    made = False
    while (seen := platform.look()).requests:
        platform.run(seen, months=[], snapshot=not made)
        made = made or asked(seen)[0][1] == SNAPSHOT
    assert made
    assert read_state(platform.store).open == {}
    assert findings(platform.look()) == []
    assert failed not in read_state(platform.store).problems


def test_a_run_that_will_be_tried_again_is_waited_for(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    seen = platform.look()
    seen.requests[0].tags["dagster/will_retry"] = "true"
    platform.run(seen, FAILURE)
    seen = platform.look()
    assert (asked(seen), seen.findings) == ([], [])


def test_content_that_changes_while_its_batch_runs_is_the_next_batch(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look())
    platform.run(platform.look())
    training = platform.look()
    platform.run(training, dg.DagsterRunStatus.STARTED)
    platform.put("customer_contracts.csv", content="corrected")
    assert asked(platform.look()) == []
    platform.run(training)
    assert platform.take_up(months=[]) == ["register_arrivals", "score_snapshot"]


def test_content_that_changes_between_the_runs_of_a_batch_joins_it(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look())
    platform.put("customer_contracts.csv", content="corrected")
    assert platform.take_up() == ["register_arrivals", "ingest_months", "train_snapshot"]


def test_a_tick_that_dies_before_its_runs_are_asked_for_asks_again(platform: Platform) -> None:
    """The state is written, the answer is lost: the next look gives the same run keys."""
    platform.put(*FLAT_FILES)
    lost = platform.look()
    again = platform.look()
    assert [one.run_key for one in again.requests] == [one.run_key for one in lost.requests]
    assert len(again.requests) == 1


def test_a_tick_that_dies_between_two_runs_asks_for_the_other(platform: Platform) -> None:
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), months=["2024-02-01", "2024-07-01"])
    cut = platform.look()
    del cut.requests[1:]
    platform.run(cut)
    assert asked(platform.look()) == [("ingest_months", "2024-07..2024-07")]


def test_a_tick_that_dies_before_the_state_is_written_has_asked_for_nothing(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.put(*FLAT_FILES)
    with monkeypatch.context() as patch:
        patch.setattr(type(platform.store), "write", dies)
        with pytest.raises(KeyboardInterrupt):
            platform.look()
    assert read_state(platform.store).open == {}
    assert platform.take_up() == ["register_arrivals", "ingest_months", "train_snapshot"]


def dies(*_):
    raise KeyboardInterrupt


def test_a_lost_state_is_begun_anew_and_mistakes_no_old_run_for_its_own(
    platform: Platform,
) -> None:
    platform.put(*FLAT_FILES)
    platform.take_up()
    before = {run.tags["spanishgas/batch"] for run in platform.instance.get_runs()}
    platform.store.write("operations/arrivals/ledger.json", b"{}")
    platform.now += 1
    assert asked(platform.look()) == [("register_arrivals", None)]
    assert open_batch(platform) not in before


def test_the_snapshot_of_a_flat_drop_must_be_a_monday(platform: Platform) -> None:
    platform.settings = platform.settings.with_changes(arrivals_snapshot=date(2025, 1, 7))
    platform.put(*FLAT_FILES)
    with pytest.raises(SettingsError, match="2025-01-07 is not a snapshot"):
        platform.look()


def test_an_expected_file_that_there_is_not_is_refused(platform: Platform) -> None:
    platform.settings = platform.settings.with_changes(arrivals_expected=("contracts",))
    platform.put(*FLAT_FILES)
    with pytest.raises(SettingsError, match="SPANISHGAS_ARRIVALS_EXPECTED names contracts"):
        platform.look()


def test_a_root_that_is_not_there_is_told_in_words(platform: Platform) -> None:
    gone = platform.settings.raw + "-gone"
    missing = "s3://no-such-bucket/raw" if gone.startswith("s3://") else gone
    platform.settings = platform.settings.with_changes(raw=missing)
    with pytest.raises(RawFileError, match=f"{missing}.*: there is no .*") as refusal:
        platform.look()
    assert "SPANISHGAS_RAW" in str(refusal.value)


def test_the_tick_says_what_it_does_and_what_it_waits_for(platform: Platform) -> None:
    def tick():
        with dg.build_sensor_context(
            instance=platform.instance, resources={"settings": platform.settings}
        ) as context:
            return raw_arrivals(platform.settings).evaluate_tick(context)

    assert tick().skip_message == "nothing new"
    platform.put("2025-01-13/notes.txt")
    assert tick().skip_message == "unrecognised files that no run reads: 1"
