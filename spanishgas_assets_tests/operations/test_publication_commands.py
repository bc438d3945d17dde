"""Publications as a person handles them: list, compare, roll back, verify, prune."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets_tests.operations.conftest import SNAPSHOT, Ran, set_environment
from spanishgas_assets_tests.stored import object_of

Say = Callable[..., str]


@pytest.fixture(scope="module")
def twice(trained: Ran, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A store in which the snapshot was published again with another rule for the gas margin."""
    store = tmp_path_factory.mktemp("twice") / "store"
    shutil.copytree(trained.store, store)
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, trained.raw, store)
        patch.setenv("SPANISHGAS_GAS_MARGIN", "old_credit")
        assert main(["run", "--snapshot", SNAPSHOT]) == 0
    return Ran(trained.raw, store)


@pytest.fixture
def say(
    twice: Ran,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Say]:
    """Run a command on a copy of the store; returns what it printed, its lines joined."""
    store = tmp_path / "store"
    shutil.copytree(twice.store, store)
    set_environment(monkeypatch, twice.raw, store)
    monkeypatch.setenv("SPANISHGAS_GAS_MARGIN", "old_credit")
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main(list(arguments)) == status
        said = capsys.readouterr()
        return " ".join(f"{said.out} {said.err}".split())

    return command


def test_list_and_show_say_what_is_followed(say: Say) -> None:
    said = say("publication", "list")
    assert said.count(SNAPSHOT) >= 4
    assert "superseded" in said
    assert f"current latest: {SNAPSHOT}" in said
    shown = say("publication", "show")
    for wanted in (
        f"Publication 2 of snapshot {SNAPSHOT}",
        "job score_snapshot",
        "supersedes 1",
        "registry event 1",
        "bronze/customer_month 12 14,400",
        "raw/consumption_hourly:",
        "config/margin_settings: old_credit",
        "retention/call_list.csv",
    ):
        assert wanted in shown, wanted


def test_diff_says_which_columns_customers_and_euros_moved_and_why(say: Say) -> None:
    said = say("publication", "diff", "1", "2")
    assert "changed: config/margin_settings changed" in said
    assert "gas_fixed_revenue_eur_month: 11,557 rows" in said
    assert "bronze/" not in said
    assert "offer_cost_eur: " in said
    assert "std_margin_eur" in said.split("customers whose tier or offer changed:")[1]


def test_rollback_shows_the_earlier_numbers_and_the_next_run_keeps_them(
    say: Say, tmp_path: Path
) -> None:
    store = str(tmp_path / "store")
    before = open_publication(store, number=1)
    assert "as number 3" in say("publication", "rollback", "1", "--by", "ana", "--why", "wrong")
    now = open_publication(store)
    assert now.number == 3
    assert dict(now.manifest.by) == {"person": "ana", "why": "wrong", "rolled_back_to": "1"}
    name = "retention/recommendations"
    assert now.table(name).collect().equals(before.table(name).collect())
    assert "no table differs" in say("publication", "diff", "1", "3")
    said = say("run", "--snapshot", SNAPSHOT)
    assert "Everything is up to date" in said
    assert "Readers see publication 3, with which ana went back to 1 (wrong)." in said
    assert open_publication(store).number == 3
    refused = say("publication", "rollback", "1", "--by", "ana", "--why", "again", status=1)
    assert "shows publication 1 already" in refused


def test_a_run_that_makes_what_was_gone_back_to_publishes_nothing(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("publication", "rollback", "1", "--by", "ana", "--why", "wrong")
    monkeypatch.setenv("SPANISHGAS_GAS_MARGIN", "supplied")
    said = say("run", "--snapshot", SNAPSHOT)
    assert "silver/customer_month" in said
    assert "Readers see publication 3, with which ana went back to 1 (wrong)." in said
    assert open_publication(str(tmp_path / "store")).number == 3


def test_a_run_that_a_check_stopped_is_told_to_readers_until_one_comes_to_its_end(
    say: Say, twice: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(twice.raw, raw)
    contracts = raw / "customer_contracts.csv"
    contracts.write_text(contracts.read_text().replace("2025-03-", "2025-33-"))
    monkeypatch.setenv("SPANISHGAS_RAW", str(raw))
    assert "bronze/customer" in say("run", "--snapshot", SNAPSHOT, status=1)
    reading = ["--snapshot", SNAPSHOT, "--out", str(tmp_path / "calls.csv")]
    said = say("calls", *reading)
    assert f"A newer run of {SNAPSHOT} stopped at 20" in said
    assert "and published nothing: bronze/customer is not stored: " in said
    assert "A newer run" in say("show", "--snapshot", SNAPSHOT)
    monkeypatch.setenv("SPANISHGAS_RAW", str(twice.raw))
    say("run", "--snapshot", SNAPSHOT)
    assert "stopped" not in say("calls", *reading)
    assert open_publication(str(tmp_path / "store")).number == 2


def test_damage_is_found_by_verify_and_mended_by_run(say: Say, tmp_path: Path) -> None:
    assert "78 objects" in say("publication", "verify")
    harmed = object_of(tmp_path / "store", f"gold/gold_master/{SNAPSHOT}")
    data = harmed.read_bytes()
    harmed.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    assert f"{harmed.name}: damaged" in say("publication", "verify", status=1)
    assert "gold/gold_master" in say("run", "--snapshot", SNAPSHOT)
    assert "0 faults" in say("publication", "verify")
    assert harmed.read_bytes() == data
    assert open_publication(str(tmp_path / "store")).number == 2


def test_prune_lists_first_and_removes_on_request(say: Say, tmp_path: Path) -> None:
    manifest = tmp_path / "store/publication/manifests/000001.json"
    assert "Dry run: 0 publications, 0 objects" in say("publication", "prune")
    assert "removed: 0 publications" in say("publication", "prune", "--yes")
    assert manifest.exists()


@pytest.mark.parametrize("action", [["show", "7"], ["verify", "7"], ["diff", "1", "7"]])
def test_a_number_that_is_not_there_is_told(say: Say, action: list[str]) -> None:
    assert "there is no publication 7" in say("publication", *action, status=1)


@pytest.mark.slow
def test_a_publication_made_again_from_its_raw_drops_is_equal(say: Say) -> None:
    assert "made again: 71 of 71 partitions equal" in say("publication", "verify", "--rebuild")


@pytest.mark.slow
def test_a_raw_file_that_changed_since_is_named(
    say: Say, twice: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(twice.raw, raw)
    contracts = raw / "customer_contracts.csv"
    contracts.write_text(contracts.read_text().replace("2025-03-", "2025-04-"))
    monkeypatch.setenv("SPANISHGAS_RAW", str(raw))
    said = say("publication", "verify", "--rebuild", status=1)
    assert f"not what it was when it was published: raw/customer_contracts {SNAPSHOT}" in said
    assert f"different: bronze/customer/{SNAPSHOT}" in said
