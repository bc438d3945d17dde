"""The first row of a text file that has more cells than its header."""

import csv
import io
from pathlib import Path

from spanishgas_assets.raw.dialect import Dialect, opened

#: Bytes that are looked at: what is wrong with a file is mostly wrong with its first rows, and a
#: line may be as long as the file.
_MOST_BYTES = 1 << 20


def longer_row(path: Path, dialect: Dialect) -> str:
    """Say which of a file's first rows has more cells than the header; empty if none has.

    For what a library tells without its place.
    """
    with opened(path) as content:
        block = content.read(_MOST_BYTES)
    whole = block if len(block) < _MOST_BYTES else block[: block.rfind(b"\n") + 1]
    text = io.StringIO(whole.decode("utf-8-sig", "replace"), newline="")
    for _ in range(dialect.above):
        text.readline()
    try:
        rows = csv.reader(text, delimiter=dialect.separator)
        cells = len(next(rows, []))
        for number, row in enumerate(rows, 1):
            if len(row) > cells:
                return (
                    f"row {number:,} has {len(row):,} cells, the header {cells:,}. Text and "
                    f"numbers that hold {dialect.separator!r} have to stand in quotes"
                )
    except csv.Error:
        pass
    return ""
