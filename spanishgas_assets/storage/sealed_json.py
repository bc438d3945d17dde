"""Small JSON documents that notice their own damage: a checksum over place and content.

A document that was truncated, flipped in one bit, or put where another belongs does not open.
"""

import json
from collections.abc import Mapping
from typing import Any

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.digests import digest_of
from spanishgas_assets.storage.store import Store

CHECKSUM = "checksum"


def sealed(key: str, content: Mapping[str, Any]) -> bytes:
    """Return the bytes of a document that belongs at a key."""
    whole = {**content, CHECKSUM: _checksum(key, content)}
    return (json.dumps(whole, indent=1, allow_nan=False) + "\n").encode()


def opened(key: str, data: bytes, former: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return a document's content without its checksum.

    Args:
        key: where the document was found.
        data: its bytes.
        former: the fields of a document that an earlier release wrote without a checksum.

    Raises:
        StoreError: the document is damaged, or belongs elsewhere.
    """
    try:
        content = json.loads(data)
    except ValueError as error:
        raise StoreError(f"{key} is damaged: it is not JSON") from error
    try:
        return unsealed(key, content, former)
    except ValueError as error:
        raise StoreError(f"{key} is damaged: {error}") from error


def unsealed(key: str, values: Any, former: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the content of a document's decoded values; arguments as for :func:`opened`.

    Raises:
        ValueError: the document is damaged, or belongs elsewhere; says how that shows.
    """
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    if former and values.keys() == former:
        return values
    content = {name: value for name, value in values.items() if name != CHECKSUM}
    if values.get(CHECKSUM) != _checksum(key, content):
        raise ValueError("its content does not match its checksum")
    return content


def read_sealed(
    store: Store, key: str, remedy: str, former: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Read a document of a store.

    Raises:
        StoreError: it is missing or damaged; ends with the remedy.
    """
    found = find_sealed(store, key, remedy, former)
    if found is None:
        raise StoreError(f"{store.url(key)} is not in the store. {remedy}")
    return found


def find_sealed(
    store: Store, key: str, remedy: str, former: frozenset[str] = frozenset()
) -> dict[str, Any] | None:
    """Read a document of a store; None where it is not there, whatever a listing says.

    Raises:
        StoreError: it is damaged; ends with the remedy.
    """
    found = store.read_version(key)
    if found is None:
        return None
    try:
        return opened(key, found[0], former)
    except StoreError as error:
        raise StoreError(f"{error} ({store.url(key)}). {remedy}") from error


def _checksum(key: str, content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return digest_of(f"{key}\n{text}".encode())
