"""A person's move in the registry reaches champion, scores and publication: as a user does it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.cli import main
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.storage.sealed_json import sealed
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


@pytest.fixture(scope="module")
def approved(
    trained: Ran, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ran, ChurnModel, ChurnModel]]:
    """A store in which a person approved the model that waited for it, and ran the snapshot."""
    store = tmp_path_factory.mktemp("approved") / "store"
    shutil.copytree(trained.store, store)
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, trained.raw, store)
        patch.setenv("SPANISHGAS_HUMAN_APPROVAL", "yes")
        registry = Registry(open_store(str(store)))
        (entry,) = registry.history()
        first = load(registry.store, entry.version)
        second = altered(first, seed=99)
        second.save(registry.store)
        waiting = f"churn/churn_model/{SNAPSHOT}.json"
        registry.store.write(waiting, sealed(waiting, {"version": second.version}))
        decision = replace(registry.require_accepted(first.version), version=second.version)
        registry.record(date.fromisoformat(SNAPSHOT), decision, second.version)
        assert main(["model", "approve", second.version, *BY]) == 0
        assert serving(store) == {first.version}
        run_again()
        yield Ran(trained.raw, store), first, second


@pytest.fixture
def copied(
    approved: tuple[Ran, ChurnModel, ChurnModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    store = tmp_path / "store"
    shutil.copytree(approved[0].store, store)
    set_environment(monkeypatch, approved[0].raw, store)
    monkeypatch.setenv("SPANISHGAS_HUMAN_APPROVAL", "yes")
    return store


def test_an_approval_reaches_the_publication_with_the_next_run(
    approved: tuple[Ran, ChurnModel, ChurnModel],
) -> None:
    ran, _, second = approved
    assert serving(ran.store) == {second.version}
    assert open_publication(str(ran.store)).number == 2


def test_a_rollback_of_the_model_reaches_the_publication_with_the_next_run(
    approved: tuple[Ran, ChurnModel, ChurnModel], copied: Path
) -> None:
    _, first, second = approved
    assert main(["model", "rollback", *BY]) == 0
    assert serving(copied) == {second.version}
    run_again()
    assert serving(copied) == {first.version}
    assert open_publication(str(copied)).number == 3


def test_a_rollback_of_the_publication_moves_tables_and_model_and_stays(
    approved: tuple[Ran, ChurnModel, ChurnModel],
    copied: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, first, _ = approved
    assert main(["publication", "rollback", "1", *BY]) == 0
    published = open_publication(str(copied))
    assert (published.number, published.model_version) == (3, first.version)
    scored = published.table("retention/scored_customers").collect()
    assert set(scored["model_version"]) == {first.version}
    run_again()
    assert serving(copied) == {first.version}
    assert open_publication(str(copied)).number == 4
    said = " ".join(capsys.readouterr().out.split())
    assert "Publication 4 takes the place of 3, with which Ana went back to 1" in said
