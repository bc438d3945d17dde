"""The UI's server on a store that a run has filled: what a person sees, and starts there."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)
from dagster_webserver.webserver import DagsterWebserver
from starlette.testclient import TestClient

from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.settings import Settings
from spanishgas_assets_tests.operations.conftest import SNAPSHOT, Ran, set_environment

LOCATION = "spanishgas_assets.definitions"
PATIENCE_SECONDS = 90

#: Made by jobs of their own, or by people.
NOT_OF_A_WEEKLY_RUN = {"experiments", "registry"}

LAUNCH = """mutation($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
ASSETS = """{ assetNodes {
  assetKey { path } groupName description isExecutable
  assetMaterializations(limit: 1) { partition }
  assetObservations(limit: 1) { partition }
} }"""


class Ui:
    """The webserver's GraphQL endpoint without a port, and the daemon that starts queued runs."""

    def __init__(self, context: WorkspaceProcessContext) -> None:
        self.context = context
        self.client = TestClient(DagsterWebserver(context).create_asgi_app())
        self.daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.client.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    def materialise(self, job: str, assets: list[list[str]], partition: str) -> str:
        """Start a run as the Materialize button does; return how it ended."""
        params = {
            "selector": {
                "repositoryName": "__repository__",
                "repositoryLocationName": LOCATION,
                "pipelineName": job,
                "assetSelection": [{"path": path} for path in assets],
            },
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": partition}]},
            "mode": "default",
        }
        launched = self.ask(LAUNCH, params=params)["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        for error in self.daemon.run_iteration(self.context):
            assert error is None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            status = self.ask(STATUS, id=launched["run"]["runId"])["runOrError"]["status"]
            if status in {"SUCCESS", "FAILURE"}:
                return str(status)
            time.sleep(0.5)
        return "still running"


@pytest.fixture(scope="module")
def ui(trained: Ran, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    store = tmp_path_factory.mktemp("ui") / "store"
    shutil.copytree(trained.store, store)
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, trained.raw, store)
        instance = open_instance(Settings.from_environment())
        target = ModuleTarget(
            module_name=LOCATION,
            attribute=None,
            working_directory=str(Path(__file__).parents[2]),
            location_name=LOCATION,
        )
        with WorkspaceProcessContext(instance, target) as context:
            yield Ui(context)


def test_every_asset_is_described_and_has_its_last_event(ui: Ui) -> None:
    nodes = ui.ask(ASSETS)["assetNodes"]
    assert len(nodes) >= 31
    for node in nodes:
        assert node["description"], node
        if node["groupName"] in NOT_OF_A_WEEKLY_RUN:
            continue
        event = "assetMaterializations" if node["isExecutable"] else "assetObservations"
        assert node[event], node


def test_one_month_and_one_snapshot_asset_are_materialised_from_the_ui(ui: Ui) -> None:
    month = [["bronze", name] for name in ("consumption_month", "price_month")]
    assert ui.materialise("ingest_months", month, "2024-03-01") == "SUCCESS"
    assert ui.materialise("__ASSET_JOB", [["gold", "lifecycle"]], SNAPSHOT) == "SUCCESS"
