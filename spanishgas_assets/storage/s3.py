"""The store in S3: requests are tried again a bounded number of times, objects tagged, encrypted.

Its requests go through the client of ``s3_client.py``. Every write is one object that S3 shows when
it is complete.
"""

import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.settings import StoreSettings
from spanishgas_assets.storage.consistent_scan import consistent_scan
from spanishgas_assets.storage.digests import digest_of, digest_of_file
from spanishgas_assets.storage.s3_client import CONNECT_SECONDS, s3_client, write_options
from spanishgas_assets.storage.s3_errors import BROKEN_OFF, code_of, translating_s3_errors

#: A larger file goes up in parts of this size, a few at a time: bounds the memory of a write.
_PART_BYTES = 16 * 2**20
_PARTS_AT_ONCE = 4

#: Metadata of an object that was written on a condition: which attempt wrote it.
_WRITER = "spanishgas-writer"
#: Metadata of an object that came from a file: the digest of its content.
_DIGEST = "spanishgas-sha256"
_NOT_THERE = {"404", "NoSuchKey", "NotFound"}
#: Objects that are asked for side by side.
_HEADS_AT_ONCE = 8
_LOST = {"PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict"}
#: Objects that one request deletes at most.
_DELETED_AT_ONCE = 1000


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
        self._digests: dict[tuple[str, str], str] = {}

    def url(self, key: str) -> str:
        """Return the object's ``s3://`` URL."""
        return f"{self.root}/{key}"

    def exists(self, key: str) -> bool:
        """Ask for the object itself: a listing may lag behind."""
        return key in self.versions([key])

    def versions(self, keys: Sequence[str]) -> dict[str, str]:
        """Return ETags; each object is asked for, a few at a time, as a listing may lag behind."""
        return {key: head["ETag"] for key, head in self._heads(keys).items()}

    def verified(self, digests: Mapping[str, str]) -> dict[str, str]:
        """Compare the digest that was stored with each object; read an object that has none."""
        heads = self._heads(list(digests))
        found = {key: head["ETag"] for key, head in heads.items()}
        for key, version in found.items():
            if (key, version) not in self._digests:
                stored = heads[key]["Metadata"].get(_DIGEST)
                self._digests[key, version] = stored or digest_of(self.read(key))
        return {key: v for key, v in found.items() if self._digests[key, v] == digests[key]}

    def read(self, key: str) -> bytes:
        """Return the object's bytes; a body that breaks off is fetched again."""
        with translating_s3_errors(self.url(key)):
            return self._fetched(key)[0]

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
        """Put the object on the condition that there is none."""
        with translating_s3_errors(self.url(key)):
            return self._put_if(key, data, IfNoneMatch="*")

    def read_version(self, key: str) -> tuple[bytes, str] | None:
        """Return the object's bytes and its ETag."""
        with translating_s3_errors(self.url(key)):
            try:
                return self._fetched(key)
            except ClientError as error:
                if code_of(error) not in _NOT_THERE:
                    raise
                return None

    def swap(self, key: str, data: bytes, version: str | None) -> bool:
        """Put the object on the condition that S3 still has the version that was read."""
        condition = {"IfNoneMatch": "*"} if version is None else {"IfMatch": version}
        with translating_s3_errors(self.url(key)):
            return self._put_if(key, data, **condition)

    @contextmanager
    def writing(self, key_of: Callable[[str], str]) -> Iterator[str]:
        """Yield a path in the machine's temporary folder; upload it when the block ends well.

        A sink of Polars' own could write straight to S3, but not tag what it writes.
        """
        with tempfile.TemporaryDirectory(prefix="spanishgas_") as folder:
            temporary = Path(folder) / "written"
            yield str(temporary)
            key = key_of(str(temporary))
            with temporary.open("rb") as written, translating_s3_errors(self.url(key)):
                self.client.upload_fileobj(
                    written,
                    self.bucket,
                    self._name(key),
                    ExtraArgs={
                        "Metadata": {_DIGEST: digest_of_file(temporary)},
                        **self._kept_as(key),
                    },
                    Config=self._transfer,
                )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete the objects, a thousand a request."""
        for first in range(0, len(keys), _DELETED_AT_ONCE):
            some = keys[first : first + _DELETED_AT_ONCE]
            with translating_s3_errors(self.url(some[0])):
                answer = self.client.delete_objects(
                    Bucket=self.bucket,
                    Delete={"Objects": [{"Key": self._name(key)} for key in some], "Quiet": True},
                )
            if answer.get("Errors"):
                refused = answer["Errors"][0]
                raise StoreError(
                    f"{len(answer['Errors'])} of {len(some)} objects were not deleted, the first "
                    f"{refused['Key']}: {refused['Code']}. The role or user needs s3:DeleteObject"
                )

    def abandoned(self, before: float) -> list[str]:  # noqa: ARG002  # of a folder's store
        """Return nothing: S3 shows no upload before it is complete, and a rule ends stale ones."""
        return []

    def keys(self, prefix: str) -> list[str]:
        """List the objects below the prefix."""
        return sorted(key for key, _ in self._listed(prefix))

    def _heads(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return what S3 says of each object that is there, by key."""
        if not keys:
            return {}
        if len(keys) == 1:
            heads = [self._head(keys[0])]
        else:
            with ThreadPoolExecutor(_HEADS_AT_ONCE) as pool:
                heads = list(pool.map(self._head, keys))
        found = {key: head for key, head in zip(keys, heads, strict=True) if head is not None}
        if not found:
            self._refuse_missing_bucket(keys[0])
        return found

    def _head(self, key: str) -> dict[str, Any] | None:
        with translating_s3_errors(self.url(key)):
            try:
                found = self.client.head_object(Bucket=self.bucket, Key=self._name(key))
            except ClientError as error:
                if code_of(error) not in _NOT_THERE:
                    raise
                return None
        return dict(found)

    def _refuse_missing_bucket(self, key: str) -> None:
        """Raise where the bucket is missing: of that, a head says no more than of an object."""
        with translating_s3_errors(self.url(key)):
            self.client.list_objects_v2(Bucket=self.bucket, Prefix=self._name(key), MaxKeys=1)

    def _fetched(self, key: str) -> tuple[bytes, str]:
        attempts = 0
        while True:
            attempts += 1
            answer = self.client.get_object(Bucket=self.bucket, Key=self._name(key))
            try:
                return bytes(answer["Body"].read()), answer["ETag"]
            except BROKEN_OFF:
                if attempts == self._settings.attempts:
                    raise

    def _put_if(self, key: str, data: bytes, **condition: str) -> bool:
        """Put an object on a condition, and say whether it was met.

        An attempt whose answer was lost finds its own object when it is made again: the object
        carries who wrote it, so the winner is never told that it lost.
        """
        writer = uuid.uuid4().hex
        try:
            self.client.put_object(
                Bucket=self.bucket,
                Key=self._name(key),
                Body=data,
                Metadata={_WRITER: writer},
                **condition,
                **self._kept_as(key),
            )
        except ClientError as error:
            if code_of(error) not in _LOST:
                raise
            there = self._head(key)
            return there is not None and bool(there["Metadata"].get(_WRITER) == writer)
        return True

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
