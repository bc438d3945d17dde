"""Kinds of values that a setting can have: how their text is parsed, and what they want, in words.

A kind is an ``Annotated`` type, so that a field of the settings says everything in one place.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic.fields import FieldInfo

from spanishgas_assets.settings.choices import DateOrder

_ABLATION = Path(__file__).parents[1] / "churn" / "experiments" / "experiments.yaml"


@dataclass(frozen=True)
class Unit:
    """The unit of a number."""

    name: str


@dataclass(frozen=True)
class Wants:
    """What a value must be, in words that follow "is not"; for kinds that the type does not tell.

    Attributes:
        words: a function, for words that are read from a file.
    """

    words: Callable[[], str]


def _in_words(words: str) -> Wants:
    return Wants(lambda: words)


def _from_text(parse: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _names_or_none(text: str) -> tuple[str, ...]:
    return () if text.lower() == "none" else _names(text)


def _pairs(text: str) -> dict[str, str]:
    """Parse ``name=value,name=value``.

    Raises:
        ValueError: a part has no ``=``, or more than one.
    """
    pairs = [pair.split("=") for pair in text.split(",")]
    return {name.strip(): value.strip() for name, value in pairs}


@functools.cache
def known_experiments() -> tuple[str, ...]:
    """Return the names in ``experiments.yaml``, in the order of the ablation.

    The file is read here, not asked of the model's code, which imports the settings.
    """
    from spanishgas_assets.packaged_yaml import read_packaged_yaml

    return tuple(read_packaged_yaml(_ABLATION))


def _known(experiment: str) -> str:
    if experiment not in known_experiments():
        raise ValueError(experiment)
    return experiment


Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Unit("days")]
Hours = Annotated[float, Unit("hours")]
Minutes = Annotated[int, Unit("minutes")]
Seconds = Annotated[float, Unit("seconds")]
WholeSeconds = Annotated[int, Unit("seconds")]
KwhPerCubicMetre = Annotated[float, Unit("kWh/m³")]
Share = Annotated[float, Field(ge=0, le=1)]

Day = Annotated[date | None, _from_text(date.fromisoformat), _in_words("a date (YYYY-MM-DD)")]
Names = Annotated[
    tuple[str, ...], _from_text(_names), _in_words("a list of names, separated by commas")
]
NamesOrNone = Annotated[
    tuple[str, ...],
    _from_text(_names_or_none),
    _in_words("a list of names, separated by commas, or none"),
]
Tags = Annotated[
    Mapping[str, str],
    _from_text(_pairs),
    _in_words("a list of tags (environment=prod,cost_centre=churn)"),
]
Floors = Annotated[
    Mapping[str, Share],
    _from_text(_pairs),
    _in_words("a list of floors by group, from 0 to 1 (segment:SME=0.6,segment:Residential=0.65)"),
]
Limits = Annotated[
    Mapping[str, Share],
    _from_text(_pairs),
    _in_words(
        "a list of limits by table, or by table and reason, from 0 to 1 "
        "(bronze/customer=0.02,bronze/price_month:customer_id: no id=0.05)"
    ),
]
DateOrders = Annotated[
    Mapping[str, DateOrder],
    _from_text(_pairs),
    _in_words(
        "a list of orders by raw file, or by file and column, each one of "
        f"{', '.join(DateOrder)} "
        "(customer_contracts=day_month_year,churn_label.label_date=year_month_day)"
    ),
]
Experiment = Annotated[
    str,
    AfterValidator(_known),
    Wants(lambda: f"an experiment of experiments.yaml ({', '.join(known_experiments())})"),
]


def unit_of(field: FieldInfo) -> str:
    """Return a field's unit; empty where it has none."""
    return next((mark.name for mark in field.metadata if isinstance(mark, Unit)), "")


def is_secret(field: FieldInfo) -> bool:
    """Say whether a field's value must not be shown."""
    return field.annotation is SecretStr


def wanted(field: FieldInfo) -> str:
    """Say what a field's value must be, e.g. ``a number from 0 to 1``."""
    for mark in field.metadata:
        if isinstance(mark, Wants):
            return mark.words()
    kinds = set(get_args(field.annotation)) - {NoneType} or {field.annotation}
    (kind,) = kinds
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return " or ".join(kind)
    words = {bool: "yes or no", int: "a whole number", float: "a number"}.get(kind, "text")
    return f"{words}{_bounds(field)}"


def _bounds(field: FieldInfo) -> str:
    least = next((mark.ge for mark in field.metadata if isinstance(mark, Ge)), None)
    above = next((mark.gt for mark in field.metadata if isinstance(mark, Gt)), None)
    most = next((mark.le for mark in field.metadata if isinstance(mark, Le)), None)
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of {least} or more"
    return "" if above is None else f" above {above}"


def as_text(value: Any) -> str:
    """Write a value as its variable would give it; empty for none, and stars for a secret."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case float():
            text = str(value).removesuffix(".0")
        case tuple():
            text = ",".join(value)
        case Mapping():
            text = ",".join(f"{name}={as_text(one)}" for name, one in value.items())
        case _:
            text = str(value)
    return text
