"""Who looked at which customer, and who took a list away: one object per entry, never changed.

An entry is ``dashboard/access/{day}/{time}-{entry}.json``.
"""

import functools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.sealed_json import read_sealed, sealed
from spanishgas_assets.storage.store import Store

#: Where entries are, below the store's root.
ACCESS = "dashboard/access/"

SIGNED_IN, SIGN_IN_REFUSED, LOOKED, EXPORTED = "signed_in", "sign_in_refused", "looked", "exported"

_AT_ONCE = 16
_REMEDY = (
    "Restore an earlier version of it, or move it out of the store: the entry is then not shown"
)


@dataclass(frozen=True)
class Access:
    """One thing that a person did.

    Attributes:
        entry: name of the entry, made by who writes it.
        at: when, ISO 8601 in UTC.
        who, role: the person.
        action: signed_in, sign_in_refused, looked or exported.
        about: the customer that was looked at, or what was exported.
        rows: rows that were exported.
    """

    entry: str
    at: str
    who: str
    role: str
    action: str
    about: str = ""
    rows: int = 0


def write_access(store: Store, access: Access) -> None:
    """Add an entry; the same entry sent twice is there once."""
    key = f"{ACCESS}{access.at[:10]}/{access.at[11:19].replace(':', '')}-{access.entry}.json"
    store.create(key, sealed(key, asdict(access)))


def access_of(values: Mapping[str, Any], place: str) -> Access:
    """Return an entry from the values of its document.

    Raises:
        StoreError: they are no entry; names the place.
    """
    try:
        return _adapter().validate_python(values)
    except ValidationError as error:
        raise StoreError(
            f"{place} is damaged: it is no entry of the access log. {_REMEDY}"
        ) from error


def access_entries(store: Store, day: str, most: int) -> pl.DataFrame:
    """Read the last entries of a day, newest first: the columns of :class:`Access`.

    Raises:
        StoreError: an entry is damaged.
    """
    keys = store.keys(f"{ACCESS}{day}/")[::-1][:most]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        documents = pool.map(lambda key: read_sealed(store, key, _REMEDY), keys)
        found = [
            asdict(access_of(values, key)) for key, values in zip(keys, documents, strict=True)
        ]
    return pl.DataFrame(
        found,
        schema={
            "entry": pl.String,
            "at": pl.String,
            "who": pl.String,
            "role": pl.String,
            "action": pl.String,
            "about": pl.String,
            "rows": pl.Int64,
        },
    )


@functools.cache
def _adapter() -> TypeAdapter[Access]:
    return TypeAdapter(Access)
