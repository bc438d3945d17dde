"""The store in S3: requests are tried again a bounded number of times, objects tagged, encrypted.

Its requests go through the client of ``s3_client.py``. Every write is one object that S3 shows when
it is complete. Nothing is ever deleted.
"""

import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.settings import StoreSettings
from spanishgas_assets.storage.consistent_scan import consistent_scan
from spanishgas_assets.storage.s3_client import CONNECT_SECONDS, s3_client, write_options
from spanishgas_assets.storage.s3_errors import BROKEN_OFF, code_of, translating_s3_errors

#: A larger file goes up in parts of this size, a few at a time: bounds the memory of a write.
_PART_BYTES = 16 * 2**20
_PARTS_AT_ONCE = 4

#: Metadata of an object that was written on a condition: which attempt wrote it.
_WRITER = "spanishgas-writer"


class S3Store:
    """A store under ``s3://bucket/prefix``."""

    def __init__(self, root: str, settings: StoreSettings | None = None) -> None:
        """Open the store; nothing is asked of S3 yet.

        Raises:
            StoreError: AWS_ENDPOINT_URL or AWS_PROFILE cannot be used.
        """
        self.root = root.rstrip("/")
        self.bucket, _, self.prefix = self.root.removeprefix("s3://").partition("/")
        self._settings = settings or StoreSettings.from_environment()
        with translating_s3_errors(self.root):
            self.client = s3_client(self._settings)
        # Left to itself, Polars would look for credentials in fewer places than boto3 does.
        self._credentials = pl.CredentialProviderAWS()
        self._transfer = TransferConfig(
            multipart_threshold=_PART_BYTES,
            multipart_chunksize=_PART_BYTES,
            max_concurrency=_PARTS_AT_ONCE,
        )

    def url(self, key: str) -> str:
        """Return the object's ``s3://`` URL."""
        return f"{self.root}/{key}"

    def exists(self, key: str) -> bool:
        """Look for the key in the listing, which unlike a head tells of a missing bucket."""
        return key in self.versions([key])

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return ETags, from one listing of what the keys have in common."""
        common = os.path.commonprefix(list(keys))  # noqa: RUF071  # a listing's are characters
        found = dict(self._listed(common))
        return {key: found[key] for key in keys if key in found}

    def read(self, key: str) -> bytes:
        """Return the object's bytes; a body that breaks off is fetched again."""
        attempts = 0
        with translating_s3_errors(self.url(key)):
            while True:
                attempts += 1
                body = self.client.get_object(Bucket=self.bucket, Key=self._name(key))["Body"]
                try:
                    return bytes(body.read())
                except BROKEN_OFF:
                    if attempts == self._settings.attempts:
                        raise

    def scan(self, versions: Mapping[str, str]) -> pl.LazyFrame:
        """Let Polars fetch the ranges that it needs, of these versions and no other."""
        urls = [self.url(key) for key in versions]

        def verify() -> None:
            now = self.versions(list(versions))
            gone = [self.url(key) for key in versions if key not in now]
            if gone:
                raise StoreError(f"{', '.join(gone)}: not in the store")
            replaced = [self.url(key) for key in versions if now[key] != versions[key]]
            if replaced:
                raise StoreUnavailableError(
                    f"{', '.join(replaced)}: replaced while it was read, so what "
                    "was read is dropped: run the step again"
                )

        plan = pl.scan_parquet(
            urls,
            storage_options=self._polars_options(),
            credential_provider=self._credentials,
            hive_partitioning=False,
        )
        return consistent_scan(plan, verify, urls[0])

    def write(self, key: str, data: bytes) -> None:
        """Put the object: S3 shows it when it is complete."""
        with translating_s3_errors(self.url(key)):
            self.client.put_object(
                Bucket=self.bucket, Key=self._name(key), Body=data, **self._kept_as(key)
            )

    def create(self, key: str, data: bytes) -> bool:
        """Put the object on the condition that there is none.

        An attempt whose answer was lost finds its own object when it is made again: the object
        carries who wrote it, so the winner is never told that it lost.
        """
        writer = uuid.uuid4().hex
        with translating_s3_errors(self.url(key)):
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=self._name(key),
                    Body=data,
                    IfNoneMatch="*",
                    Metadata={_WRITER: writer},
                    **self._kept_as(key),
                )
            except ClientError as error:
                if code_of(error) != "PreconditionFailed":
                    raise
                there = self.client.head_object(Bucket=self.bucket, Key=self._name(key))
                return bool(there["Metadata"].get(_WRITER) == writer)
        return True

    @contextmanager
    def writing(self, key: str) -> Iterator[str]:
        """Yield a path in the machine's temporary folder; upload it when the block ends well.

        A sink of Polars' own could write straight to S3, but not tag what it writes.
        """
        with tempfile.TemporaryDirectory(prefix="spanishgas_") as folder:
            temporary = Path(folder) / Path(key).name
            yield str(temporary)
            with temporary.open("rb") as written, translating_s3_errors(self.url(key)):
                self.client.upload_fileobj(
                    written,
                    self.bucket,
                    self._name(key),
                    ExtraArgs=self._kept_as(key),
                    Config=self._transfer,
                )

    def keys(self, prefix: str) -> list[str]:
        """List the objects below the prefix."""
        return sorted(key for key, _ in self._listed(prefix))

    def _name(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def _listed(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield key and ETag of each object whose key begins so."""
        skipped = len(self._name(""))
        with translating_s3_errors(self.url(prefix)):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._name(prefix)
            )
            for page in pages:
                for item in page.get("Contents", []):
                    yield item["Key"][skipped:], item["ETag"]

    def _kept_as(self, key: str) -> dict[str, str]:
        return write_options(self._settings, _tags(key))

    def _polars_options(self) -> dict[str, Any]:
        endpoint = self.client.meta.endpoint_url
        timeout_ms = round(1000 * self._settings.timeout_s)
        options: dict[str, Any] = {
            "aws_region": self.client.meta.region_name or "us-east-1",
            "connect_timeout": f"{CONNECT_SECONDS}s",
            "timeout": f"{timeout_ms}ms",
            "max_retries": self._settings.attempts - 1,
            "retry_timeout_ms": timeout_ms * self._settings.attempts,
        }
        if "amazonaws.com" not in endpoint:
            options |= {
                "aws_endpoint_url": endpoint,
                "aws_allow_http": str(endpoint.startswith("http://")).lower(),
                "aws_virtual_hosted_style_request": "false",
            }
        return options


def _tags(key: str) -> dict[str, str]:
    layer, *rest = key.split("/")
    return {"layer": layer} | ({"table": rest[0]} if rest[1:] else {})
