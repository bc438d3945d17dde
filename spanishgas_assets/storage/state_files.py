"""State files: small JSON objects in the store, written by one process for a later one.

Whatever is in such a file, its reader gets valid values or one sentence with the remedy: a file
that somebody edited, that a disk damaged or that another release wrote must not end in an error of
a library, at every tick of a sensor.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.sealed_json import CHECKSUM, sealed, unsealed
from spanishgas_assets.storage.store import Store

#: Seconds since 1970 that ``datetime`` can show: up to the end of the year 9999.
Seconds = Annotated[float, Field(ge=0, le=253_402_300_799, allow_inf_nan=False)]

T = TypeVar("T")


def of_json(kind: type[T], data: Any) -> T:
    """Rebuild a dataclass, with all that it contains, from plain values.

    Raises:
        ValidationError: the values are not of its types.
    """
    return TypeAdapter(kind).validate_python(data)


def read_state_file(store: Store, key: str, parse: Callable[[Any], T], remedy: str) -> T | None:
    """Read a state file; None where there is none.

    Args:
        store: holds the file.
        key: of the file.
        parse: makes the state of the JSON values.
        remedy: what to do with a damaged file, and what is lost with it.

    Raises:
        StoreError: the file is damaged: names it, what is wrong and the remedy.
    """
    found = store.read_version(key)
    if found is None:
        return None
    content = found[0]
    try:
        return parse(_decoded(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
    except json.JSONDecodeError as error:
        said = f"it is not JSON: {error}" if content.strip() else "it is empty"
    except RecursionError:
        said = "it is nested too deeply"
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
    raise StoreError(f"{store.url(key)} is damaged ({said}). {remedy}")


def read_sealed_state(store: Store, key: str, parse: Callable[[Any], T], remedy: str) -> T | None:
    """Read a state file that :func:`write_state_file` wrote; None where there is none.

    One without a checksum, as earlier releases wrote it, is read as it is. Arguments and errors as
    for :func:`read_state_file`.
    """

    def checked(values: Any) -> T:
        sealed_here = isinstance(values, dict) and CHECKSUM in values
        return parse(unsealed(key, values) if sealed_here else values)

    return read_state_file(store, key, checked, remedy)


def write_state_file(store: Store, key: str, values: Mapping[str, Any]) -> None:
    """Write a state file with its checksum, unless it is in the store like that already."""
    data = sealed(key, _decoded(json.dumps(values).encode()))
    found = store.read_version(key)
    if found is None or found[0] != data:
        store.write(key, data)


def _decoded(content: bytes) -> Any:
    """Decode JSON; half a surrogate pair, as file names that are not UTF-8 bring, becomes ``?``."""
    values = json.loads(content)
    if b"\\ud" not in content.lower():
        return values
    return json.loads(json.dumps(values, ensure_ascii=False).encode(errors="replace"))
