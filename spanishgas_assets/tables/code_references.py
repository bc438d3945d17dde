"""Where the UI's link "open in editor" leads: to the transforms of an asset, then to the asset."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import dagster as dg

import spanishgas_assets

PACKAGE = Path(spanishgas_assets.__file__).parent

#: Modules of a layer that wire and describe, and transform nothing.
_WIRING = {"assets", "checks", "metadata", "tables"}


def code_references(make: Callable[..., Any]) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Return the metadata that leads to the source of what an asset's function computes.

    The transforms are the functions of the asset's own layer, or of ``text``, that it calls.
    """
    functions: list[Callable[..., Any]] = [*transforms_of(make), make]
    return {
        "dagster/code_references": dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(
                    file_path=str(Path(inspect.getfile(function)).resolve()),
                    line_number=inspect.getsourcelines(function)[1],
                    label=function.__name__,
                )
                for function in functions
            ]
        )
    }


def transforms_of(make: Callable[..., Any]) -> list[FunctionType]:
    """Return the transforms that an asset's function calls, in the order of their names in it."""
    rooms = {make.__module__.split(".")[1], "text"}
    names = list(dict.fromkeys(_names(make.__code__)))
    found = (value for name in names for value in _named(make.__globals__.get(name), names))
    return list(dict.fromkeys(function for function in found if _is_transform(function, rooms)))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _named(value: Any, names: list[str]) -> Iterator[Any]:
    """A function itself; of a module, the functions that are called by its name."""
    if isinstance(value, ModuleType):
        yield from (getattr(value, name) for name in names if hasattr(value, name))
    else:
        yield value


def _is_transform(value: Any, rooms: set[str]) -> bool:
    if not inspect.isfunction(value):
        return False
    package, *parts = value.__module__.split(".")
    return package == "spanishgas_assets" and parts[0] in rooms and parts[-1] not in _WIRING
