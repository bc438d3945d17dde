"""``spanishgas retry-batch``: lists what failed or waits, and retries it with one command."""

import json

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.operations.arrivals.arrival_state import read_state, retries_requested

from .conftest import FAILURE, FLAT_FILES, Platform, asked


@pytest.fixture
def stopped(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a batch whose registration failed."""
    monkeypatch.setenv("SPANISHGAS_STORE", platform.settings.store)
    platform.put(*FLAT_FILES)
    platform.run(platform.look(), FAILURE)
    platform.look()
    return read_state(platform.store).open["flat"].name


def test_without_a_name_it_lists_what_stands_still(stopped: str, capsys) -> None:
    assert main(["retry-batch"]) == 0
    said = capsys.readouterr().out
    assert f"batch {stopped} failed: register_arrivals (register), run " in said
    assert f"fix the cause and run `spanishgas retry-batch {stopped}`" in said


@pytest.mark.parametrize("all_of_them", [True, False])
def test_one_command_starts_a_failed_batch_again(
    stopped: str, platform: Platform, capsys, all_of_them: bool
) -> None:
    assert main(["retry-batch", "--all" if all_of_them else stopped]) == 0
    assert capsys.readouterr().out == f"{stopped}: attempt 2 starts at the sensor's next tick\n"
    again = platform.look()
    assert asked(again) == [("register_arrivals", None)]
    platform.run(again)
    assert platform.take_up() == ["ingest_months", "train_snapshot"]


def test_a_batch_that_waits_goes_on_without_what_it_waits_for(
    stopped: str, platform: Platform
) -> None:
    platform.put("2025-01-13/customer_contracts.csv", content="of the week")
    platform.look()
    waiting = read_state(platform.store).open["2025-01-13"].name
    assert main(["retry-batch", waiting]) == 0
    assert asked(platform.look()) == [("register_arrivals", None)]


def test_a_name_that_there_is_not_is_refused(stopped: str, platform: Platform, capsys) -> None:
    assert main(["retry-batch", "flat.9.ff"]) == 1
    said = capsys.readouterr().err
    assert "flat.9.ff is not a failed or waiting raw batch" in said
    assert stopped in said
    assert retries_requested(platform.store, stopped) == 0


def test_where_nothing_stands_still_it_says_so(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path))
    assert main(["retry-batch"]) == 0
    assert capsys.readouterr().out == "No raw batch has failed or is waiting.\n"


def test_the_mark_lies_beside_the_state(stopped: str, platform: Platform) -> None:
    """The sensor alone writes the state, so that no command can undo what a tick recorded."""
    key = "operations/arrivals/ledger.json"
    before = json.loads(platform.store.read(key))
    main(["retry-batch", stopped])
    assert json.loads(platform.store.read(key)) == before
    assert platform.store.keys(f"operations/arrivals/rearmed/{stopped}/")


def test_the_former_name_still_works_and_says_what_it_is_called_now(
    tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path))
    assert main(["rearm"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "No raw batch has failed or is waiting.\n"
    assert printed.err == ("deprecated  `rearm` is now `retry-batch` and will be removed in 0.3\n")
