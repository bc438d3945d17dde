"""The first row of a text file that has more cells than its header."""

import csv
import io
from pathlib import Path

from spanishgas_assets.raw.dialect import Dialect, opened

#: Rows that are looked through: what is wrong with a file is mostly wrong with its first rows.
_MOST_ROWS = 1_000_000


def longer_row(path: Path, dialect: Dialect) -> str:
    """Say which row has more cells than the header; empty if none of the first million has.

    For what a library tells without its place.
    """
    with opened(path) as content, io.TextIOWrapper(content, "utf-8-sig", "replace") as text:
        for _ in range(dialect.above):
            text.readline()
        try:
            rows = csv.reader(text, delimiter=dialect.separator)
            cells = len(next(rows, []))
            for number, row in zip(range(1, _MOST_ROWS), rows, strict=False):
                if len(row) > cells:
                    return (
                        f"row {number:,} has {len(row):,} cells, the header {cells:,}. Text and "
                        f"numbers that hold {dialect.separator!r} have to stand in quotes"
                    )
        except csv.Error:
            pass
    return ""
