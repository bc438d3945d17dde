"""YAML files as checked models: every fault of a file in one error, each with its line.

A module that owns a file declares a model of it (:class:`YamlModel`) and reads it with
:func:`read_yaml`; the kinds of values are in ``yaml_values.py``.
"""

import difflib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from spanishgas_assets.errors import SettingsError

#: libyaml's reader, seven times as fast, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: libyaml composes deeper documents by recursion until the process is out of stack.
MOST_LEVELS = 50
#: Aliases of aliases let a short text stand for any number of values.
MOST_VALUES = 100_000

_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "timestamp", "map", "seq")
}
_NOT_A_MAPPING = {"model_type", "dict_type", "model_attributes_type"}

ModelT = TypeVar("ModelT", bound=BaseModel)
Location = tuple[str, ...]


class YamlModel(BaseModel):
    """A mapping of a file: no keys but the declared ones, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)


@dataclass(frozen=True)
class _Place:
    """Where a value is: its line, and its key as messages name it (``offers[2].save_rate``)."""

    line: int
    key: str


def read_yaml(
    path: Path,
    model: type[ModelT],
    *,
    context: Mapping[str, Any] | None = None,
    former_keys: Mapping[str, str] | None = None,
    text: str | None = None,
) -> ModelT:
    """Read a file and check it against its model.

    Args:
        path: the file, in UTF-8.
        model: what it must hold.
        context: what the model's validators must know beside the file.
        former_keys: today's name of each former top-level key. A former key is read, with a
            warning that names file, line and today's key.
        text: the content, where it is at hand; ``path`` is then only what messages call it.

    Raises:
        SettingsError: it cannot be read, is no YAML, or is not as the model has it. One line per
            fault: file, line, key, what is wrong with it.
    """
    document = _Document(path, former_keys or {}, text)
    try:
        read = model.model_validate(document.content, by_alias=True, by_name=False, context=context)
    except ValidationError as error:
        document.blame(error, model)
    document.refuse_faults()
    return read


def fault_at(complaint: str, *location: int | str) -> ValidationError:
    """Return the error of a value inside the one that a validator checks; the caller raises it.

    Args:
        complaint: what is wrong, as a predicate: ``"has no name"``.
        location: keys and list positions that lead to the value.
    """
    fault = PydanticCustomError("fault", "{complaint}", {"complaint": complaint})
    return ValidationError.from_exception_data(
        "fault", [InitErrorDetails(type=fault, loc=location, input=None)]
    )


class _Document:
    """The content of a file as plain values, the place of each of them, and the faults found."""

    def __init__(self, path: Path, former_keys: Mapping[str, str], text: str | None = None) -> None:
        self.path = path
        self.places: dict[Location, _Place] = {(): _Place(1, "")}
        self._faults: list[tuple[int, str]] = []
        self._scalars = yaml.constructor.SafeConstructor()
        self._former_keys = former_keys
        self.content = self._value(_parsed(path, text), ())

    def blame(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Add the faults that a model found."""
        schema = model.model_json_schema()
        missing: dict[Location, list[str]] = {}
        for one in error.errors(include_url=False):
            location = tuple(str(step) for step in one["loc"] if step != "[key]")
            if one["type"] == "too_short" and one["input"]:
                continue  # Its entries are wrong, each of which is a fault of its own.
            if one["type"] == "missing":
                missing.setdefault(location[:-1], []).append(location[-1])
            elif one["type"] in {"extra_forbidden", "invalid_key"}:
                key = str(one["input"]) if one["type"] == "invalid_key" else location[-1]
                known = _known_keys(schema, location[:-1])
                self._fault((*location[:-1], key), _unknown(key, known))
            else:
                self._fault(location, _complaint(one, _known_keys(schema, location)))
        for location, keys in missing.items():
            self._fault(location, f"lacks {', '.join(keys)}")

    def refuse_faults(self) -> None:
        """Raise all faults in one error, in the order of lines; return if there are none."""
        if self._faults:
            faults = sorted(self._faults, key=lambda fault: fault[0])
            raise SettingsError("\n".join(message for _, message in faults))

    def _fault(self, location: Location, complaint: str) -> None:
        while location not in self.places:
            location = location[:-1]
        place = self.places[location]
        message = f"{self.path}, line {place.line}: {place.key or 'the file'} {complaint}"
        self._faults.append((place.line, message))

    def _value(self, node: yaml.Node | None, location: Location) -> Any:
        if len(location) > MOST_LEVELS or len(self.places) > MOST_VALUES:
            self._fault(
                location,
                "leads through aliases to too many values: write them out",
            )
            self.refuse_faults()
        if node is not None and node.tag not in _PLAIN_TAGS:
            self._fault(location, f"has the tag {node.tag}, which means nothing here: remove it")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, location)
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(location, f"has a key on line {line} that is not a single value")
                continue
            key = self._scalar(key_node)
            shown = key_node.value
            if not location and key in self._former_keys:
                key = self._current_key(node, key, line)
            inside = (*location, str(key))
            if key in content:
                before = self.places[inside].line
                self._fault_on(line, self._label(location, shown), f"is on line {before} already")
                continue
            self.places[inside] = _Place(line, self._label(location, shown))
            content[key] = self._value(value_node, inside)
        return content

    def _sequence(self, node: yaml.SequenceNode, location: Location) -> list[Any]:
        content = []
        for number, item in enumerate(node.value):
            inside = (*location, str(number))
            key = f"{self.places[location].key}[{number}]"
            self.places[inside] = _Place(item.start_mark.line + 1, key)
            content.append(self._value(item, inside))
        return content

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        """Return a scalar's value; its text where it only looks like a date: 2024-13-45."""
        try:
            return self._scalars.construct_object(node)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # An alias leads here again: the constructor must not take it for a node in itself.
            self._scalars.recursive_objects.pop(node, None)
            return node.value

    def _current_key(self, node: yaml.MappingNode, former: str, line: int) -> str:
        current = self._former_keys[former]
        if current in [key.value for key, _ in node.value]:
            complaint = f"is the former name of {current}, which is given too: remove {former}"
            self._fault_on(line, former, complaint)
            return former
        # FutureWarning, because Python hides a DeprecationWarning from those who run programs.
        warnings.warn(
            f"{self.path}, line {line}: {former} is now {current} and will be removed in 0.3",
            FutureWarning,
            stacklevel=2,
        )
        return current

    def _label(self, location: Location, key: str) -> str:
        return f"{self.places[location].key}.{key}".removeprefix(".")

    def _fault_on(self, line: int, key: str, complaint: str) -> None:
        self._faults.append((line, f"{self.path}, line {line}: {key} {complaint}"))


def _read(path: Path, refusal: Callable[[int, object], SettingsError]) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refusal(line, "it is not UTF-8; save it with that encoding") from error


def _parsed(path: Path, text: str | None) -> yaml.Node | None:
    """Parse a file, or its text, into nodes that know their lines.

    Raises:
        SettingsError: it cannot be read, is not UTF-8, or is no YAML; names the line.
    """

    def refusal(line: int, why: object) -> SettingsError:
        return SettingsError(f"{path}, line {line}: cannot be read as YAML: {why}")

    if text is None:
        text = _read(path, refusal)
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text[: unprintable.start()].count("\n") + 1
        raise refusal(line, f"it holds the control character {unprintable.group()!r}")
    try:
        level = 0
        for event in yaml.parse(text, Loader=_LOADER):
            level += isinstance(event, yaml.CollectionStartEvent)
            level -= isinstance(event, yaml.CollectionEndEvent)
            if level > MOST_LEVELS:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise refusal(line, f"it is nested deeper than {MOST_LEVELS} levels")
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refusal(mark.line + 1 if mark else 1, error.problem or error.context) from error


def _complaint(error: ErrorDetails, known: list[str]) -> str:
    """Say what is wrong with a value, in the words of someone who edits the file."""
    kind = error["type"]
    if kind in _NOT_A_MAPPING:
        return f"is not a mapping{' with ' * bool(known)}{', '.join(known)}"
    if kind in {"tuple_type", "list_type"}:
        return "is not a list"
    if kind == "too_short":
        return "is not a list of one entry or more"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return error["msg"]


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"is unknown; known are {', '.join(known)}{hint}"


def _known_keys(schema: dict[str, Any], location: Location) -> list[str]:
    """Return the keys that a mapping of the file may have; none if it is not a mapping."""
    here = _resolved(schema, schema)
    for step in location:
        inside = here.get("properties", {}).get(step) or here.get("items")
        here = _resolved(schema, inside or here.get("additionalProperties") or {})
    return list(here.get("properties", ()))


def _resolved(schema: dict[str, Any], part: Any) -> dict[str, Any]:
    if not isinstance(part, dict):
        return {}
    if "$ref" in part:
        return dict(schema["$defs"][part["$ref"].rpartition("/")[2]])
    return part
