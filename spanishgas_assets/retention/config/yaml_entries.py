"""Values of a YAML file that know their key and line, so that a wrong one can be pointed at."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Self

import yaml

from spanishgas_assets.errors import SettingsError

ALL = "all"
UNLIMITED = "unlimited"


class Entry:
    """One value of a file."""

    def __init__(self, path: Path, key: str, node: yaml.Node | None) -> None:
        self.path, self.key, self.node = path, key, node

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Open a file.

        Raises:
            SettingsError: it cannot be read as YAML.
        """
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsError(f"{path}: cannot be read as YAML: {error}") from error
        return cls(path, "", root)

    def error(self, complaint: str) -> SettingsError:
        """Return the error that says where and what; the caller raises it."""
        line = self.node.start_mark.line + 1 if self.node else 1
        return SettingsError(f"{self.path}, line {line}: {self.key or 'the file'} {complaint}")

    def mapping(self, wanted: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Entry"]:
        """Return the values of these keys and no others; the optional ones may be missing."""
        node, known = self.node, [*wanted, *optional]
        if not isinstance(node, yaml.MappingNode):
            raise self.error(f"is not a mapping with {', '.join(known)}")
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            entry = Entry(self.path, f"{self.key}.{key.value}".removeprefix("."), value)
            if key.value not in known:
                raise entry.error(f"is unknown; known are {', '.join(known)}")
            if key.value in entries:
                raise entry.error("stands there twice")
            entries[key.value] = entry
        missing = [key for key in wanted if key not in entries]
        if missing:
            raise self.error(f"lacks {', '.join(missing)}")
        return entries

    def items(self) -> list["Entry"]:
        """Return the entries of a list that is not empty."""
        node = self.node
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.error("is not a list of one entry or more")
        return [Entry(self.path, f"{self.key}[{n}]", item) for n, item in enumerate(node.value)]

    def one_of(self, known: Sequence[str]) -> str:
        """Return a name that is one of the known."""
        value = self._scalar()
        if value not in known:
            raise self.error(f"is {value!r}; known are {', '.join(known)}")
        return str(value)

    def some_of(self, known: Sequence[str]) -> tuple[str, ...]:
        """Return a list of known names, or all of them for ``all``."""
        if isinstance(self.node, yaml.ScalarNode) and self._scalar() == ALL:
            return tuple(known)
        return tuple(item.one_of(known) for item in self.items())

    def answer(self) -> str:
        """Return ``yes``, ``no`` or ``unknown``; YAML reads the first two as truth values."""
        value = self._scalar()
        answer = {True: "yes", False: "no"}.get(value, value)
        if answer not in ("yes", "no", "unknown"):
            raise self.error(f"is {value!r}; known are yes, no, unknown")
        return str(answer)

    def text(self) -> str:
        """Return a text that is not empty."""
        value = self._scalar()
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"is {value!r}, not a text")
        return value.strip()

    def share(self) -> float:
        """Return a number between 0 and 1."""
        value = self._scalar()
        if not _is_number(value) or not 0 <= value <= 1:
            raise self.error(f"is {value!r}, not a number between 0 and 1")
        return float(value)

    def amount(self) -> float:
        """Return a number of 0 or more."""
        value = self._scalar()
        if not _is_number(value) or not 0 <= value < float("inf"):
            raise self.error(f"is {value!r}, not a number of 0 or more")
        return float(value)

    def whole(self, least: int) -> int:
        """Return a whole number of at least ``least``."""
        value = self._scalar()
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(f"is {value!r}, not a whole number of at least {least}")
        return value

    def limit(self) -> float | None:
        """Return a limit above 0, or None for ``unlimited``."""
        value = self._scalar()
        if value == UNLIMITED:
            return None
        if not _is_number(value) or not 0 < value < float("inf"):
            raise self.error(
                f"is {value!r}, not a number above 0; a limit of nothing makes no offer at all: "
                f"write {UNLIMITED} for none"
            )
        return float(value)

    def day(self) -> date:
        """Return a date."""
        value = self._scalar()
        if type(value) is not date:
            raise self.error(f"is {value!r}, not a date (YYYY-MM-DD)")
        return value

    def _scalar(self) -> Any:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("is not a single value")
        return yaml.SafeLoader("").construct_object(self.node)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
