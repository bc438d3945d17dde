"""Where the UI's link "open in editor" leads: to the transforms of an asset, then to the asset."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import dagster as dg

import spanishgas_assets

PACKAGE = Path(spanishgas_assets.__file__).parent

#: Where transforms are.
_ROOMS = {"bronze", "silver", "gold", "text", "churn", "retention", "monitoring", "publication"}
#: Ends of the names of modules there that wire, check or describe, and of their folder of settings.
_NO_TRANSFORMS = ("assets", "check", "checks", "config", "metadata", "picture", "tables")


def code_references(
    make: Callable[..., Any], table: str
) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Return the metadata that leads to the source of what a table asset's function computes.

    First the transform that the table is named after, then the others, then the function itself.
    """
    others = sorted(
        transforms_of(make), key=lambda one: (one.__name__ != table, not _makes(one, table))
    )
    return references_to(*others, make)


def references_to(*functions: Callable[..., Any]) -> dict[str, dg.CodeReferencesMetadataValue]:
    """Return the metadata that leads to the source of functions, by metadata key."""
    return {
        "dagster/code_references": dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(
                    file_path=str(Path(inspect.getfile(function)).resolve()),
                    line_number=inspect.getsourcelines(function)[1],
                    label=f"{function.__module__}.{function.__name__}".partition(".")[2],
                )
                for function in functions
            ]
        )
    }


def transforms_of(make: Callable[..., Any]) -> list[FunctionType]:
    """Return the transforms that an asset's function calls, in the order of their names in it."""
    names = list(dict.fromkeys(_names(make.__code__)))
    found = (value for name in names for value in _named(make.__globals__.get(name), names))
    return list(dict.fromkeys(function for function in found if _is_transform(function)))


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


def _makes(transform: FunctionType, table: str) -> bool:
    name = transform.__name__
    return name.startswith(table) or table.startswith(name)


def _is_transform(value: Any) -> bool:
    if not inspect.isfunction(value):
        return False
    package, *parts = value.__module__.split(".")
    return (
        package == "spanishgas_assets"
        and parts[0] in _ROOMS
        and not any(part.endswith(_NO_TRANSFORMS) for part in parts)
    )
