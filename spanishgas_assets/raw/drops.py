"""A raw file as it was dropped: which content it has.

A drop lies flat (``raw/customer_contracts.csv``) or dated (``raw/2025-01-06/...``). Of dated
drops, the newest that is not after the asked date wins, and a dated one wins over a flat one.
A file's identity is a digest of its content, never its name or time. Corrected rows of a file lie
beside it (``customer_contracts.corrected.csv``) and belong to its content. What Spark writes under
a file's name is a folder of part files (``customer_contracts.csv/part-00000.csv``): together they
are the file, their rows numbered through.

``finding.py`` finds drops. One in S3 (``mirror.py``) is read through copies on this machine, which
``fetched`` brings.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Self

from spanishgas_assets.raw.files import RawFile

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_PART = re.compile(r"month=(\d{4}-(?:0[1-9]|1[0-2]))")
_PART_ENDINGS = (".parquet", ".csv", ".csv.gz")
#: How the names of files with corrected rows end.
CORRECTED = ".corrected.csv"
_CHUNK = 1 << 22
#: Metadata key: date of the dated drop that a snapshot's contracts come from; else empty.
CUSTOMERS_AS_OF = "customers_as_of"


def corrected_path(path: Path) -> Path:
    """Return where the corrected rows of a raw file lie, whether there are any or not."""
    return path.with_name(path.name.split(".")[0] + CORRECTED)


def month_of_part(path: PurePath) -> str | None:
    """Return the month (``2024-03``) of a folder's monthly file; None if the path names none."""
    month = _PART.fullmatch(path.parent.name)
    readings = path.name.endswith(_PART_ENDINGS) and not path.name.startswith(".")
    return month[1] if month and readings and not path.name.endswith(CORRECTED) else None


def is_part_file(path: PurePath) -> bool:
    """Whether a path is a part of the file after which its folder is named."""
    kind = PurePath(path.parent.name.removesuffix(".gz")).suffix
    hidden = path.name.startswith((".", "_"))
    return bool(kind) and path.name.endswith((kind, f"{kind}.gz")) and not hidden


def dated_folders(names: Iterable[str], as_of: date | None) -> list[str]:
    """Return the names of dated drops not after a date, newest first."""
    return [
        name
        for name in sorted(names, reverse=True)
        if _DATED.fullmatch(name) and (as_of is None or name <= as_of.isoformat())
    ]


def content_digest(paths: Iterable[Path]) -> str:
    """Digest the bytes of files and of their corrected rows."""
    digest = hashlib.blake2b(digest_size=12)
    for path in paths:
        for part in (path, corrected_path(path)):
            if part.is_file():
                with part.open("rb") as content:
                    while block := content.read(_CHUNK):
                        digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class Drop:
    """One raw file as found: a file, or a folder of monthly files."""

    file: RawFile
    path: Path

    @property
    def url(self) -> str:
        """Where people find it."""
        return str(self.path)

    @property
    def day(self) -> date | None:
        """The date of the dated drop that it lies in; None for one that lies flat."""
        folder = PurePath(self.url).parent.name
        return date.fromisoformat(folder) if _DATED.fullmatch(folder) else None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of monthly files."""
        return self.path.is_dir() and not self.path.suffix

    @property
    def is_spread(self) -> bool:
        """Whether it is a folder of part files, under the name of a file."""
        return self.path.is_dir() and bool(self.path.suffix)

    @property
    def files(self) -> list[Path]:
        """The file, or those of the part files in a folder of its name that have any byte."""
        if not self.is_spread:
            return [self.path]
        parts = [path for path in sorted(self.path.iterdir()) if is_part_file(path)]
        return [path for path in parts if not path.is_file() or path.stat().st_size]

    @property
    def corrected(self) -> Path:
        """Where the corrected rows of the file lie, whether there are any or not."""
        return corrected_path(self.path)

    @property
    def parts(self) -> dict[str, list[Path]]:
        """The files of a folder by month (``2024-03``); empty for a single file."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.path.glob("month=*/*")) if self.is_folder else ():
            if month := month_of_part(path):
                found.setdefault(month, []).append(path)
        return found

    def version(self) -> str:
        """Digest the content of the file, or of every monthly file."""
        paths = [path for parts in self.parts.values() for path in parts]
        # The corrected rows of a single file are digested with it.
        return content_digest(paths or [*self.files, *[self.corrected] * self.is_spread])

    def month_version(self, month: str) -> str:
        """Digest the content of a month's files (``2024-03``) of a folder."""
        return content_digest(self.parts.get(month, []))

    def fetched(self, months: Sequence[str] = ()) -> Self:  # noqa: ARG002
        """Return the drop with its content on this machine; of a folder, that of the months."""
        return self

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Let errors about the content name the place where people find it: they do."""
        yield
