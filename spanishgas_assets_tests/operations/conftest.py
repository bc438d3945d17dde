"""A small retailer, run once for the tests that look at what a run leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.demo import write_demo_retailer

SNAPSHOT = "2025-01-06"
CUSTOMERS = 1200

#: At this size the interval is wide; the floor is the business of other tests.
LOW_FLOOR = "0.45"


@dataclass(frozen=True)
class Ran:
    """Where a run read from and wrote to."""

    raw: Path
    store: Path


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retailer") / "raw"
    write_demo_retailer(folder, customers=CUSTOMERS, seed=7)
    return folder


@pytest.fixture
def environment(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Settings for a store of the test's own."""
    set_environment(monkeypatch, raw, tmp_path / "store")
    return Ran(raw, tmp_path / "store")


@pytest.fixture(scope="session")
def trained_store(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the first snapshot trained and scored; tests leave it as it is."""
    store = tmp_path_factory.mktemp("trained") / "store"
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, raw, store)
        assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 0
    return store


@pytest.fixture(scope="module")
def trained(raw: Path, trained_store: Path) -> Iterator[Ran]:
    """The trained store, which the environment names."""
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, raw, trained_store)
        yield Ran(raw, trained_store)


def set_environment(patch: pytest.MonkeyPatch, raw: Path, store: Path) -> None:
    patch.setenv("SPANISHGAS_RAW", str(raw))
    patch.setenv("SPANISHGAS_STORE", str(store))
    patch.setenv("SPANISHGAS_PR_AUC_FLOOR", LOW_FLOOR)
    # Set, then removed: what a command sets is undone after the test.
    patch.setenv("DAGSTER_HOME", "")
