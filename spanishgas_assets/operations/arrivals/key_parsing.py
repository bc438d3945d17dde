"""What a key below the raw root stands for: a piece of a raw file, a stray, or nothing yet."""

import functools
import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote

from spanishgas_assets.raw.drops import CORRECTED, month_of_part
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, OPTIONAL_FILES, RAW_FILES, RawFile

#: Drop of the files that lie in the root itself.
FLAT = "flat"

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTHLY_FOLDER = "consumption_hourly"
_PARTIAL = (".partial", ".tmp", ".part", ".filepart", ".crdownload")
_FILES = {name: file for file in (*RAW_FILES, *OPTIONAL_FILES) for name in file.filenames}
_STEMS = {name.split(".")[0]: file for name, file in _FILES.items() if "." in name}


@dataclass(frozen=True)
class Piece:
    """A piece of a raw file.

    Attributes:
        drop: ``flat``, or the date of a dated drop.
        file: the raw file that it is, belongs to, or corrects.
        month: the month that it holds (``2024-03``), of a folder of monthly files.
    """

    drop: str
    file: RawFile
    month: str | None = None

    @property
    def unit(self) -> str:
        """What changes as a whole: a raw file, or one month of it."""
        return f"{self.file.name}/{self.month}" if self.month else self.file.name


@dataclass(frozen=True)
class Stray:
    """A file that no run will read; ``says`` why, and what to do."""

    says: str


def meaning(key: str, months: Set[str]) -> Piece | Stray | None:
    """Say what a key stands for; None for what is still being made (hidden or partial).

    Args:
        key: below the raw root, ``2025-01-06/customer_contracts.csv``.
        months: the months that the platform knows (``2024-03``).
    """
    path = PurePosixPath(key)
    hidden = any(part.startswith((".", "_")) for part in path.parts)
    if hidden or path.name.endswith(_PARTIAL):
        return None
    found = _place(key, months)
    plain = unquote(key)
    if isinstance(found, Stray) and plain != key and isinstance(_place(plain, months), Piece):
        return Stray(f"its name is URL-encoded, so no run finds it; deliver it as {plain}")
    return found


def _place(key: str, months: Set[str]) -> Piece | Stray:
    folder, slash, name = key.rpartition("/")
    place = _folder(folder or slash, months)
    if isinstance(place, Stray):
        return place
    drop, month = place
    if month is not None:
        corrects = name.endswith(CORRECTED)
        if corrects or month_of_part(PurePosixPath(f"month={month}", name)):
            return Piece(drop, CONSUMPTION_HOURLY, month)
        return Stray("readings of a month are .parquet, .csv or .csv.gz files")
    stem = name.removesuffix(CORRECTED)
    file = _STEMS.get(stem) if stem != name else _FILES.get(name) if "." in name else None
    if file is None:
        return Stray(
            f"no raw file is called {name}; the names are those of "
            f"{', '.join(one.filenames[0] for one in RAW_FILES)}"
        )
    return Piece(drop, file)


@functools.lru_cache(maxsize=4096)
def _folder(folder: str, months: Set[str]) -> tuple[str, str | None] | Stray:
    """Say which drop a folder is, and which month of its readings it holds."""
    parts = folder.split("/") if folder else []
    drop = FLAT
    if parts and _DATED.fullmatch(parts[0]):
        drop = parts.pop(0)
        try:
            date.fromisoformat(drop)
        except ValueError:
            return Stray(f"folder {drop} is no date; a dated drop is YYYY-MM-DD")
    if not parts:
        return drop, None
    if parts[0] != _MONTHLY_FOLDER or len(parts) != 2:
        return Stray(
            f"folder {'/'.join(parts)} is none that is read; drops lie flat or in YYYY-MM-DD/, "
            f"readings by month in {_MONTHLY_FOLDER}/month=YYYY-MM/"
        )
    month = parts[1].removeprefix("month=")
    if month == parts[1] or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return Stray(f"folder {parts[1]} names no month; expected month=YYYY-MM")
    if month not in months:
        return Stray(
            f"{month} is no month that the platform knows: they begin with {min(months)}, and one "
            "that is still to come is taken up when it has begun"
        )
    return drop, month
