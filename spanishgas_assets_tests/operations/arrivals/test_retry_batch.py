"""``spanishgas rearm``: what stands still, and one command that lets it go on."""

import json

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.operations.arrivals.arrival_state import read_ledger, times_rearmed

from .conftest import FAILURE, FLAT_FILES, Platform, asked


@pytest.fixture
def stopped(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a batch whose noting failed."""
    monkeypatch.setenv("SPANISHGAS_STORE", platform.settings.store)
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), FAILURE)
    platform.look()
    return read_ledger(platform.store).open["flat"].name


def test_without_a_name_it_lists_what_stands_still(stopped: str, capsys) -> None:
    assert main(["rearm"]) == 0
    said = capsys.readouterr().out
    assert f"batch {stopped} failed: note_arrivals (note), run " in said
    assert f"mend the cause and run `spanishgas rearm {stopped}`" in said


@pytest.mark.parametrize("all_of_them", [True, False])
def test_one_command_starts_a_failed_batch_again(
    stopped: str, platform: Platform, capsys, all_of_them: bool
) -> None:
    assert main(["rearm", "--all" if all_of_them else stopped]) == 0
    assert capsys.readouterr().out == f"{stopped}: try 2 starts when the sensor looks next\n"
    again = platform.look()
    assert asked(again) == [("note_arrivals", None)]
    platform.run(again)
    assert platform.take_up() == ["ingest_months", "train_snapshot"]


def test_a_batch_that_waits_goes_on_without_what_it_waits_for(
    stopped: str, platform: Platform
) -> None:
    platform.put("2025-01-13/customer_contracts.csv", content="of the week")
    platform.look()
    waiting = read_ledger(platform.store).open["2025-01-13"].name
    assert main(["rearm", waiting]) == 0
    assert asked(platform.look()) == [("note_arrivals", None)]


def test_a_name_that_there_is_not_is_refused(stopped: str, platform: Platform, capsys) -> None:
    assert main(["rearm", "flat.9.ff"]) == 1
    said = capsys.readouterr().err
    assert "no raw batch flat.9.ff failed or waits" in said
    assert stopped in said
    assert times_rearmed(platform.store, stopped) == 0


def test_where_nothing_stands_still_it_says_so(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path))
    assert main(["rearm"]) == 0
    assert capsys.readouterr().out == "No raw batch failed or waits.\n"


def test_the_mark_lies_beside_the_ledger(stopped: str, platform: Platform) -> None:
    """The sensor alone writes the ledger, so that no command can undo what a look noted."""
    key = "operations/arrivals/ledger.json"
    before = json.loads(platform.store.read(key))
    main(["rearm", stopped])
    assert json.loads(platform.store.read(key)) == before
    assert platform.store.keys(f"operations/arrivals/rearmed/{stopped}/")
