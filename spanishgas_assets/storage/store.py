"""The store: one base URL under which every table, model and report is published atomically.

A folder and ``s3://bucket/prefix`` offer the same few operations; the URL decides which. A reader
sees the old object or the new one, never half. No table is known here.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import polars as pl

from spanishgas_assets.storage.folder import FolderStore


class Store(Protocol):
    """Objects under one base URL, named by keys such as ``gold/gold_master/2025-01-06.parquet``.

    In S3 every operation may raise StoreUnavailableError (no answer, or not in time) and StoreError
    (no credentials, access denied, no such bucket).
    """

    root: str

    def url(self, key: str) -> str:
        """Return where the object lives, as Polars and people read it."""
        ...

    def exists(self, key: str) -> bool:
        """Say whether the object is there."""
        ...

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return, for each key that is there, what tells its content from any other's."""
        ...

    def verified(self, digests: Mapping[str, str]) -> dict[str, str]:
        """Return the versions of those objects whose content has the digest given for them.

        What is missing or damaged is left out. In S3 the digest that was stored with an object
        counts; one without is read.
        """
        ...

    def read(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            StoreError: the object is not there.
        """
        ...

    def scan(self, versions: Mapping[str, str]) -> pl.LazyFrame:
        """Read Parquet objects of one schema as one lazy frame; only what is asked for is fetched.

        Raises:
            StoreError: an object is damaged, or in S3 no longer of its version: now or when the
                frame is collected.
        """
        ...

    def write(self, key: str, data: bytes) -> None:
        """Publish the bytes, replacing what was there, at once."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Publish the bytes only if nothing is there; say whether they were: one of two wins."""
        ...

    def read_version(self, key: str) -> tuple[bytes, str] | None:
        """Return the object's bytes and what :meth:`swap` compares; None where it is not there."""
        ...

    def swap(self, key: str, data: bytes, version: str | None) -> bool:
        """Replace the object if it is still of this version (None: not there); of two one wins."""
        ...

    def writing(self, key_of: Callable[[str], str]) -> AbstractContextManager[str]:
        """Yield a local path to write to; the file is published when the block ends well.

        Args:
            key_of: returns the key of the finished file, by its path.
        """
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; one that is not there is no error."""
        ...

    def abandoned(self, before: float) -> list[str]:
        """List what a killed process began to write before a time, for :meth:`delete`."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return the keys below a prefix (``churn/models/``), sorted."""
        ...


def open_store(url: str) -> Store:
    """Open the store at a folder or an ``s3://bucket/prefix``."""
    if not url.startswith("s3://"):
        return FolderStore(url)
    from spanishgas_assets.storage.s3 import S3Store  # boto3 costs time that a folder need not pay

    return S3Store(url)
