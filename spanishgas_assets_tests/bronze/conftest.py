from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets_tests.bronze.platform import Bronze, write_raw


@pytest.fixture
def bronze(tmp_path: Path) -> Iterator[Bronze]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Bronze(write_raw(tmp_path / "raw"), tmp_path / "store", instance)
