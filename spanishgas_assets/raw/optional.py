"""Files that a drop may lack: found or not, and read as rows or as none."""

from datetime import date

import polars as pl

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import RawFile
from spanishgas_assets.raw.finding import find_drop, names_meant
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.tables import quarantine

_TYPES = {
    "id": pl.String(),
    "text": pl.String(),
    "flag": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
}


def find_optional_drop(root: str, file: RawFile, as_of: date, *, cache: str = "") -> Drop | None:
    """Find a file as of a snapshot, as ``find_drop`` does; None where no drop has it.

    Raises:
        RawFileError: the raw root cannot be looked into, or has the file under a name that is not
            read: what it forbids must not go unread for a capital letter.
    """
    try:
        return find_drop(root, file, as_of, cache=cache)
    except MissingRawFileError:
        if meant := names_meant(root, file, as_of):
            raise RawFileError(
                f"{meant[0]}: is not read under this name. Name it {' or '.join(file.filenames)}, "
                "or remove it."
            ) from None
        return None


def read_optional(root: str, file: RawFile, as_of: date, *, cache: str = "") -> Reading:
    """Read a file as ``read_rows`` does; no rows if it is absent.

    Raises:
        RawFileError: the file is there and as a whole cannot be used.
    """
    drop = find_optional_drop(root, file, as_of, cache=cache)
    if drop is None:
        kinds = {name: kind.removeprefix("optional_") for name, kind in file.columns.items()}
        empty = pl.DataFrame(schema={name: _TYPES[kind] for name, kind in kinds.items()})
        return Reading(empty, quarantine.SCHEMA.to_frame())
    return read_rows(drop)
