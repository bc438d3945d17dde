"""The store in a folder: what is written goes to a staging folder first, and then gets its name."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

import polars as pl

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage import durable_files
from spanishgas_assets.storage.digests import digest_of, digest_of_file
from spanishgas_assets.storage.folder_errors import translating_folder_errors

#: Where files are written before they get their name; what a killed process left stays here.
_STAGING = ".incoming"
_LOCK = "swap.lock"
_ABSENT = (FileNotFoundError, NotADirectoryError)


class FolderStore:
    """A store in a local folder."""

    def __init__(self, root: str) -> None:
        """Open the folder; it is made at the first write."""
        self.root = str(Path(root).absolute())
        self._digests: dict[tuple[str, str], str] = {}

    def url(self, key: str) -> str:
        """Return the absolute path."""
        return str(Path(self.root) / key)

    def exists(self, key: str) -> bool:
        """Say whether the file is there."""
        with translating_folder_errors(self.url(key)):
            return Path(self.url(key)).is_file()

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return each file's number, size and time of its last change."""
        found = {}
        for key in keys:
            with translating_folder_errors(self.url(key)), suppress(*_ABSENT):
                file = Path(self.url(key)).stat()
                if S_ISREG(file.st_mode):
                    found[key] = f"{file.st_ino}-{file.st_size}-{file.st_mtime_ns}"
        return found

    def verified(self, digests: Mapping[str, str]) -> dict[str, str]:
        """Read each file for its digest, unless this store did since it last changed."""
        found = self.versions(list(digests))
        for key, version in found.items():
            if (key, version) not in self._digests:
                with translating_folder_errors(self.url(key)):
                    self._digests[key, version] = digest_of_file(self.url(key))
        return {key: v for key, v in found.items() if self._digests[key, v] == digests[key]}

    def read(self, key: str) -> bytes:
        """Return the file's bytes, or raise StoreError."""
        found = self.read_version(key)
        if found is None:
            raise StoreError(f"{self.url(key)} is not in the store")
        return found[0]

    def scan(self, versions: Mapping[str, str]) -> pl.LazyFrame:
        """Scan the files as they are when the frame is collected."""
        return pl.scan_parquet([self.url(key) for key in versions], hive_partitioning=False)

    def write(self, key: str, data: bytes) -> None:
        """Write to the staging folder, flush, rename."""
        with translating_folder_errors(self.url(key)), self._staged() as staged:
            staged.write_bytes(data)
            durable_files.move_into_place(staged, Path(self.url(key)))

    def create(self, key: str, data: bytes) -> bool:
        """Write to the staging folder and link it to the target, which fails if there is one."""
        with translating_folder_errors(self.url(key)), self._staged() as staged:
            staged.write_bytes(data)
            return durable_files.link_into_place(staged, Path(self.url(key)))

    def read_version(self, key: str) -> tuple[bytes, str] | None:
        """Return the file's bytes and their digest."""
        with translating_folder_errors(self.url(key)):
            try:
                data = Path(self.url(key)).read_bytes()
            except _ABSENT:
                return None
        return data, digest_of(data)

    def swap(self, key: str, data: bytes, version: str | None) -> bool:
        """Compare and rename under a lock that one process of the machine holds at a time."""
        with (
            translating_folder_errors(self.url(key)),
            self._staged() as staged,
            durable_files.exclusive(staged.with_name(_LOCK)),
        ):
            current = self.read_version(key)
            if (current[1] if current else None) != version:
                return False
            staged.write_bytes(data)
            durable_files.move_into_place(staged, Path(self.url(key)))
        return True

    @contextmanager
    def writing(self, key_of: Callable[[str], str]) -> Iterator[str]:
        """Yield a path in the staging folder; the file gets its key when the block ends well."""
        with translating_folder_errors(self.root), self._staged() as staged:
            yield str(staged)
            durable_files.move_into_place(staged, Path(self.url(key_of(str(staged)))))

    def delete(self, keys: Sequence[str]) -> None:
        """Remove files, and the folders that this leaves empty; when it returns, they stay away."""
        root = Path(self.root)
        with translating_folder_errors(self.root):
            for key in keys:
                (root / key).unlink(missing_ok=True)
            for folder in sorted({(root / key).parent for key in keys}):
                durable_files.flush_removals(folder, root)

    def abandoned(self, before: float) -> list[str]:
        """List what was staged before a time (seconds since 1970) and never got a name."""
        staging = Path(self.root) / _STAGING
        found = []
        with translating_folder_errors(str(staging)):
            for path in staging.glob("*.tmp") if staging.is_dir() else ():
                with suppress(*_ABSENT):
                    if path.stat().st_mtime < before:
                        found.append(path.relative_to(self.root).as_posix())
        return sorted(found)

    def keys(self, prefix: str) -> list[str]:
        """List the files below the prefix; hidden ones and what lies in hidden folders left out."""
        base = Path(self.root)
        if not (base / prefix).is_dir():
            return []
        found: list[str] = []
        with translating_folder_errors(self.url(prefix)):
            for folder, folders, files in os.walk(base / prefix, onerror=_refuse_unreadable):
                folders[:] = [name for name in folders if not name.startswith(".")]
                place = Path(folder).relative_to(base)
                found += [(place / name).as_posix() for name in files if not name.startswith(".")]
        return sorted(found)

    @contextmanager
    def _staged(self) -> Iterator[Path]:
        staged = Path(self.root) / _STAGING / f"{uuid.uuid4().hex}.tmp"
        durable_files.make_folder(staged.parent)
        try:
            yield staged
        finally:
            staged.unlink(missing_ok=True)


def _refuse_unreadable(error: OSError) -> None:
    """Raise what ends a listing; a folder that another process has just removed is empty."""
    if not isinstance(error, _ABSENT):
        raise error
