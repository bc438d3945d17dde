"""Corrected rows, put beside the raw file that they mend.

A corrections file has a column ``row`` (the number in the raw file) and the raw file's columns.
Every reader takes its rows in place of the raw file's, so that the next run gives what a clean
file would have given. The raw file itself is never touched.
"""

from pathlib import Path

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop, corrected_path
from spanishgas_assets.raw.files import RAW_FILES
from spanishgas_assets.raw.records import read_corrected


def place_corrections(root: Path, name: str, corrected: Path) -> tuple[Path, int]:
    """Put corrected rows beside the raw file of that name; returns where, and how many rows.

    Rows corrected before stay, unless they are corrected again.

    Args:
        root: the raw root.
        name: the raw file as quarantine names it (``price_history.csv``).
        corrected: a CSV file with a column ``row`` and the raw file's columns.

    Raises:
        RawFileError: no such raw file, or the corrections cannot be used.
    """
    raw, drop = _find(root, name)
    rows = read_corrected(drop.file, corrected)
    target = corrected_path(raw)
    columns = ["row", *drop.file.columns]
    if target.is_file():
        before = read_corrected(drop.file, target).join(rows, on="row", how="anti")
        together = pl.concat([before.select(columns), rows.select(columns)]).sort("row")
    else:
        together = rows.select(columns).sort("row")
    temporary = target.with_name(f".{target.name}.partial")
    together.write_csv(temporary)
    temporary.replace(target)
    return target, rows.height


def _find(root: Path, name: str) -> tuple[Path, Drop]:
    """Find the raw file of a name, in the newest drop; a monthly part is named with its folder."""
    folders = [*sorted(root.glob("????-??-??/"), reverse=True), root]
    for folder in folders:
        for file in RAW_FILES:
            for filename in file.filenames:
                path = folder / filename / name if "/" in name else folder / name
                if path.is_file() and ("/" in name or filename == name):
                    return path, Drop(file, path)
    raise RawFileError(
        f"{name}: no such raw file under {root.absolute()}. `spanishgas quarantine show` names the "
        "file of every row."
    )
