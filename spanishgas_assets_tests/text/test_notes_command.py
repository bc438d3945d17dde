"""``spanishgas notes``: labels by single keys, a head of one's own, and what it makes of notes."""

import io
import json

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.commands import notes as command
from spanishgas_assets.text.head import labelled_file
from spanishgas_assets.text.head.labelled_file import read_labelled
from spanishgas_assets.text.head.linear_head import load_head
from spanishgas_assets_tests.text.test_head_training import some_notes

TEXTS = ["Quiere la factura de marzo", "Perhaps.", "Enfadado, se va", "Ring back"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(command, "_notes_of_the_store", lambda *_: pl.Series("text", TEXTS))
    return tmp_path / "own.jsonl"


def label(own, monkeypatch, keys, *more):
    monkeypatch.setattr("sys.stdin", io.StringIO(keys))
    return main(["notes", "label", "--notes", str(own), "--by", "Ana", *more])


def test_two_keys_label_a_note_which_is_stored_at_once(own, monkeypatch, capsys):
    assert label(own, monkeypatch, "b=", "--most", "4") == 0
    (note,) = read_labelled(own).rows(named=True)
    assert (note["reader"], note["reader_intent"], note["reader_sentiment"]) == ("Ana", "B", "=")
    assert note["text"] in TEXTS
    assert note["writer_intent"] is None
    assert "1 notes added" in capsys.readouterr().out


def test_a_skipped_note_is_not_stored_and_other_keys_are_waited_past(own, monkeypatch):
    assert label(own, monkeypatch, "s 5?x-q") == 0
    assert read_labelled(own)["reader_intent"].to_list() == ["X"]


def test_a_note_is_asked_for_once(own, monkeypatch):
    label(own, monkeypatch, "b=" * 3)
    label(own, monkeypatch, "b=" * 9)
    assert sorted(read_labelled(own)["text"]) == sorted(TEXTS)


def test_an_input_that_ends_within_a_note_leaves_the_note_out(own, monkeypatch):
    assert label(own, monkeypatch, "b") == 0
    assert not own.exists()


def test_without_a_publication_the_message_says_what_to_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    assert main(["notes", "label"]) == 1
    assert "spanishgas run" in capsys.readouterr().err


def test_an_own_head_reads_ones_own_words(own, monkeypatch, capsys):
    packaged = own.with_name("packaged.jsonl")
    packaged.write_text(some_notes().write_ndjson(), encoding="utf-8")
    monkeypatch.setattr(labelled_file, "PACKAGED_NOTES", packaged)
    words = [f"Zorblax pendiente {number}" for number in range(12)]
    rows = [
        {
            "id": text,
            "writer": "anyone",
            "language": "es",
            "text": text,
            "reader_intent": "L",
            "reader_sentiment": "+",
        }
        for text in words
    ]
    own.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    head = own.with_name("head.safetensors")
    made = ["notes", "train", "--notes", str(own), "--out", str(head), "--date", "2026-11-28"]
    assert main(made) == 0
    assert load_head(str(head)).card.notes == some_notes().height + 12
    monkeypatch.setenv("SPANISHGAS_NOTES_HEAD", str(head))
    assert main(["notes", "evaluate", "--notes", str(own)]) == 0
    assert "sentiment macro f1                 1.000" in capsys.readouterr().out


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", ""])
def test_a_day_that_is_none_is_refused(own, capsys, day):
    with pytest.raises(SystemExit):
        main(["notes", "train", "--date", day])
    assert "is not a day, YYYY-MM-DD" in capsys.readouterr().err


def test_labels_that_are_not_there_are_told(own, capsys):
    for action in ("train", "evaluate"):
        assert main(["notes", action, "--notes", str(own)]) == 1
        assert "own.jsonl: cannot be read: No such file" in capsys.readouterr().err
