"""A raw root in S3: what lies there, and its bytes; every failure has a readable message.

Requests and writes are made as those of the store are (``storage/s3_client.py``). An object's
version is its ETag: content that changes has another one. (Under SSE-KMS the same bytes uploaded
twice have two; the second upload then looks like a correction.)
"""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanishgas_assets.settings import StoreSettings

#: Bytes asked for at a time: it bounds the memory, and a broken connection costs no more.
RANGE_BYTES = 32 << 20
_REPLACED = {"404", "412", "NoSuchKey", "PreconditionFailed"}


class ReplacedError(Exception):
    """An object is no longer the one that was listed; it is to be listed again."""


@dataclass(frozen=True)
class RawObject:
    """One object below a raw root.

    Attributes:
        key: its name below the root, ``2025-01-06/churn_label.csv``.
        version: digest of its content (the ETag).
        size_bytes: its size.
        modified_at: when it was put there, seconds since 1970.
    """

    key: str
    version: str
    size_bytes: int
    modified_at: float


class RawBucket:
    """The objects below ``s3://bucket/prefix``."""

    def __init__(self, root: str, settings: StoreSettings | None = None) -> None:
        """Open the root; nothing is asked of S3 yet.

        Raises:
            RawFileError: AWS_ENDPOINT_URL or AWS_PROFILE cannot be used.
        """
        # boto3 costs 0.15 s that a raw folder does not need.
        from spanishgas_assets.storage.s3_client import s3_client

        self.root = root.rstrip("/")
        self.bucket, _, prefix = self.root.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._settings = settings or StoreSettings.from_environment()
        with self._translating_errors():
            self._client = s3_client(self._settings)

    def url(self, key: str) -> str:
        """Return an object's ``s3://`` URL."""
        return f"{self.root}/{key}"

    def folder(self, prefix: str) -> tuple[list[RawObject], list[str]]:
        """Return the objects directly in a folder (``""`` or ``2025-01-06/``), and its folders.

        Raises:
            RawFileError: the bucket is not there, or access is denied.
            StoreUnavailableError: S3 does not answer.
        """
        objects: list[RawObject] = []
        folders: list[str] = []
        for page in self._pages(prefix, Delimiter="/"):
            objects += self._objects(page)
            folders += [
                one["Prefix"][len(self._prefix) :] for one in page.get("CommonPrefixes", [])
            ]
        return objects, folders

    def below(self, prefix: str) -> list[RawObject]:
        """Return all objects whose key begins with a prefix, sorted; errors as ``folder``."""
        return [one for page in self._pages(prefix) for one in self._objects(page)]

    def every(self) -> list[RawObject]:
        """Return all objects below the root, folders listed side by side; errors as ``folder``."""
        from spanishgas_assets.storage.s3_client import CONNECTIONS

        found: list[RawObject] = []
        folders = [""]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for _ in range(2):
                listed = list(pool.map(self.folder, folders))
                found += itertools.chain.from_iterable(objects for objects, _ in listed)
                folders = list(itertools.chain.from_iterable(deeper for _, deeper in listed))
            found += itertools.chain.from_iterable(pool.map(self.below, folders))
        return sorted(found, key=lambda one: one.key)

    def download(self, wanted: RawObject, target: Path) -> None:
        """Write an object's bytes to a file, range by range, as it was listed or not at all.

        Raises:
            ReplacedError: it was replaced or removed since it was listed.
            RawFileError, StoreUnavailableError: as ``folder``.
        """
        with target.open("wb") as file:
            for first in range(0, wanted.size_bytes, RANGE_BYTES):
                last = min(first + RANGE_BYTES, wanted.size_bytes) - 1
                file.write(self._range(wanted, first, last))

    def put(self, key: str, data: bytes) -> None:
        """Put an object: S3 shows it when it is complete; errors as ``folder``."""
        from spanishgas_assets.storage.s3_client import write_options

        with self._translating_errors(key):
            self._client.put_object(
                Bucket=self.bucket,
                Key=self._prefix + key,
                Body=data,
                **write_options(self._settings, {"layer": "raw"}),
            )

    def _range(self, wanted: RawObject, first: int, last: int) -> bytes:
        """Return some bytes of an object; an answer that breaks off is asked for again."""
        from botocore.exceptions import ClientError

        from spanishgas_assets.storage.s3_errors import BROKEN_OFF, code_of

        attempts = 0
        with self._translating_errors(wanted.key):
            while True:
                attempts += 1
                try:
                    answer = self._client.get_object(
                        Bucket=self.bucket,
                        Key=self._prefix + wanted.key,
                        IfMatch=f'"{wanted.version}"',
                        Range=f"bytes={first}-{last}",
                    )
                    return bytes(answer["Body"].read())
                except ClientError as error:
                    if code_of(error) in _REPLACED:
                        raise ReplacedError(self.url(wanted.key)) from None
                    raise
                except BROKEN_OFF:
                    if attempts == self._settings.attempts:
                        raise

    def _pages(self, prefix: str, **options: str) -> Iterator[dict[str, Any]]:
        with self._translating_errors(prefix):
            yield from self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._prefix + prefix, **options
            )

    def _objects(self, page: dict[str, Any]) -> list[RawObject]:
        return [
            RawObject(
                one["Key"][len(self._prefix) :],
                one["ETag"].strip('"'),
                one["Size"],
                one["LastModified"].timestamp(),
            )
            for one in page.get("Contents", [])
            if not one["Key"].endswith("/")
        ]

    @contextmanager
    def _translating_errors(self, key: str = "") -> Iterator[None]:
        from spanishgas_assets.storage.s3_errors import RAW, translating_s3_errors

        with translating_s3_errors(self.url(key), RAW):
            yield
