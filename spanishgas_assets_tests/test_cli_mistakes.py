"""Mistakes on the command line end in one sentence, never in a traceback, and write nothing."""

import shutil

import pytest

from spanishgas_assets.cli import main

BY = ["--by", "Ana", "--why", "looked at it"]
VERSION = "2025-01-06-0123456789ab"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("SPANISHGAS_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path / "store"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["model", "reject", "V/../V", *BY], "'V/../V' is no version of a model"),
        (["model", "show", "../../etc/passwd"], "is no version of a model"),
        (["model", "approve", f"{VERSION}/", *BY], "is no version of a model"),
        (["model", "reject", VERSION, "--by", " ", "--why", "x"], "must not be empty"),
        (["model", "rollback", "--by", "Ana", "--why", ""], "must not be empty"),
        (["ui", "--port", "70000"], "70000 is not from 1 to 65,535"),
        (["ui", "--port", "x"], "'x' is not a whole number"),
        (["demo-data", "--customers", "-3"], "-3 is not at least 1"),
        (["quarantine", "show", "bronze/customer", "--rows", "0"], "0 is not at least 1"),
        (["show", "--snapshot", "2025-01-06\n"], "holds a control character"),
        (["retry-batch", "caf\udce9"], "is not UTF-8"),
    ],
)
def test_misuse_is_refused_before_anything_starts(store, capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not store.exists()


@pytest.mark.parametrize("snapshot", ["../x", "2025-01-06/../2025-01-06", "2025-01-07", ""])
@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["run"],
        ["calls", "--out", "calls.csv"],
        ["model", "ablation"],
    ],
)
def test_a_snapshot_that_is_none_is_refused_by_every_command(store, capsys, arguments, snapshot):
    assert main([*arguments, "--snapshot", snapshot]) == 1
    assert "is not a snapshot: snapshots are the Mondays from" in capsys.readouterr().err
    assert not store.exists()


def test_a_promotion_begins_with_a_snapshot(store, capsys):
    assert main(["model", "promote", VERSION, "--from", "2025-01-06/x", *BY]) == 1
    assert "'2025-01-06/x' is not a snapshot" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["features", "--out"], ["settings", "--page"]])
def test_an_output_that_cannot_be_written_is_told(store, tmp_path, capsys, arguments):
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "page.md", tmp_path / ("x" * 300)):
        assert main([*arguments, str(place)]) == 1
        said = capsys.readouterr().err
        assert f"{place}: cannot be written: " in said
        assert "Name a file in a folder that you may write to" in said


def test_corrections_that_are_a_folder_are_told(store, tmp_path, capsys):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/price_history.csv").write_text("customer_id\nC1\n")
    assert main(["quarantine", "replay", "price_history.csv", str(tmp_path)]) == 1
    assert f"{tmp_path}" in capsys.readouterr().err


def test_a_store_that_is_a_file_is_told(store, capsys):
    store.write_text("")
    assert main(["model", "list"]) in (0, 1)
    assert main(["run", "--snapshot", "2025-01-06"]) == 1
    assert str(store) in capsys.readouterr().err


@pytest.mark.parametrize("name", ["event_log.db", "runs.db"])
def test_a_damaged_record_of_runs_is_told_and_can_be_begun_anew(store, capsys, name):
    main(["heartbeat"])
    history = store / ".dagster" / "history"
    for one in history.glob(f"{name}*"):
        one.unlink()
    (history / name).write_bytes(b"SQLite format 3\0half")
    capsys.readouterr()
    assert main(["heartbeat"]) == 1
    said = capsys.readouterr().err
    assert f"the record of runs in {store / '.dagster'} cannot be used" in said
    shutil.rmtree(history)
    main(["heartbeat"])
    assert "daemon SENSOR: no heartbeat" in capsys.readouterr().err
