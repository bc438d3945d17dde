"""Parses a key below the raw root: a part of a raw file, an unrecognised file, or a partial one."""

import functools
import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote

from spanishgas_assets.raw.drops import CORRECTED, is_part_file, month_of_part
from spanishgas_assets.raw.files import (
    CONSUMPTION_HOURLY,
    OPTIONAL_FILES,
    RAW_FILES,
    RawFile,
    year_of_name,
)

#: Drop of the files that lie in the root itself.
FLAT = "flat"

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTHLY_FOLDER = "consumption_hourly"
_PARTIAL = (".partial", ".tmp", ".part", ".filepart", ".crdownload")
#: With any year in the name of a year's file, as ``RawFile.preference`` has it.
_FILES = (*RAW_FILES, *OPTIONAL_FILES)


@dataclass(frozen=True)
class RawPart:
    """A raw file, or a part of one.

    Attributes:
        drop: ``flat``, or the date of a dated drop.
        file: the raw file that it is, belongs to, or corrects.
        month: the month that it holds (``2024-03``), of a folder of monthly files.
        year: the year that it holds, of a year's file.
    """

    drop: str
    file: RawFile
    month: str | None = None
    year: int | None = None

    @property
    def unit(self) -> str:
        """What changes as a whole: a raw file, or one month of it."""
        return f"{self.file.name}/{self.month}" if self.month else self.file.name


@dataclass(frozen=True)
class UnrecognisedFile:
    """A file that no run reads; ``reason`` says why, and what to do."""

    reason: str


def parse_key(key: str, months: Set[str]) -> RawPart | UnrecognisedFile | None:
    """Parse a key; None for a file that is still being written (hidden or partial).

    Args:
        key: below the raw root, ``2025-01-06/customer_contracts.csv``.
        months: the months that the platform knows (``2024-03``).
    """
    path = PurePosixPath(key)
    hidden = any(part.startswith((".", "_")) for part in path.parts)
    if hidden or path.name.endswith(_PARTIAL):
        return None
    parsed = _parse(key, months)
    plain = unquote(key)
    if (
        isinstance(parsed, UnrecognisedFile)
        and plain != key
        and isinstance(_parse(plain, months), RawPart)
    ):
        return UnrecognisedFile(
            f"its name is URL-encoded, so no run finds it; deliver it as {plain}"
        )
    return parsed


def _parse(key: str, months: Set[str]) -> RawPart | UnrecognisedFile:
    folder, slash, name = key.rpartition("/")
    if is_part_file(PurePosixPath(key)) and not name.endswith(CORRECTED):
        whole = _parse(folder, months)  # a folder of part files, under the name of a raw file
        if isinstance(whole, RawPart) and whole.month is None:
            return whole
    place = _folder(folder or slash, months)
    if isinstance(place, UnrecognisedFile):
        return place
    drop, month = place
    if month is not None:
        corrects = name.endswith(CORRECTED)
        if corrects or month_of_part(PurePosixPath(f"month={month}", name)):
            return RawPart(drop, CONSUMPTION_HOURLY, month)
        return UnrecognisedFile("the readings of a month must be .parquet, .csv or .csv.gz files")
    return _whole_file(name, drop, months)


def _whole_file(name: str, drop: str, months: Set[str]) -> RawPart | UnrecognisedFile:
    file = _file_of(name)
    if file is None:
        return UnrecognisedFile(
            f"{name} is not the name of a raw file; the raw files are "
            f"{', '.join(file.names_in_words.split(', ')[0] for file in RAW_FILES)}"
        )
    year = year_of_name(name)
    if year is not None and not any(one.startswith(f"{year}-") for one in months):
        return UnrecognisedFile(
            f"{name} holds {year}, of which no month is known: the first is {min(months)}, and a "
            "future month has no readings"
        )
    return RawPart(drop, file, year=year)


@functools.lru_cache(maxsize=4096)
def _file_of(name: str) -> RawFile | None:
    """Return the file that a name is of, or whose corrected rows it is of."""
    if name.endswith(CORRECTED):
        # Of which form the file is that they correct, their name does not say.
        stem = name.removesuffix(CORRECTED)
        endings = {known.partition(".")[2] for file in _FILES for known in file.filenames}
        names = [f"{stem}.{ending}" for ending in endings if ending]
    else:
        names = [name] if "." in name else []
    found = (file for file in _FILES for one in names if file.preference(one) is not None)
    return next(found, None)


@functools.lru_cache(maxsize=4096)
def _folder(folder: str, months: Set[str]) -> tuple[str, str | None] | UnrecognisedFile:
    """Return the drop of a folder, and the month whose readings it holds."""
    parts = folder.split("/") if folder else []
    drop = FLAT
    if parts and _DATED.fullmatch(parts[0]):
        drop = parts.pop(0)
        try:
            date.fromisoformat(drop)
        except ValueError:
            return UnrecognisedFile(f"folder {drop} is not a date; name a dated drop YYYY-MM-DD")
    if not parts:
        return drop, None
    if parts[0] != _MONTHLY_FOLDER or len(parts) != 2:
        return UnrecognisedFile(
            f"no run reads the folder {'/'.join(parts)}; put drops into the root or YYYY-MM-DD/, "
            f"and monthly readings into {_MONTHLY_FOLDER}/month=YYYY-MM/"
        )
    month = parts[1].removeprefix("month=")
    if month == parts[1] or not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return UnrecognisedFile(f"folder {parts[1]} does not name a month; expected month=YYYY-MM")
    if month not in months:
        return UnrecognisedFile(
            f"{month} is outside the months of the platform: the first is {min(months)}, and a "
            "future month is read once it has begun"
        )
    return drop, month
