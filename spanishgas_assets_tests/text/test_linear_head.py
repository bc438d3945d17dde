"""The head's file: read back as written, and refused in a sentence where it is none."""

import dataclasses
import json

import numpy as np
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.head.labelled_file import PACKAGED_NOTES, digest_of, read_labelled
from spanishgas_assets.text.head.linear_head import PACKAGED_HEAD, Head, load_head


def test_the_packaged_head_learned_from_the_packaged_notes():
    card = load_head().card
    notes = read_labelled(PACKAGED_NOTES)
    assert card.notes == notes.height
    assert card.writers == notes["writer"].n_unique()
    assert card.notes_digest == digest_of(notes)[:16]


def test_a_head_is_read_back_as_it_was_written(tmp_path):
    head = load_head()
    (tmp_path / "own").write_bytes(head.to_bytes())
    again = load_head(str(tmp_path / "own"))
    assert again.card == head.card
    assert again.revision == head.revision
    assert np.array_equal(again.runs, head.runs)


def test_another_weight_or_limit_is_another_revision():
    head = load_head()
    revisions = {
        head.revision,
        dataclasses.replace(head, bias=head.bias + 1).revision,
        dataclasses.replace(head, card=dataclasses.replace(head.card, sure=0.9)).revision,
    }
    assert len(revisions) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: make it with `spanishgas notes train`"),
        (b"PK\x03\x04 not a head at all", "is not a head"),
        (PACKAGED_HEAD.read_bytes()[:-2], "is not a head .*cut short"),
        (PACKAGED_HEAD.read_bytes()[:4], "is not a head"),
    ],
)
def test_a_file_that_is_no_head_is_refused(tmp_path, content, said):
    (tmp_path / "own").write_bytes(content)
    with pytest.raises(SettingsError, match=f"own: {said}"):
        load_head(str(tmp_path / "own"))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere: cannot be read .* unset SPANISHGAS_NOTES_"):
        load_head(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 99}, "is a head of format 99 .* reads format 2"),
        ({"encoder": "another"}, "for the encoder another; this release reads"),
    ],
)
def test_a_head_of_another_release_is_refused(change, said):
    card = dataclasses.replace(load_head().card, **change)
    content = dataclasses.replace(load_head(), card=card).to_bytes()
    with pytest.raises(SettingsError, match=said):
        Head.from_bytes(content, "own")


def test_numbers_that_are_none_or_too_few_are_refused():
    head = load_head()
    for bias in (head.bias * np.nan, head.bias[:-1]):
        content = dataclasses.replace(head, bias=bias).to_bytes()
        with pytest.raises(SettingsError, match="own: is damaged: bias is not as a head has it"):
            Head.from_bytes(content, "own")


def test_a_card_that_lacks_a_line_is_refused():
    content = load_head().to_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    card = json.loads(header["__metadata__"]["card"])
    del card["near"]
    header["__metadata__"]["card"] = json.dumps(card)
    changed = json.dumps(header).encode()
    content = len(changed).to_bytes(8, "little") + changed + content[8 + length :]
    with pytest.raises(SettingsError, match="own: is damaged: its card"):
        Head.from_bytes(content, "own")
