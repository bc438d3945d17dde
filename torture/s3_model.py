"""S3 as a client sees it, in memory: conditional puts, and listings that may lag behind."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from botocore.exceptions import ClientError

from spanishgas_assets.storage.s3 import S3Store

Objects = dict[str, bytes]


class ClientModel:
    """The requests of a store, answered from memory.

    Attributes:
        objects: content by key.
        log: what the objects were after each write, in order.
        hidden: keys that listings do not show yet.
        ghosts: keys that are gone, and that listings still show.
    """

    def __init__(
        self,
        objects: Mapping[str, bytes],
        hidden: frozenset[str] = frozenset(),
        ghosts: frozenset[str] = frozenset(),
    ) -> None:
        """Begin with these objects."""
        self.objects: Objects = dict(objects)
        self.metadata: dict[str, dict[str, str]] = {}
        self.log: list[Objects] = []
        self.hidden, self.ghosts = hidden, ghosts

    def put_object(self, *, Key: str, Body: bytes, **options: Any) -> None:  # noqa: N803
        """Store an object, if the condition that came with it holds."""
        now = self.objects.get(Key)
        if (options.get("IfNoneMatch") and now is not None) or (
            "IfMatch" in options and (now is None or _etag(now) != options["IfMatch"])
        ):
            raise _error("PreconditionFailed")
        self.objects[Key] = Body
        self.metadata[Key] = options.get("Metadata", {})
        self.log.append(dict(self.objects))

    def upload_fileobj(
        self,
        written: Any,
        bucket: str,  # noqa: ARG002  # as boto3 passes it
        key: str,
        **options: Any,
    ) -> None:
        """Store a file's content."""
        self.put_object(Key=key, Body=written.read(), **options["ExtraArgs"])

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Return an object's content."""
        if Key not in self.objects:
            raise _error("NoSuchKey")
        data = self.objects[Key]
        return {"Body": io.BytesIO(data), "ETag": _etag(data)}

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Return what was stored beside an object."""
        if Key not in self.objects:
            raise _error("404")
        return {"Metadata": self.metadata.get(Key, {}), "ETag": _etag(self.objects[Key])}

    def delete_objects(self, *, Delete: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        """Remove objects one after the other: a request that is cut short has removed some."""
        for one in Delete["Objects"]:
            if self.objects.pop(one["Key"], None) is not None:
                self.log.append(dict(self.objects))
        return {}

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        """Answer that the bucket is there."""
        return {}

    def get_paginator(self, _: str) -> "ClientModel":
        """Return what lists."""
        return self

    def paginate(self, *, Prefix: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        """List in one page what is not hidden."""
        yield {
            "Contents": [
                {"Key": key, "ETag": _etag(data)}
                for key, data in sorted({**dict.fromkeys(self.ghosts, b""), **self.objects}.items())
                if key.startswith(Prefix) and key not in self.hidden
            ]
        }


class ModelStore(S3Store):
    """The S3 store over the model; rows are read from memory."""

    def __init__(self, client: ClientModel) -> None:
        """Open the store of a client."""
        self.root, self.bucket, self.prefix = "s3://torture", "torture", ""
        self.client = client
        self._digests = {}

    def scan(self, versions: Mapping[str, str]) -> pl.LazyFrame:
        """Read the objects now."""
        return pl.concat([pl.read_parquet(io.BytesIO(self.read(key))) for key in versions]).lazy()

    def _kept_as(self, key: str) -> dict[str, str]:  # noqa: ARG002
        return {}

    @property
    def _transfer(self) -> None:
        return None


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {}}, "request")
