"""The store: one base URL under which every table, model and report is published atomically.

A folder and ``s3://bucket/prefix`` offer the same few operations; the URL decides which. A reader
sees the old object or the new one, never half. No table is known here.
"""

from collections.abc import Mapping, Sequence
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

    def writing(self, key: str) -> AbstractContextManager[str]:
        """Yield a local path to write to; the file is published when the block ends well."""
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
