"""The same raw drops give equal bytes on a machine with another number of cores."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets_tests.operations.conftest import SNAPSHOT, Ran


@pytest.mark.slow
def test_every_table_report_and_manifest_has_equal_bytes(trained: Ran, tmp_path: Path) -> None:
    threads = "1" if pl.thread_pool_size() > 1 else "4"
    store = tmp_path / "store"
    subprocess.run(
        [sys.executable, "-m", "spanishgas_assets.cli", "run", "--snapshot", SNAPSHOT, "--train"],
        env=os.environ
        | {
            "POLARS_MAX_THREADS": threads,
            "SPANISHGAS_THREADS": threads,
            "SPANISHGAS_STORE": str(store),
            "DAGSTER_HOME": "",
        },
        capture_output=True,
        check=True,
    )
    one, other = (open_publication(str(path)).manifest for path in (trained.store, store))
    assert one.content.to_dict() == other.content.to_dict()
    assert (one.number, one.supersedes) == (other.number, other.supersedes)
