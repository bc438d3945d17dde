"""Real runs, started by Dagster's evaluation: from drops to a scored week, killed and resumed."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.operations.arrivals.arrival_state import read_state
from spanishgas_assets.operations.arrivals.next_action import STEP_TAG
from spanishgas_assets.operations.runs.instance import INSTANCE_FILE
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.bronze.platform import write_raw
from spanishgas_assets_tests.stored import rows_of

from ..conftest import LOW_FLOOR

SNAPSHOT = "2025-01-06"
LAUNCHER = """
run_coordinator:
  module: dagster._core.run_coordinator
  class: DefaultRunCoordinator
run_launcher:
  module: dagster._core.launcher.sync_in_memory_run_launcher
  class: SyncInMemoryRunLauncher
"""


@dataclass
class Deployed:
    """A platform that runs by itself."""

    raw: Path
    store: Path
    home: Path
    instance: dg.DagsterInstance

    def evaluation(self, killed_at: str = "nowhere") -> list[str]:
        """Let the daemon go round; the new runs, oldest first, as job, part and status."""
        before = self.instance.get_runs_count()
        script = Path(__file__).with_name("daemon_rounds.py")
        done = subprocess.run(
            [sys.executable, script, killed_at],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            env=os.environ
            | {
                "DAGSTER_HOME": str(self.home),
                "SPANISHGAS_RAW": str(self.raw),
                "SPANISHGAS_STORE": str(self.store),
                "SPANISHGAS_PR_AUC_FLOOR": LOW_FLOOR,
                "SPANISHGAS_AUTOMATION": "yes",
                "SPANISHGAS_ARRIVALS_SNAPSHOT": SNAPSHOT,
                "SPANISHGAS_ARRIVALS_SETTLE_S": "0",
                "SPANISHGAS_ARRIVALS_INTERVAL_S": "1",
            },
        )
        assert done.returncode == (0 if killed_at == "nowhere" else -9), done.stderr
        runs = self.instance.get_runs()[::-1][before:]
        return [f"{run.job_name} {run.tags[STEP_TAG]} {run.status.value.lower()}" for run in runs]

    def version(self, file: str, partition: str) -> tuple[str, str]:
        """Version of a raw asset's partition, and where the asset says that it is."""
        seen = self.instance.fetch_observations(
            dg.AssetRecordsFilter(
                asset_key=dg.AssetKey(["raw", file]), asset_partitions=[partition]
            ),
            limit=1,
        ).records[0]
        assert seen.asset_observation
        event = seen.asset_observation
        return event.tags["dagster/data_version"], str(event.metadata["dagster/uri"].value)


@pytest.fixture
def deployed(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE_FILE.format(home=home) + LAUNCHER)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield Deployed(tmp_path / "raw", tmp_path / "store", home, instance)


def test_drops_run_the_week_by_themselves_and_once(deployed: Deployed, raw: Path) -> None:
    shutil.copytree(raw, deployed.raw)
    assert deployed.evaluation() == [
        "register_arrivals register success",
        "ingest_months months 2024-01 to 2024-12 success",
        "train_snapshot snapshot success",
    ]
    assert rows_of(deployed.store, f"retention/recommendations/{SNAPSHOT}").height
    contracts, place = deployed.version("customer_contracts", SNAPSHOT)
    assert place == str(deployed.raw / "customer_contracts.csv")
    assert deployed.version("consumption_hourly", "2024-03-01")[0]

    shutil.rmtree(deployed.raw)
    shutil.copytree(raw, deployed.raw)
    path = deployed.raw / "customer_contracts.csv"
    path.write_text(path.read_text().replace("2025-03-1", "2025-04-1"))
    assert deployed.evaluation() == [
        "register_arrivals register success",
        "score_snapshot snapshot success",
    ]
    assert deployed.version("customer_contracts", SNAPSHOT)[0] != contracts


@pytest.mark.parametrize("killed_at", ["state", "RUN_CREATED", "RUN_LAUNCHED"])
def test_a_daemon_killed_within_a_tick_loses_nothing_and_runs_nothing_twice(
    deployed: Deployed, killed_at: str
) -> None:
    """Readings of three months of 2024: they are ingested, the snapshot waits for the others."""
    write_raw(deployed.raw)
    deployed.evaluation(killed_at)
    deployed.evaluation()
    runs = [
        f"{run.job_name} {run.status.value.lower()}" for run in deployed.instance.get_runs()[::-1]
    ]
    assert runs == ["register_arrivals success", "ingest_months success"]
    state = read_state(open_store(str(deployed.store)))
    assert "lacks the months 2024-04" in state.problems["flat"]
