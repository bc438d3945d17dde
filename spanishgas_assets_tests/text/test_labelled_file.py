"""Files of labelled notes: what a line is, what is refused, and how two labels share a note."""

import json

import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.head.labelled_file import (
    PACKAGED_NOTES,
    LabelledNote,
    digest_of,
    read_labelled,
    reader_labels,
    targets,
    write_labelled,
)

LINE = {
    "id": "n1",
    "writer": "w1",
    "language": "es",
    "text": "Se larga",
    "writer_intent": "X",
    "writer_sentiment": "-",
    "reader_intent": "X",
    "reader_sentiment": "=",
}


def written(path, *changes):
    lines = [
        json.dumps(LINE | {"id": f"n{place}"} | change) for place, change in enumerate(changes)
    ]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def test_a_label_of_both_counts_whole_and_two_labels_half_each(tmp_path):
    notes = read_labelled(written(tmp_path / "n.jsonl", {}, {"writer_sentiment": None}))
    intents, sentiments = targets(notes)
    assert intents[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert sentiments.tolist() == [[0.5, 0.5, 0], [0, 1, 0]]
    assert [labels[0] for labels in reader_labels(notes)] == ["Cancellation / Switch", "neutral"]


def test_the_writers_label_counts_where_nobody_has_read_the_note(tmp_path):
    notes = read_labelled(written(tmp_path / "n.jsonl", {"reader_sentiment": None}))
    assert targets(notes)[1].tolist() == [[1, 0, 0]]
    assert reader_labels(notes)[1].to_list() == ["negative"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reader_intent": "Z"}, "line 2: reader_intent: Input should be 'X', 'C'"),
        ({"text": " "}, "line 2: text: String should match"),
        ({"language": "Spanish"}, "line 2: language"),
        ({"writer_intent": None, "reader_intent": None}, "line 2: Value error, has no label of in"),
        ({"id": "n0"}, "line 2: id n0 is that of line 1"),
        ({"angry": "yes"}, "line 2: angry: Extra inputs"),
    ],
)
def test_a_line_that_is_no_labelled_note_is_named_without_its_text(tmp_path, change, said):
    with pytest.raises(SettingsError) as refused:
        read_labelled(written(tmp_path / "n.jsonl", {}, change))
    assert said in str(refused.value)
    assert "1 of 2 lines are not labelled notes" in str(refused.value)
    assert "larga" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no labelled note"),
        (b"{", "line 1: Invalid JSON"),
        (b"\xff\xfe", "cannot be read: it is not UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, content, said):
    (tmp_path / "n.jsonl").write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read_labelled(tmp_path / "n.jsonl")
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_labelled(tmp_path / "missing.jsonl")


def test_notes_are_added_to_a_file_and_read_back(tmp_path):
    path = tmp_path / "folder" / "own.jsonl"
    notes = [LabelledNote(**LINE), LabelledNote(**LINE | {"id": "n2", "text": "¡Qué bien!"})]
    for note in notes:
        write_labelled(path, [note])
    assert read_labelled(path).rows(named=True) == [note.model_dump() for note in notes]


def test_the_digest_knows_labels_but_no_order(tmp_path):
    notes = read_labelled(written(tmp_path / "n.jsonl", {}, {}))
    assert digest_of(notes) == digest_of(notes.reverse())
    assert digest_of(notes) != digest_of(notes.with_columns(reader_intent=pl.lit("C")))


def test_the_packaged_notes_are_labelled_notes_without_personal_data():
    from spanishgas_assets.text.pii import redact

    notes = read_labelled(PACKAGED_NOTES)
    assert notes["text"].is_unique().all()
    assert notes.select(redact(pl.col("text")) == pl.col("text")).to_series().all()
