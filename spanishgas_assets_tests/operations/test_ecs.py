"""Runs on ECS: from the queue to a task of the right size, and to the end of its own command."""

import json
import logging
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import boto3
import dagster as dg
import pytest
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.auto_run_reexecution.event_log_consumer import EventLogConsumerDaemon
from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.server import wait_for_grpc_server
from dagster_graphql.test.utils import execute_dagster_graphql

from spanishgas_assets.operations.sizes import LARGEST, SIZES

from ..raw import drops
from .ecs_account import IMAGE, account
from .postgres_server import PASSWORD, running_server
from .production import DEPLOYED, deployed_instance, write_home

MONTH = "2024-01-01"
#: ECS takes no longer overrides of a task.
OVERRIDES_CHARACTERS = 8192
LAUNCH = """
mutation($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""

#: Most customers of the price file have no readings in these tests.
ANY_PRICES = "SPANISHGAS_SET_ASIDE_LIMITS=bronze/customer_month:price without consumption=1"


@contextmanager
def code_server(folder, *settings):
    """The code server as its task starts it, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = {"env_vars": list(settings)}
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("dagster"),
            *("api", "grpc", "-h", "127.0.0.1", "-p", str(port)),
            *("-m", "spanishgas_assets.definitions"),
        ],
        env={
            **os.environ,
            "DAGSTER_CURRENT_IMAGE": IMAGE,
            "DAGSTER_CONTAINER_CONTEXT": json.dumps(context),
        },
        stdout=(folder / "code_server.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for_grpc_server(server, DagsterGrpcClient(host="127.0.0.1", port=port), server.args)
        yield port
    finally:
        # As ECS stops a task: it is asked, and killed if it is still there after half a minute.
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """The deployed instance and workspace over PostgreSQL and moto; this process is the daemon."""
    folder = tmp_path_factory.mktemp("ecs")
    for name in drops.CSV_ROWS:
        drops.write(folder / "raw", name, drops.csv_text(name))
    drops.readings().write_parquet(folder / "raw/consumption_hourly_2024.parquet")
    with (
        pytest.MonkeyPatch.context() as patch,
        running_server() as server,
        account(patch, PASSWORD) as aws,
    ):
        server.create_database("dagster")
        patch.setenv("SPANISHGAS_RAW", str(folder / "raw"))
        patch.setenv("SPANISHGAS_CODE_SERVER", "127.0.0.1")
        write_home(folder / "home", server, patch)
        with code_server(folder, "SPANISHGAS_THREADS=1", ANY_PRICES) as port:
            workspace = yaml.safe_load((DEPLOYED / "workspace.yaml").read_text())
            workspace["load_from"][0]["grpc_server"]["port"] = port
            (folder / "workspace.yaml").write_text(yaml.safe_dump(workspace))
            with (
                dg.DagsterInstance.get() as instance,
                WorkspaceProcessContext(
                    instance, WorkspaceFileTarget([str(folder / "workspace.yaml")])
                ) as context,
            ):
                yield Platform(context, aws, server)


class Platform:
    def __init__(self, context, aws, server):
        self.context, self.instance = context, context.instance
        self.aws, self.server = aws, server

    def submit(self, job, partition=None, *assets):
        """As the UI does: a job, or the part of it that makes some assets; returns the run's id."""
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        answer = execute_dagster_graphql(
            self.context.create_request_context(),
            LAUNCH,
            {
                "params": {
                    "selector": {
                        "repositoryLocationName": "spanishgas",
                        "repositoryName": "__repository__",
                        "pipelineName": job,
                        "assetSelection": [{"path": asset.split("/")} for asset in assets] or None,
                    },
                    "executionMetadata": {"tags": tags},
                    "runConfigData": {},
                    "mode": "default",
                }
            },
        ).data["launchPipelineExecution"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return answer["run"]["runId"]

    def dequeue(self):
        """One look of the daemon at the queue; returns the tasks that it started."""
        before = {task["taskArn"] for task, _ in self.aws.run_tasks()}
        daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)
        errors = [error for error in daemon.run_iteration(self.context) if error]
        assert not errors, errors
        return [
            (task, definition)
            for task, definition in self.aws.run_tasks()
            if task["taskArn"] not in before
        ]

    def status(self, run_id):
        return self.instance.get_run_by_id(run_id).status

    def cancel(self, run_id):
        self.instance.report_run_canceled(self.instance.get_run_by_id(run_id))


def test_a_run_becomes_a_task_of_its_jobs_size_and_runs_to_success(platform):
    run_id = platform.submit("ingest_months", MONTH)
    ((task, definition),) = platform.dequeue()
    aws = platform.aws

    (container,) = definition["containerDefinitions"]
    assert container["name"] == "run"
    assert container["image"] == IMAGE
    assert definition["family"].startswith("run_"), "the daemon's role may start no other family"
    assert definition["taskRoleArn"] == aws.roles["run"]
    assert definition["executionRoleArn"] == aws.roles["execution"]
    assert definition["requiresCompatibilities"] == ["FARGATE"]
    assert definition["networkMode"] == "awsvpc"
    assert definition["runtimePlatform"] == {
        "cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"
    }  # fmt: skip
    logs = container["logConfiguration"]
    assert logs["logDriver"] == "awslogs"
    assert logs["options"]["awslogs-group"] == "/spanishgas/runs"
    assert container["secrets"] == [{"name": "DAGSTER_POSTGRES_PASSWORD", "valueFrom": aws.secret}]
    environment = {one["name"]: one["value"] for one in container["environment"]}
    assert environment["SPANISHGAS_THREADS"] == "1", "the code server's settings reach the run"
    assert PASSWORD not in json.dumps(definition)

    size = SIZES["ingest_months"]
    assert task["overrides"]["cpu"] == str(size.cpu)
    assert task["overrides"]["memory"] == str(size.memory_mib)
    tags = {one["key"]: one["value"] for one in task["tags"]}
    assert tags["dagster/run_id"] == run_id
    assert tags["dagster/partition"] == MONTH
    assert task["launchType"] == "FARGATE"
    assert network_of(task) == (aws.subnet, [aws.security_group])
    assert len(json.dumps(task["overrides"])) < OVERRIDES_CHARACTERS - 1000

    assert aws.run_container(task, definition).wait(timeout=60) == 0
    assert platform.status(run_id) == dg.DagsterRunStatus.SUCCESS
    stored = boto3.client("s3").list_objects_v2(Bucket="store")["Contents"]
    assert f"tables/bronze/customer_month/{MONTH}/current.json" in {one["Key"] for one in stored}
    printed = boto3.client("s3").list_objects_v2(Bucket="compute-logs", Prefix="compute-logs/")
    assert any(run_id in one["Key"] for one in printed["Contents"])


def network_of(task):
    """Subnet and security groups of a task's network interface."""
    (attachment,) = task["attachments"]
    details = {one["name"]: one["value"] for one in attachment["details"]}
    interface = boto3.resource("ec2").NetworkInterface(details["networkInterfaceId"])
    return details["subnetId"], [group["GroupId"] for group in interface.groups]


def test_a_small_job_gets_a_small_task_of_the_same_definition(platform):
    run_id = platform.submit("prune")
    ((task, _),) = platform.dequeue()
    assert (task["overrides"]["cpu"], task["overrides"]["memory"]) == ("512", "2048")
    platform.cancel(run_id)


TRAINING, SCORING = ("train_snapshot", "churn/churn_model"), ("score_snapshot", "gold/lifecycle")
INGESTING = ("ingest_months", "bronze/cost_month")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((*SCORING, "2025-01-06"), (*TRAINING, "2025-01-06")),
        ((*TRAINING, "2025-01-06"), (*TRAINING, "2025-01-13")),
        ((*INGESTING, "2024-01-01"), (*INGESTING, "2024-02-01")),
    ],
    ids=["one run a partition", "one run that trains", "one run that writes months"],
)
def test_what_must_not_run_together_waits(platform, first, second):
    runs = [platform.submit(job, day, asset) for job, asset, day in (first, second)]
    assert len(platform.dequeue()) == 1
    assert platform.dequeue() == []
    assert [platform.status(run) for run in runs] == [
        dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.QUEUED
    ]  # fmt: skip
    platform.cancel(runs[0])
    assert len(platform.dequeue()) == 1
    platform.cancel(runs[1])


def test_snapshots_are_scored_side_by_side(platform):
    job, asset = SCORING
    runs = [platform.submit(job, day, asset) for day in ("2025-01-06", "2025-01-13")]
    assert len(platform.dequeue()) == 2
    for run in runs:
        platform.cancel(run)


#: A worker gives up after about eleven seconds without its database; here, after a quarter.
IMPATIENT = """
import dagster_postgres.utils
dagster_postgres.utils.calculate_delay = lambda **_: 0.05
"""


def test_a_run_that_lost_its_database_is_tried_again_once(platform, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(IMPATIENT)
    list(EventLogConsumerDaemon().run_iteration(platform.context))
    run_id = platform.submit("ingest_months", MONTH)
    ((task, definition),) = platform.dequeue()
    worker = platform.aws.run_container(task, definition, PYTHONPATH=str(tmp_path))
    while platform.status(run_id) != dg.DagsterRunStatus.STARTED:
        assert worker.poll() is None
    platform.server.stop()
    assert worker.wait(timeout=60) != 0
    platform.server.start()
    assert platform.status(run_id) == dg.DagsterRunStatus.STARTED

    platform.aws.end_task(task, exit_code=1)
    list(execute_run_monitoring_iteration(platform.context, logging.getLogger("test")))
    assert platform.status(run_id) == dg.DagsterRunStatus.FAILURE
    for _ in range(2):
        list(EventLogConsumerDaemon().run_iteration(platform.context))
    ((task, definition),) = platform.dequeue()
    assert platform.aws.run_container(task, definition).wait(timeout=60) == 0
    tries = platform.instance.get_runs(dg.RunsFilter(tags={"dagster/root_run_id": run_id}))
    assert [run.status for run in tries] == [dg.DagsterRunStatus.SUCCESS]
    assert platform.dequeue() == []


def test_a_run_of_no_job_gets_the_largest_size():
    resources = deployed_instance()["run_launcher"]["config"]["run_resources"]
    assert resources == {"cpu": str(LARGEST.cpu), "memory": str(LARGEST.memory_mib)}


def test_a_missing_variable_is_named(monkeypatch, tmp_path):
    (tmp_path / "dagster.yaml").write_text((DEPLOYED / "dagster.yaml").read_text())
    monkeypatch.delenv("DAGSTER_POSTGRES_HOST", raising=False)
    with pytest.raises(dg.DagsterInvalidConfigError, match="DAGSTER_POSTGRES_HOST"):
        _ = InstanceRef.from_dir(str(tmp_path)).storage
