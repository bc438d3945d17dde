"""Labelled notes as a file: one JSON object a line, with what its writer and its reader saw in it.

The letters are those of the labelling guide (docs/notes.md). A note that both label alike has one
label; where they differ, each label counts half in training, and the reader's counts in measures.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

#: The guide's letters, in the order of ``INTENTS`` and ``SENTIMENTS``.
INTENT_LETTERS = "XCBRPLAGO"
SENTIMENT_LETTERS = "-=+"

#: The notes that the packaged head learns from: those of the training and validation writers.
PACKAGED_NOTES = Path(__file__).with_name("notes.jsonl")
#: Whose notes decide between heads; no head that is measured on them learned from them.
VALIDATION_WRITERS = ("w07", "w09")
#: The writer of a retailer's own notes, as ``spanishgas notes label`` adds them.
OWN_WRITER = "own"

_Letter = Literal["X", "C", "B", "R", "P", "L", "A", "G", "O"]
_Sign = Literal["-", "=", "+"]
_Words = Annotated[str, Field(min_length=1)]


class LabelledNote(BaseModel):
    """One line of the file.

    Attributes:
        id: of the note; no two are equal.
        writer: whose note it is; a split never parts the notes of one writer.
        language: ISO 639-1.
        channel: where it was written.
        text: the note, without personal data.
        writer_intent, writer_sentiment: what the writer meant; null where nobody asked.
        reader: who labelled it from the text alone.
        reader_intent, reader_sentiment: what that reader understood; null where nobody has read it.
        unsure: the reader wavered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Words
    writer: _Words
    language: Annotated[str, Field(pattern="^[a-z]{2,5}$")]
    channel: str = ""
    text: Annotated[str, Field(pattern=r"\S")]
    writer_intent: _Letter | None = None
    writer_sentiment: _Sign | None = None
    reader: str = ""
    reader_intent: _Letter | None = None
    reader_sentiment: _Sign | None = None
    unsure: bool = False

    @model_validator(mode="after")
    def _is_labelled(self) -> Self:
        for what in ("intent", "sentiment"):
            if getattr(self, f"writer_{what}") is None and getattr(self, f"reader_{what}") is None:
                raise ValueError(f"has no label of {what}")
        return self


_COLUMNS = pl.Schema(
    {name: pl.Boolean if name == "unsure" else pl.String for name in LabelledNote.model_fields}
)


def read_labelled(path: Path) -> pl.DataFrame:
    """Read a file of labelled notes: one row per note, with the columns of ``LabelledNote``.

    Raises:
        SettingsError: the file cannot be read, is empty, or a line is not a labelled note; names
            the lines.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"{path}: cannot be read: {why}") from error
    notes, faults, seen = [], [], dict[str, int]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            note = LabelledNote.model_validate_json(line)
        except ValidationError as error:
            faults.append(f"line {number}: {_said(error)}")
            continue
        if note.id in seen:
            faults.append(f"line {number}: id {note.id} is that of line {seen[note.id]}")
            continue
        seen[note.id] = number
        notes.append(note)
    if faults:
        raise SettingsError(
            f"{path}: {len(faults):,} of {len(faults) + len(notes):,} lines are not labelled notes "
            f"(docs/notes.md shows one): {'; '.join(faults[:3])}"
        )
    if not notes:
        raise SettingsError(f"{path}: holds no labelled note")
    return pl.DataFrame([note.model_dump() for note in notes], schema=_COLUMNS)


def write_labelled(path: Path, notes: Iterable[LabelledNote]) -> None:
    """Add notes to a file, which is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        for note in notes:
            lines.write(json.dumps(note.model_dump(exclude_none=True), ensure_ascii=False) + "\n")


def targets(notes: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the shares of the classes per note: (notes, 9) of intents, (notes, 3) of sentiments.

    The writer's label and the reader's count half each; one that is missing leaves all to the
    other.
    """
    return (
        _shares(notes["writer_intent"], _read_label(notes, "intent"), INTENT_LETTERS),
        _shares(notes["writer_sentiment"], _read_label(notes, "sentiment"), SENTIMENT_LETTERS),
    )


def reader_labels(notes: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return intent and sentiment in the words of the vocabulary.

    They are the reader's, and the writer's where nobody has read the note.
    """
    return (
        _read_label(notes, "intent").replace_strict(list(INTENT_LETTERS), INTENTS),
        _read_label(notes, "sentiment").replace_strict(list(SENTIMENT_LETTERS), SENTIMENTS),
    )


def digest_of(notes: pl.DataFrame) -> str:
    """Digest the notes with their labels, in any order."""
    rows = sorted(json.dumps(row, ensure_ascii=False) for row in notes.iter_rows())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _read_label(notes: pl.DataFrame, what: str) -> pl.Series:
    return notes[f"reader_{what}"].fill_null(notes[f"writer_{what}"])


def _shares(writer: pl.Series, reader: pl.Series, letters: str) -> NDArray[np.float64]:
    shares = np.zeros((reader.len(), len(letters)))
    for labels in (reader, writer.fill_null(reader)):
        places = [letters.index(label) for label in labels]
        shares[np.arange(len(places)), places] += 0.5
    return shares


def _said(error: ValidationError) -> str:
    """Say the first fault without the value: it may be a customer's words."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
