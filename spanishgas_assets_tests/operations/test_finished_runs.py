"""What finished runs lead to, from the instance to the mail; runs made in this process."""

import time
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from spanishgas_assets.operations.alerts.finished_runs import Watermark, finished_runs, observations
from spanishgas_assets.operations.alerts.sensors import alerts
from spanishgas_assets.settings import Alerts, Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

from . import watched_platform as platform
from .mail_sink import Inbox, mail_server


@pytest.fixture
def instance(request):
    """In memory; on disk for the sensor, which also looks at ticks."""
    on_disk = "watched" in request.fixturenames
    with dg.instance_for_test() if on_disk else dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def problem(tmp_path, monkeypatch):
    folder = tmp_path / "problem"
    folder.mkdir()
    monkeypatch.setenv("PROBLEM", str(folder))
    return folder


@pytest.fixture
def definitions(problem):
    return platform.definitions(Settings())


def run(definitions, instance, name, snapshot=platform.SNAPSHOT, **more):
    job = definitions.resolve_job_def(f"make_{name}")
    return job.execute_in_process(
        instance=instance, partition_key=snapshot, raise_on_error=False, **more
    )


def problems(instance, watermark=None):
    """What the finished runs say is wrong: kind, subject, scope, words."""
    ended, _ = finished_runs(instance, watermark or Watermark(), time.time())
    return [
        (str(one.kind), one.subject, one.scope, one.message)
        for record in ended
        for one in observations(instance, record)
        if not one.healthy
    ]


def test_a_failed_check_of_a_green_run_is_seen(definitions, instance, problem):
    (problem / "check").touch()
    assert run(definitions, instance, "customers").success
    assert problems(instance) == [
        ("check", "customers: complete", "2025-01-06", "warn: 3 of 10 customers are missing")
    ]


def test_a_failed_step_says_the_error_that_began_it(definitions, instance, problem):
    (problem / "step").touch()
    run(definitions, instance, "model")
    assert problems(instance) == [("step", "model", "2025-01-06", "ValueError: the trees fell")]


def test_a_raw_file_that_cannot_be_used_is_named_as_one(definitions, instance, problem):
    (problem / "raw").touch()
    run(definitions, instance, "contracts")
    assert problems(instance) == [
        ("raw file", "contracts", "2025-01-06", "customer_contracts.csv: no rows")
    ]


def test_a_run_that_will_be_tried_again_is_not_told(definitions, instance, problem):
    (problem / "step").touch()
    run(definitions, instance, "model", tags={"dagster/will_retry": "true"})
    assert problems(instance) == []


def test_a_run_is_read_once(definitions, instance):
    run(definitions, instance, "model")
    ended, watermark = finished_runs(instance, Watermark(), time.time())
    assert [record.dagster_run.job_name for record in ended] == ["make_model"]
    assert finished_runs(instance, watermark, time.time()) == ([], watermark)
    assert Watermark.from_dict(watermark.to_dict()) == watermark


def test_a_cancelled_run_is_no_news(definitions, instance):
    run_id = instance.create_run_for_job(definitions.resolve_job_def("make_worker")).run_id
    instance.report_run_canceled(instance.get_run_by_id(run_id))
    assert finished_runs(instance, Watermark(), time.time())[0] == []


def test_a_run_that_died_outside_its_steps_says_its_last_words(definitions, instance):
    made = instance.create_run_for_job(definitions.resolve_job_def("make_worker"))
    instance.report_run_failed(made, "the machine is gone")
    assert problems(instance) == [("run", "make_worker", "", "the machine is gone")]


def test_a_failed_range_of_months_fails_in_each(instance):
    months = dg.MonthlyPartitionsDefinition("2024-01-01")

    @dg.asset(partitions_def=months, backfill_policy=dg.BackfillPolicy.single_run())
    def readings():
        raise ValueError("no")

    job = dg.define_asset_job("ingest_months", selection=["readings"])
    definitions = dg.Definitions(assets=[readings], jobs=[job], executor=dg.in_process_executor)
    tags = {
        "dagster/asset_partition_range_start": "2024-01-01",
        "dagster/asset_partition_range_end": "2024-03-01",
    }
    definitions.resolve_job_def("ingest_months").execute_in_process(
        instance=instance, tags=tags, raise_on_error=False
    )
    assert [scope for _, _, scope, _ in problems(instance)] == [
        "2024-01-01",
        "2024-02-01",
        "2024-03-01",
    ]


@pytest.fixture
def watched(tmp_path, instance, definitions):
    """A function that lets the alert sensor look once, and the inbox it mails to."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings = Settings(
            store=str(tmp_path / "store"),
            alerts=Alerts.EMAIL,
            mail_host="127.0.0.1",
            mail_port=port,
            mail_starttls=False,
            mail_sender="us@x.example",
            mail_recipients="a@x.example",
        )
        # A platform that publishes: the newest snapshot is last Monday's.
        today = datetime.now(UTC).date()
        monday = today - timedelta(days=today.weekday())
        publish_tables(open_store(settings.store), str(monday))

        def look():
            with dg.build_sensor_context(
                instance=instance, resources={"settings": settings}, definitions=definitions
            ) as context:
                return alerts.evaluate_tick(context)

        yield look, inbox


@pytest.fixture
def daemons(monkeypatch):
    """Daemons that live: the look at them is the heartbeat's own test."""
    monkeypatch.setattr(dg.DagsterInstance, "get_daemon_statuses", lambda self: {})


def test_a_storm_of_a_hundred_failures_is_one_mail(watched, instance, daemons):
    look, inbox = watched

    @dg.asset
    def table():
        return 1

    @dg.multi_asset_check(
        specs=[dg.AssetCheckSpec(f"check_{n:03}", asset="table") for n in range(100)]
    )
    def checks(context):
        for key in sorted(context.selected_asset_check_keys):
            yield dg.AssetCheckResult(passed=False, check_name=key.name, asset_key="table")

    storm = dg.Definitions(
        assets=[table],
        asset_checks=[checks],
        jobs=[dg.define_asset_job("storm")],
        executor=dg.in_process_executor,
    )
    assert storm.resolve_job_def("storm").execute_in_process(instance=instance).success
    look()
    look()
    assert inbox.subjects == ["[SpanishGas] 100 new: Check failed: table: check_000 and others"]


def test_the_sensor_says_what_it_did(watched, definitions, instance, problem, daemons):
    look, inbox = watched
    (problem / "check").touch()
    run(definitions, instance, "customers")
    assert look().skip_message == "1 runs ended, 1 incidents open, 1 messages sent (email)"
    assert look().skip_message == "0 runs ended, 1 incidents open, 0 messages sent (email)"
    assert inbox.subjects == ["[SpanishGas] Check failed: customers: complete"]


def test_a_step_that_its_own_check_has_stopped_is_told_once(instance):
    champion = dg.AssetKey(["churn", "champion"])

    @dg.asset(key=champion, check_specs=[dg.AssetCheckSpec("gate", asset=champion)])
    def refused():
        yield dg.AssetCheckResult(
            passed=False, check_name="gate", asset_key=champion, description="below the floor"
        )
        raise dg.Failure("nobody serves", allow_retries=False)

    dg.materialize([refused], instance=instance, raise_on_error=False)
    assert problems(instance) == [
        ("gate", "churn/champion: gate", "", "error: below the floor"),
    ]
