"""The store in a folder: what is written goes to a staging folder first, and then gets its name."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage import durable_files
from spanishgas_assets.storage.digests import digest_of, digest_of_file

#: Where files are written before they get their name; what a killed process left stays here.
_STAGING = ".incoming"
_LOCK = "swap.lock"


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
        return Path(self.url(key)).is_file()

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return each file's number, size and time of its last change."""
        found = {key: Path(self.url(key)).stat() for key in keys if self.exists(key)}
        return {
            key: f"{file.st_ino}-{file.st_size}-{file.st_mtime_ns}" for key, file in found.items()
        }

    def verified(self, digests: Mapping[str, str]) -> dict[str, str]:
        """Read each file for its digest, unless this store did since it last changed."""
        found = self.versions(list(digests))
        for key, version in found.items():
            if (key, version) not in self._digests:
                self._digests[key, version] = digest_of_file(self.url(key))
        return {key: v for key, v in found.items() if self._digests[key, v] == digests[key]}

    def read(self, key: str) -> bytes:
        """Return the file's bytes, or raise StoreError."""
        try:
            return Path(self.url(key)).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"{self.url(key)} is not in the store") from error

    def scan(self, versions: Mapping[str, str]) -> pl.LazyFrame:
        """Scan the files as they are when the frame is collected."""
        return pl.scan_parquet([self.url(key) for key in versions], hive_partitioning=False)

    def write(self, key: str, data: bytes) -> None:
        """Write to the staging folder, flush, rename."""
        with self._staged() as staged:
            staged.write_bytes(data)
            durable_files.move_into_place(staged, Path(self.url(key)))

    def create(self, key: str, data: bytes) -> bool:
        """Write to the staging folder and link it to the target, which fails if there is one."""
        with self._staged() as staged:
            staged.write_bytes(data)
            return durable_files.link_into_place(staged, Path(self.url(key)))

    def read_version(self, key: str) -> tuple[bytes, str] | None:
        """Return the file's bytes and their digest."""
        try:
            data = Path(self.url(key)).read_bytes()
        except FileNotFoundError:
            return None
        return data, digest_of(data)

    def swap(self, key: str, data: bytes, version: str | None) -> bool:
        """Compare and rename under a lock that one process of the machine holds at a time."""
        with self._staged() as staged, durable_files.exclusive(staged.with_name(_LOCK)):
            current = self.read_version(key)
            if (current[1] if current else None) != version:
                return False
            staged.write_bytes(data)
            durable_files.move_into_place(staged, Path(self.url(key)))
        return True

    @contextmanager
    def writing(self, key_of: Callable[[str], str]) -> Iterator[str]:
        """Yield a path in the staging folder; the file gets its key when the block ends well."""
        with self._staged() as staged:
            yield str(staged)
            durable_files.move_into_place(staged, Path(self.url(key_of(str(staged)))))

    def delete(self, keys: Sequence[str]) -> None:
        """Remove files, and the folders that this leaves empty."""
        for key in keys:
            path = Path(self.url(key))
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == Path(self.root) or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()

    def abandoned(self, before: float) -> list[str]:
        """List what was staged before a time (seconds since 1970) and never got a name."""
        staging = Path(self.root) / _STAGING
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in (staging.glob("*.tmp") if staging.is_dir() else ())
            if path.stat().st_mtime < before
        )

    def keys(self, prefix: str) -> list[str]:
        """List the files below the prefix; hidden ones and what lies in hidden folders left out."""
        base = Path(self.root)
        if not (base / prefix).is_dir():
            return []
        found: list[str] = []
        for folder, folders, files in os.walk(base / prefix):
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
