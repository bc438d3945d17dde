"""The digest that names content in the store: SHA-256, as hexadecimal digits."""

import hashlib
from pathlib import Path

#: Digits of a digest in an object's name; the pointer has all of them.
NAME_DIGITS = 24


def digest_of(data: bytes) -> str:
    """Return the digest of bytes."""
    return hashlib.sha256(data).hexdigest()


def digest_of_file(path: str | Path) -> str:
    """Return the digest of a file's content."""
    with Path(path).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def content_name(digest: str, kind: str) -> str:
    """Return the name of an object by its content, e.g. ``3f2a....parquet``."""
    return f"{digest[:NAME_DIGITS]}.{kind}"
