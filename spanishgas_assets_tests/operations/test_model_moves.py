"""A person's move in the registry reaches champion, scores and publication: as a user does it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.cli import main
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.churn.retailer import altered
from spanishgas_assets_tests.operations.conftest import SNAPSHOT, Ran, set_environment
from spanishgas_assets_tests.stored import rows_of

BY = ["--by", "Ana", "--why", "looked at it"]


def serving(store: Path) -> set[str]:
    """The models that the latest publication names, and that the scores are of."""
    scored = rows_of(store, f"retention/scored_customers/{SNAPSHOT}")
    assert open_publication(str(store)).model_version in set(scored["model_version"])
    return set(scored["model_version"])


def run_again() -> None:
    assert main(["run", "--snapshot", SNAPSHOT]) == 0


@pytest.fixture
def two(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, ChurnModel, ChurnModel]:
    """A trained store, its champion, and another model of the snapshot that the gate accepted."""
    store = tmp_path / "store"
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, trained.raw, store)
    registry = Registry(open_store(str(store)))
    (entry,) = registry.history()
    first = load(registry.store, entry.version)
    second = altered(first, threshold=0.5)
    second.save(registry.store)
    decision = registry.require_accepted(first.version).to_dict() | {"version": second.version}
    accepted = type(registry.require_accepted(first.version)).from_dict(decision)
    registry.record(date.fromisoformat(SNAPSHOT), accepted, second.version)
    return store, first, second


def test_a_promotion_reaches_the_publication_with_the_next_run(
    two: tuple[Path, ChurnModel, ChurnModel], capsys: pytest.CaptureFixture[str]
) -> None:
    store, first, second = two
    assert serving(store) == {first.version}
    assert main(["model", "promote", second.version, *BY]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"with its next run: spanishgas run --snapshot {SNAPSHOT}" in said
    assert serving(store) == {first.version}
    run_again()
    assert "Everything is up to date" not in capsys.readouterr().out
    assert serving(store) == {second.version}
    run_again()
    assert "Everything is up to date" in capsys.readouterr().out


def test_a_move_reaches_the_publication_at_once_on_demand(
    two: tuple[Path, ChurnModel, ChurnModel], capsys: pytest.CaptureFixture[str]
) -> None:
    store, _, second = two
    assert main(["model", "promote", second.version, "--now", *BY]) == 0
    assert f"{SNAPSHOT} has been scored and published again" in capsys.readouterr().out
    assert serving(store) == {second.version}
    run_again()
    assert "Everything is up to date" in capsys.readouterr().out
