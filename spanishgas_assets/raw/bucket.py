"""A raw root in S3: what lies there, and its bytes; every failure has a readable message.

Credentials, region and endpoint come from the environment or the task's role, as boto3 finds
them. An object's version is its ETag: content that changes has another one. (Under SSE-KMS the
same bytes uploaded twice have two; the second upload then looks like a correction.)
"""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanishgas_assets.errors import RawFileError, StoreUnavailableError

#: Bytes asked for at a time: it bounds the memory, and a broken connection costs no more.
RANGE_BYTES = 32 << 20
#: Requests for one range before the download is given up; the client retries each by itself.
RANGE_ATTEMPTS = 4
_TIMEOUT_SECONDS = {"connect_timeout": 5, "read_timeout": 60}
_CLIENT_ATTEMPTS = 5
_LISTINGS_AT_A_TIME = 16
_DENIED = {403, 401}
_REPLACED = {404, 412}


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

    def __init__(self, root: str) -> None:
        """Open the root; nothing is asked of S3 yet."""
        self.root = root.rstrip("/")
        self.bucket, _, prefix = self.root.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        with self._in_words():
            self._client = _client()

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
        found: list[RawObject] = []
        folders = [""]
        with ThreadPoolExecutor(_LISTINGS_AT_A_TIME) as pool:
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
        with self._in_words():
            self._client.put_object(Bucket=self.bucket, Key=self._prefix + key, Body=data)

    def _range(self, wanted: RawObject, first: int, last: int) -> bytes:
        from botocore.exceptions import ClientError, HTTPClientError, ResponseStreamingError

        for attempt in range(1, RANGE_ATTEMPTS + 1):
            try:
                with self._in_words():
                    answer = self._client.get_object(
                        Bucket=self.bucket,
                        Key=self._prefix + wanted.key,
                        IfMatch=f'"{wanted.version}"',
                        Range=f"bytes={first}-{last}",
                    )
                    data: bytes = answer["Body"].read()
                    break
            except StoreUnavailableError as error:
                cause = error.__cause__
                broken = isinstance(cause, ResponseStreamingError | HTTPClientError)
                if not broken or attempt == RANGE_ATTEMPTS:
                    raise
            except ClientError as error:
                if _status(error) in _REPLACED:
                    raise ReplacedError(self.url(wanted.key)) from None
                raise
        return data

    def _pages(self, prefix: str, **options: str) -> Iterator[dict[str, Any]]:
        with self._in_words():
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
    def _in_words(self) -> Iterator[None]:
        """Tell what S3 refuses as errors of ours; what is not a refusal passes through."""
        from botocore.exceptions import BotoCoreError, ClientError

        where = f"SPANISHGAS_RAW={self.root}"
        try:
            yield
        except ClientError as error:
            code, status = error.response["Error"]["Code"], _status(error)
            if code == "NoSuchBucket":
                raise RawFileError(
                    f"{where}: there is no bucket {self.bucket}. Make it, or mend the setting."
                ) from error
            if status in _DENIED:
                raise RawFileError(
                    f"{where}: access denied ({code}). The credentials need s3:ListBucket on the "
                    f"bucket {self.bucket} and s3:GetObject below {self.root}/."
                ) from error
            if status in _REPLACED:
                raise
            raise StoreUnavailableError(f"{where}: S3 answers {code} ({status})") from error
        except BotoCoreError as error:
            if "Credentials" in type(error).__name__:
                raise RawFileError(
                    f"{where}: no AWS credentials: {error}. Set AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or run with a role."
                ) from error
            raise StoreUnavailableError(f"{where}: S3 does not answer: {error}") from error


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _client() -> Any:
    import boto3  # costs 0.15 s that a raw folder does not need
    from botocore.config import Config

    make: Callable[..., Any] = boto3.client
    return make(
        "s3",
        config=Config(
            retries={"mode": "standard", "max_attempts": _CLIENT_ATTEMPTS},
            max_pool_connections=_LISTINGS_AT_A_TIME,
            **_TIMEOUT_SECONDS,
        ),
    )
