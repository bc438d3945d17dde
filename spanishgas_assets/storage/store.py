"""The store: one base URL under which every table, model and report is published atomically.

A folder and ``s3://bucket/prefix`` offer the same few operations; the URL decides which. A reader
sees the old object or the new one, never half: a folder writes to a temporary name and renames,
S3 completes one object. No table is known here.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from spanishgas_assets.errors import StoreError


class Store(Protocol):
    """Objects under one base URL, named by keys such as ``gold/gold_master/2025-01-06.parquet``."""

    root: str
    storage_options: dict[str, str]

    def url(self, key: str) -> str:
        """Return where the object lives, as Polars and people read it."""
        ...

    def exists(self, key: str) -> bool:
        """Say whether the object is there."""
        ...

    def read(self, key: str) -> bytes:
        """Return the object's bytes.

        Raises:
            StoreError: the object is not there.
        """
        ...

    def write(self, key: str, data: bytes) -> None:
        """Publish the bytes, replacing what was there, at once."""
        ...

    def create(self, key: str, data: bytes) -> bool:
        """Publish the bytes only if nothing is there; say whether they were: one of two wins."""
        ...

    def writing(self, key: str) -> Any:
        """Context manager that yields a URL to write to; the object is published at its end."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return the keys below a prefix (``churn/models/``), sorted."""
        ...


class FolderStore:
    """A store in a local folder."""

    def __init__(self, root: str) -> None:
        """Open the folder; it is made at the first write."""
        self.root = str(Path(root).absolute())
        self.storage_options: dict[str, str] = {}

    def url(self, key: str) -> str:
        """Return the absolute path."""
        return str(Path(self.root) / key)

    def exists(self, key: str) -> bool:
        """Say whether the file is there."""
        return Path(self.url(key)).is_file()

    def read(self, key: str) -> bytes:
        """Return the file's bytes, or raise StoreError."""
        try:
            return Path(self.url(key)).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"{self.url(key)} is not in the store") from error

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


class S3Store:
    """A store in an S3 bucket; credentials, region and endpoint come from the environment."""

    def __init__(self, root: str) -> None:
        """Open ``s3://bucket/prefix``."""
        import boto3  # costs 0.15 s that a folder store does not need

        self.root = root.rstrip("/")
        self.bucket, _, self.prefix = self.root.removeprefix("s3://").partition("/")
        self.client = boto3.client("s3")
        endpoint = self.client.meta.endpoint_url
        self.storage_options = {"aws_region": self.client.meta.region_name or "us-east-1"}
        if "amazonaws.com" not in endpoint:
            self.storage_options |= {
                "aws_endpoint_url": endpoint,
                "aws_allow_http": str(endpoint.startswith("http://")).lower(),
                "aws_virtual_hosted_style_request": "false",
            }

    def _name(self, key: str) -> str:
        return f"{self.prefix}/{key}" if self.prefix else key

    def url(self, key: str) -> str:
        """Return the object's ``s3://`` URL."""
        return f"{self.root}/{key}"

    def exists(self, key: str) -> bool:
        """Ask S3 for the object's head."""
        from botocore.exceptions import ClientError

        try:
            self.client.head_object(Bucket=self.bucket, Key=self._name(key))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return False
            raise
        return True

    def read(self, key: str) -> bytes:
        """Return the object's bytes, or raise StoreError."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self._name(key))
        except self.client.exceptions.NoSuchKey as error:
            raise StoreError(f"{self.url(key)} is not in the store") from error
        return bytes(answer["Body"].read())

    def write(self, key: str, data: bytes) -> None:
        """Put the object: S3 shows it when it is complete."""
        self.client.put_object(Bucket=self.bucket, Key=self._name(key), Body=data)

    def create(self, key: str, data: bytes) -> bool:
        """Put the object on the condition that there is none."""
        from botocore.exceptions import ClientError

        try:
            self.client.put_object(
                Bucket=self.bucket, Key=self._name(key), Body=data, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {
                "PreconditionFailed",
                "ConditionalRequestConflict",
            }:
                return False
            raise
        return True

    @contextmanager
    def writing(self, key: str) -> Iterator[str]:
        """Yield the object's own URL: a multipart upload is published when it completes."""
        yield self.url(key)

    def keys(self, prefix: str) -> list[str]:
        """List the objects below the prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self._name(prefix)
        )
        skipped = len(self.prefix) + 1 if self.prefix else 0
        return sorted(item["Key"][skipped:] for page in pages for item in page.get("Contents", []))


def open_store(url: str) -> Store:
    """Open the store at a folder or an ``s3://bucket/prefix``."""
    return S3Store(url) if url.startswith("s3://") else FolderStore(url)
