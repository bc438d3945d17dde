"""The kinds of values in the YAML files: what each accepts, and how a refusal describes it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, get_args

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    Strict,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import CoreSchema, core_schema

ALL = "all"
UNLIMITED = "unlimited"

_ANSWERS = ("yes", "no", "unknown")
_LONGEST = 60


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, and a date as it is written."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def wanted(words: str) -> WrapValidator:
    """Refuse a value in these words: "is 7, not <words>"."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise ValueError(f"is {shown(value)}, not {words}") from None

    return WrapValidator(check)


def _limit(value: Any) -> float | None:
    if value == UNLIMITED:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(
            f"is {shown(value)}, not a number above 0; a limit of nothing makes no offer at all: "
            f"write {UNLIMITED} for none"
        )
    return float(value)


def _whole_limit(value: Any) -> int | None:
    limit = _limit(value)
    if limit is not None and limit != int(limit):
        raise ValueError(f"is {limit}, not a whole number")
    return None if limit is None else int(limit)


_Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]

Text = Annotated[
    str, Strict(), StringConstraints(strip_whitespace=True, min_length=1), wanted("a text")
]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Share = Annotated[_Number, Field(ge=0, le=1), wanted("a number between 0 and 1")]
Amount = Annotated[_Number, Field(ge=0), wanted("a number of 0 or more")]
Count = Annotated[int, Strict(), Field(ge=0), wanted("a whole number of at least 0")]
CountFromOne = Annotated[int, Strict(), Field(ge=1), wanted("a whole number of at least 1")]
Day = Annotated[date, Strict(), wanted("a date (YYYY-MM-DD)")]

#: A limit above 0, or None for ``unlimited``.
Limit = Annotated[
    float | None,
    PlainValidator(_limit),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"const": UNLIMITED}]}),
]
WholeLimit = Annotated[
    int | None,
    PlainValidator(_whole_limit),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": UNLIMITED}]}),
]


@dataclass(frozen=True, eq=False)
class OneOf:
    """A text that is one of the known."""

    known: Sequence[str]

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.known)}

    def _check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.known:
            raise ValueError(f"is {shown(value)}; known are {', '.join(self.known)}")
        return value


@dataclass(frozen=True, eq=False)
class AllOr:
    """A list, or ``all`` for everything that is known."""

    known: Sequence[str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: list(self.known) if value == ALL else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"const": ALL}, handler(core)]}


@dataclass(frozen=True, eq=False)
class EachOf:
    """A mapping (``dict[str, ...]``) that has each of these keys and no others."""

    keys: Sequence[str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        value = handler.generate_schema(get_args(source)[1])
        return core_schema.typed_dict_schema(
            {key: core_schema.typed_dict_field(value) for key in self.keys},
            extra_behavior="forbid",
        )


def _answer(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


#: Yes, no or unknown; YAML reads the first two as truth values.
Answer = Annotated[
    str,
    OneOf(_ANSWERS),
    BeforeValidator(_answer),
    WithJsonSchema({"enum": [*_ANSWERS, True, False]}),
]
