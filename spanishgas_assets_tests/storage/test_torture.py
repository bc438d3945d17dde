"""A sample of what ``make torture`` tries: losses of power, a race, and mutants of the code."""

import json
import subprocess
import sys

import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.file_versions import read_file, write_files
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.sealed_json import opened, sealed
from torture.crashes import MUTANTS, caught, crash_states, races
from torture.failing_calls import call_failures
from torture.histories import histories
from torture.s3_crashes import s3_states


def test_every_state_after_a_loss_of_power_is_whole_and_mended_by_the_next_run() -> None:
    tally = crash_states()
    assert tally.tried >= 19
    assert tally.told == []
    assert tally.faults == 0


def test_an_overtaken_publisher_supersedes_the_winner() -> None:
    assert races().told == []


def test_readers_see_what_a_plain_model_of_the_history_says() -> None:
    assert histories(3, steps=8).told == []


def test_each_call_of_a_publication_may_fail_in_a_folder_and_over_s3() -> None:
    tally = call_failures()
    assert tally.tried > 150
    assert tally.told == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutants_are_caught(mutant: str) -> None:
    assert caught(mutant)


def test_a_number_that_a_flip_made_infinite_is_damage() -> None:
    data = sealed("a.json", {"rows": 10999}).replace(b"10999", b"1e999")
    with pytest.raises(StoreError, match=r"a\.json is damaged"):
        opened("a.json", data)


def test_a_file_that_is_gone_is_named_with_what_makes_it_again(tmp_path) -> None:
    store = FolderStore(str(tmp_path))
    (version,) = write_files(store, "retention/call_list/2025-01-06", {"csv": b"C0"})
    store.delete([version.key])
    with pytest.raises(StoreError, match=r"not in the store\. Run the snapshot again"):
        read_file(store, version)


def test_a_lagging_listing_hides_nothing_from_readers() -> None:
    tally = s3_states()
    assert tally.tried > 100
    assert tally.told == []


@pytest.mark.slow
def test_runs_of_the_graph_may_be_killed_and_their_calls_may_raise() -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "torture", "--graph-only"),
            *("--customers", "300", "--offset", "1"),
            *("--kills-every", "120", "--raises-every", "240"),
            *("--strikes-every", "0", "--damages-every", "0"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["calls_killed"] >= 2
    assert found["calls_raised"] >= 2
    faults = ("mixed_reads", "rows_lost", "tracebacks", "hand_repairs")
    assert dict.fromkeys(faults, 0).items() <= found.items()
