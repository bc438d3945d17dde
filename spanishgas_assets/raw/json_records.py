"""The records of a JSON file, in the shapes in which programs write tables.

A list of records, or one a line, is the rule. Read too: an object of columns (``{"date": {"0":
"2024-10-25"}}`` or ``{"date": ["2024-10-25"]}``), of records by index, with ``columns`` and
``data``, or with one list of records among other things; and records over several lines.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

from spanishgas_assets.errors import RawFileError


def _once(pairs: Sequence[tuple[str, Any]]) -> Any:
    """Make an object of its pairs; one that says two things of a column is no record."""
    found = dict(pairs)
    twice = [key for key, value in pairs if found[key] != value]
    return f"two values of {', '.join(dict.fromkeys(twice))}" if twice else found


# A number stays the text that it is: an id of a thousand digits need not become an integer.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
#: It takes longer, for it looks at every pair.
_STRICT = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_once
)


def json_records(text: str, name: str, columns: Collection[str]) -> list[Any]:
    """Return the records; what is no record comes back as it stands.

    Args:
        text: the file's content.
        name: its name, for messages.
        columns: the columns that a record has.

    Raises:
        RawFileError: the text is no JSON, is nested too deep, or its columns differ in length.

    Example:
        >>> json_records('{"day": {"0": "monday", "1": "friday"}}', "days.json", {"day"})
        [{'day': 'monday'}, {'day': 'friday'}]
    """
    try:
        records = _shaped(_values(text.strip(), name, _DECODER), name, columns)
        if any(text.count(f'"{column}"') > len(records) for column in columns):
            return _shaped(_values(text.strip(), name, _STRICT), name, columns)
        return records
    except RecursionError:
        raise RawFileError(
            f"{name}: lists or objects within each other, too deep to be a table. Deliver it again."
        ) from None


def _values(text: str, name: str, decoder: json.JSONDecoder) -> list[Any]:
    """Return the values that follow each other: one, or one a record."""
    if not text.startswith(("[", "{")):
        raise RawFileError(
            f"{name}: expected a JSON list of records or a record a line, found text that begins "
            f"with {text[:12]!r}. Deliver it again."
        )
    values, place = [], 0
    try:
        while place < len(text):
            value, place = decoder.raw_decode(text, place)
            values.append(value)
            while place < len(text) and text[place].isspace():
                place += 1
    except json.JSONDecodeError as error:
        if text.startswith("["):
            raise RawFileError(
                f"{name}: not a JSON list of records: {error}. Deliver it again."
            ) from None
        # Not splitlines: it also splits where a note has a line separator of its own (U+2028).
        return [_line(line, decoder) for line in text.split("\n") if line.strip()]
    return values


def _line(line: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(line)
    except json.JSONDecodeError:
        return line


def _shaped(values: list[Any], name: str, columns: Collection[str]) -> list[Any]:
    value = values[0]
    if isinstance(value, list):
        return value
    if len(values) > 1 or not isinstance(value, dict):
        return values
    inner = list(value.values())
    lists = [one for one in inner if isinstance(one, list)]
    objects = [one for one in inner if isinstance(one, dict)]
    if any(key in columns for key in value):
        by_column = len(inner) in (len(lists), len(objects))
        return _of_columns(value, name) if by_column else [value]
    names, rows = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(rows, list):
        return [
            dict(zip(names, row, strict=True))
            if isinstance(row, list) and len(row) == len(names)
            else row
            for row in rows
        ]
    if len(lists) == 1:
        return lists[0]
    return objects if inner and len(objects) == len(inner) else [value]


def _of_columns(columns: dict[str, Any], name: str) -> list[dict[str, Any]]:
    if all(isinstance(cells, dict) for cells in columns.values()):
        index = dict.fromkeys(key for cells in columns.values() for key in cells)
        return [{name: cells.get(key) for name, cells in columns.items()} for key in index]
    lengths = {key: len(cells) for key, cells in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} {count:,}" for key, count in lengths.items())
        raise RawFileError(f"{name}: columns of different lengths ({told}). Deliver it again.")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
