"""What commands that only read must not import: each costs the better part of a second."""

import subprocess
import sys
from pathlib import Path

import pytest

from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.retention.customers import recommend
from spanishgas_assets_tests.stored import publish_tables

SNAPSHOT = "2025-01-06"
FOR_TABLES = {"pandera", "pandas", "xgboost", "sklearn", "scipy", "boto3", "duckdb"}
READ_BY_SHOW = (
    "from spanishgas_assets.operations.runs import summary, terminal_report;"
    "from spanishgas_assets.publication import reader;"
    "from spanishgas_assets.churn.gate import rules"
)


def imported(code: str) -> set[str]:
    """Names of the top-level modules that code leaves imported, in a process of its own."""
    listed = f"import sys; {code}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", [["calls", "--snapshot", SNAPSHOT], ["publication", "show"]])
def test_a_reading_command_imports_neither_dagster_nor_what_makes_tables(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(str(tmp_path / "store"))
    publish_tables(store, SNAPSHOT, (RECOMMENDATIONS, recommend((0.9, 100.0))))
    monkeypatch.setenv("SPANISHGAS_STORE", store.root)
    if command[0] == "calls":
        command = [*command, "--out", str(tmp_path / "calls.csv")]
    code = f"from spanishgas_assets.cli import main; assert main({command!r}) == 0"
    assert imported(code) & (FOR_TABLES | {"dagster", "numpy"}) == set()


def test_show_imports_neither_dagster_nor_what_makes_tables() -> None:
    assert imported(READ_BY_SHOW) & (FOR_TABLES | {"dagster"}) == set()
