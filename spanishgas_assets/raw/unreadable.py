"""What a library says of a file of readings that it cannot read, in words that help."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.dialect import dialect_of, refuse_other_than_utf8
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.longer_rows import longer_row

#: Characters that a refusal quotes of a library's error.
_LONGEST_QUOTE = 300


@contextmanager
def refusing_unreadable(drop: Drop) -> Iterator[None]:
    """Say that a file broke off or is damaged inside, where a pass finds it out.

    Raises:
        RawFileError: instead of what the library says.
    """
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        paths = [*chain(*drop.parts.values())] or drop.files
        refuse_other_encoding(error, paths)
        raise RawFileError(
            f"{drop.path.name}: cannot be read to its end ({drop.url}): "
            f"{_longer_row(error, paths) or first_line(error)}. Deliver it again."
        ) from None


def first_line(error: Exception) -> str:
    """Return the start of what a library says; it may quote a line of the file."""
    return str(error).strip().splitlines()[0][:_LONGEST_QUOTE]


def refuse_other_encoding(error: Exception, paths: Iterable[Path]) -> None:
    """Name the line where the library says only that some text is not UTF-8.

    Raises:
        RawFileError: there is such a line.
    """
    if "utf-8" in str(error).lower():
        for path in paths:
            if path.suffix != ".parquet":
                refuse_other_than_utf8(path)


def _longer_row(error: Exception, paths: Iterable[Path]) -> str:
    """Name the row where the library says only that some row has too many cells."""
    if "more fields" not in str(error):
        return ""
    told = (longer_row(path, dialect_of(path)) for path in paths if path.suffix != ".parquet")
    return next(filter(None, told), "")
