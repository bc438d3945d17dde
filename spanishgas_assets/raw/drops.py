"""Where a raw file is, and which content it has.

A drop lies flat (``raw/customer_contracts.csv``) or dated (``raw/2025-01-06/...``). Of dated
drops, the newest that is not after the asked date wins, and a dated one wins over a flat one.
A file's identity is a digest of its content, never its name or time.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.files import RawFile

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHUNK = 1 << 22


@dataclass(frozen=True)
class Drop:
    """One raw file as found: a file, or a folder of monthly files."""

    file: RawFile
    path: Path

    @property
    def parts(self) -> dict[str, Path]:
        """The monthly files of a folder by month (``2024-03``); empty for a single file."""
        if not self.path.is_dir():
            return {}
        return {
            path.parent.name.removeprefix("month="): path
            for path in sorted(self.path.glob("month=*/*"))
            if path.suffix in {".parquet", ".csv"}
        }

    def version(self, month: str | None = None) -> str:
        """Digest the content; of a folder, that of one month (``2024-03-01``) if asked."""
        parts = self.parts
        if month is not None and parts:
            chosen = [path for key, path in parts.items() if key == month[:7]]
        else:
            chosen = list(parts.values()) or [self.path]
        digest = hashlib.blake2b(digest_size=12)
        for path in chosen:
            with path.open("rb") as content:
                while block := content.read(_CHUNK):
                    digest.update(block)
        return digest.hexdigest()


def find_drop(root: str, file: RawFile, as_of: date | None = None) -> Drop:
    """Find a raw file under the raw root.

    Raises:
        RawFileError: no drop holds the file; says where it was looked for and what to do.
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
    raise RawFileError(
        f"{file.filenames[0]}: not found in {base.absolute()}"
        + (f" nor in its dated folders up to {as_of}" if as_of else "")
        + f". Expected one of: {', '.join(file.filenames)}. "
        "Put the file there, or set SPANISHGAS_RAW to the folder that has it."
    )
