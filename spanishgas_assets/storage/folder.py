"""The store in a folder: a write goes to a temporary name beside its target, and is renamed."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from spanishgas_assets.errors import StoreError


class FolderStore:
    """A store in a local folder."""

    def __init__(self, root: str) -> None:
        """Open the folder; it is made at the first write."""
        self.root = str(Path(root).absolute())

    def url(self, key: str) -> str:
        """Return the absolute path."""
        return str(Path(self.root) / key)

    def exists(self, key: str) -> bool:
        """Say whether the file is there."""
        return Path(self.url(key)).is_file()

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return each file's number and time of its last change."""
        found = {key: Path(self.url(key)).stat() for key in keys if self.exists(key)}
        return {key: f"{file.st_ino}-{file.st_mtime_ns}" for key, file in found.items()}

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
        """Write to a temporary name, flush, rename."""
        with self.writing(key) as temporary:
            Path(temporary).write_bytes(data)

    def create(self, key: str, data: bytes) -> bool:
        """Write to a temporary name and link it to the target, which fails if there is one."""
        target = Path(self.url(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
        try:
            temporary.write_bytes(data)
            os.link(temporary, target)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    @contextmanager
    def writing(self, key: str) -> Iterator[str]:
        """Yield a temporary path beside the target; rename it when the block ends well."""
        target = Path(self.url(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")
        try:
            yield str(temporary)
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def keys(self, prefix: str) -> list[str]:
        """List the files below the prefix, temporary ones left out."""
        base = Path(self.root)
        folder = base / prefix
        if not folder.is_dir():
            return []
        return sorted(
            path.relative_to(base).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        )
