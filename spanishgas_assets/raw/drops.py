"""Where a raw file is, and which content it has.

A drop lies flat (``raw/customer_contracts.csv``) or dated (``raw/2025-01-06/...``). Of dated
drops, the newest that is not after the asked date wins, and a dated one wins over a flat one.
A file's identity is a digest of its content, never its name or time. Corrected rows of a file lie
beside it (``customer_contracts.corrected.csv``) and belong to its content.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw.files import RawFile

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_PART = re.compile(r"month=(\d{4}-(?:0[1-9]|1[0-2]))")
_PART_ENDINGS = (".parquet", ".csv", ".csv.gz")
_CORRECTED = ".corrected.csv"
_CHUNK = 1 << 22


def corrected_path(path: Path) -> Path:
    """Return where the corrected rows of a raw file lie, whether there are any or not."""
    return path.with_name(path.name.split(".")[0] + _CORRECTED)


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
    def parts(self) -> dict[str, list[Path]]:
        """The files of a folder by month (``2024-03``); empty for a single file."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.path.glob("month=*/*")) if self.path.is_dir() else ():
            month = _PART.fullmatch(path.parent.name)
            readings = path.name.endswith(_PART_ENDINGS) and not path.name.startswith(".")
            if month and readings and not path.name.endswith(_CORRECTED):
                found.setdefault(month[1], []).append(path)
        return found

    def version(self) -> str:
        """Digest the content of the file, or of every monthly file."""
        paths = [path for parts in self.parts.values() for path in parts]
        return content_digest(paths or [self.path])


def find_drop(root: str, file: RawFile, as_of: date | None = None) -> Drop:
    """Find a raw file under the raw root.

    Raises:
        MissingRawFileError: no drop holds the file; says where it was looked for and what to do.
    """
    base = Path(root)
    if root.startswith("s3://"):
        raise RawFileError(
            f"SPANISHGAS_RAW={root}: raw drops are read from a local folder; copy the drop to one "
            "and point SPANISHGAS_RAW at it"
        )
    folders = [
        folder
        for folder in sorted(base.glob("????-??-??"), reverse=True)
        if folder.is_dir()
        and _DATED.fullmatch(folder.name)
        and (as_of is None or folder.name <= as_of.isoformat())
    ]
    for folder in (*folders, base):
        for name in file.filenames:
            if (folder / name).exists():
                return Drop(file, folder / name)
    raise MissingRawFileError(
        f"{file.filenames[0]}: not found in {base.absolute()}"
        + (f" nor in its dated folders up to {as_of}" if as_of else "")
        + f". Expected one of: {', '.join(file.filenames)}. "
        "Put the file there, or set SPANISHGAS_RAW to the folder that has it."
    )
