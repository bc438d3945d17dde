"""Corrected rows, put beside the raw file that they mend.

A corrections file has a column ``row`` (the number in the raw file) and the raw file's columns.
Every reader takes its rows in place of the raw file's, so that the next run gives what a clean
file would have given. The raw file itself is never touched.
"""

from pathlib import Path

import polars as pl

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw.drops import Drop, corrected_path
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, OPTIONAL_FILES, RAW_FILES
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.mirror import MirroredDrop
from spanishgas_assets.raw.records import read_corrected


def place_corrections(root: str, name: str, corrected: Path, *, cache: str = "") -> tuple[str, int]:
    """Put corrected rows beside the raw file of that name; returns where, and how many rows.

    Rows corrected before stay, unless they are corrected again.

    Args:
        root: the raw root, a folder or an ``s3://`` prefix.
        name: the raw file as quarantine names it (``price_history.csv``).
        corrected: a CSV file with a column ``row`` and the raw file's columns.
        cache: folder for local copies of a drop in S3; empty is this user's own.

    Raises:
        RawFileError: no such raw file, or the corrections cannot be used.
        StoreUnavailableError: S3 does not answer.
    """
    drop, raw = _find(root, name, cache)
    rows = read_corrected(drop.file, corrected)
    before = _beside(drop, raw)
    columns = ["row", *drop.file.columns]
    together = rows.select(columns)
    if before.is_file():
        others = read_corrected(drop.file, before).join(rows, on="row", how="anti")
        together = pl.concat([others.select(columns), together])
    unused = [name for name in drop.file.may_lack if together[name].null_count() == len(together)]
    written = together.drop(unused).sort("row").write_csv().encode()
    return _put_beside(drop, raw, written), rows.height


def _find(root: str, name: str, cache: str) -> tuple[Drop, Path]:
    """Find a raw file in the newest drop that has it; a monthly part is named with its folder."""
    month = name.partition("/")[0].removeprefix("month=")
    by_name = [file for file in (*RAW_FILES, *OPTIONAL_FILES) if file.preference(name) is not None]
    for file in [CONSUMPTION_HOURLY] if "/" in name else by_name:
        try:
            drop = find_drop(root, file, cache=cache).fetched([month])
        except MissingRawFileError:
            continue
        for path in [path for parts in drop.parts.values() for path in parts] or [drop.path]:
            if name == (f"{path.parent.name}/{path.name}" if drop.is_folder else path.name):
                return drop, path
    raise RawFileError(
        f"{name}: no such raw file in {root}. `spanishgas quarantine show` names the file of every "
        "row."
    )


def _beside(drop: Drop, raw: Path) -> Path:
    return corrected_path(raw) if drop.is_folder else drop.corrected


def _put_beside(drop: Drop, raw: Path, content: bytes) -> str:
    if isinstance(drop, MirroredDrop):
        copies = [one for copies in drop.copies.values() for one in copies]
        key = next((one.object.key for one in copies if one.path == raw), drop.key.rstrip("/"))
        beside = str(corrected_path(Path(key)))
        drop.bucket.put(beside, content)
        return drop.bucket.url(beside)
    target = _beside(drop, raw)
    temporary = target.with_name(f".{target.name}.partial")
    temporary.write_bytes(content)
    temporary.replace(target)
    return str(target)
