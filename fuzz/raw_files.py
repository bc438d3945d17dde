"""The raw files, damaged and read as the assets read them: the seven, and those that may forbid.

Where a damage leaves the rows what they are (a cell, the order, a line more or less), the rows of
the file are known, and those that are read or set aside must be as many. Where bytes are damaged,
nobody can say how many rows there are.
"""

import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from fuzz.case import Case
from fuzz.damage import CELLS, DAMAGES, flip_bit
from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.interactions import read_notes
from spanishgas_assets.raw.files import (
    CAMPAIGN_OUTCOMES,
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    CONTACT_PREFERENCES,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    PRICE_HISTORY,
    RawFile,
)
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.raw.unreadable import refusing_unreadable

ROWS = 60
_YEAR = [f"2024-{month:02d}-01" for month in range(1, 13)]
_KEYS: dict[str, list[str | pl.Expr]] = {
    CHURN_LABEL.name: ["customer_id"],
    CUSTOMER_ATTRIBUTES.name: ["customer_id"],
    CUSTOMER_CONTRACTS.name: ["customer_id"],
    PRICE_HISTORY.name: ["customer_id", pl.col("pricing_date").dt.truncate("1mo")],
    COSTS.name: ["province", "month"],
}
_LINES: dict[str, Callable[[int], list[str]]] = {
    CHURN_LABEL.name: lambda n: [f"C{n:05d}", str(n % 2)],
    CUSTOMER_ATTRIBUTES.name: lambda n: [
        f"C{n:05d}", "4.6", "0", "0", str(1 + n % 52), "Madrid", "0", "1", "oficina",
    ],
    CUSTOMER_CONTRACTS.name: lambda n: [f"C{n:05d}", "2020-01-06", "2024-06-01", "", "2025-06-01"],
    PRICE_HISTORY.name: lambda n: [
        f"C{n:05d}", "2024-01-01", "0.2", "0.15", "0.1", "10", "6", "", "0", "0",
    ],
    COSTS.name: lambda n: [f"2024-{1 + n % 12:02d}", str(1 + n // 12), "0.08", "0.75", "0.02"],
    CUSTOMER_INTERACTIONS.name: lambda n: [
        f"C{n:05d}", "2024-11-15", "phone", f"Asked for bill {n}.",
    ],
    CONSUMPTION_HOURLY.name: lambda n: [
        f"C{n // 24:05d}", f"2024-01-02 {n % 24:02d}:00:00", "1.25", "0.5",
    ],
    CONTACT_PREFERENCES.name: lambda n: [f"C{n:05d}", "1", str(n % 2), "no"],
    CAMPAIGN_OUTCOMES.name: lambda n: [f"C{n:05d}", "letter", "2024-05-06", "1", str(n % 2), ""],
}  # fmt: skip
KINDS = tuple(_LINES)
_FILES = {
    file.name: file
    for file in (
        CHURN_LABEL,
        CUSTOMER_ATTRIBUTES,
        CUSTOMER_CONTRACTS,
        PRICE_HISTORY,
        COSTS,
        CUSTOMER_INTERACTIONS,
        CONSUMPTION_HOURLY,
        CONTACT_PREFERENCES,
        CAMPAIGN_OUTCOMES,
    )
}

Table = list[list[str]]


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    """Yield so many damaged files of a kind."""
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")
        yield _case(_FILES[kind], number, chance)


def file_of(kind: str) -> RawFile:
    """Return the file of a kind."""
    return _FILES[kind]


def unaccounted(folder: Path, file: RawFile, rows: int | None) -> int:
    """Read a file as its asset does; return the rows that are neither out nor set aside.

    Args:
        folder: holds the file.
        file: which it is.
        rows: how many there are; None where nobody can say.
    """
    drop = find_drop(str(folder), file)
    if file is CONSUMPTION_HOURLY:
        files = scan_readings(drop, _YEAR)
        with refusing_unreadable(drop):
            summed = consumption_months(files, date(2024, 1, 1), date(2025, 1, 1), 11.0)
        found = int(summed.used["readings"].sum()) + summed.bad.height
    else:
        read = read_notes(drop) if file is CUSTOMER_INTERACTIONS else read_rows(drop)
        keyed = without_duplicates(read, _KEYS[file.name]) if file.name in _KEYS else read
        found = keyed.rows.height + keyed.set_aside.height
    return 0 if rows is None else rows - found


def _case(file: RawFile, number: int, chance: random.Random) -> Case:
    table = [_LINES[file.name](row) for row in range(ROWS)]
    shape = chance.choice(["cell", "cell", "cell", "lines", "columns", "bytes", "bytes", "packed"])
    rows: int | None = ROWS
    names = [name for name in file.columns if name not in file.may_lack]
    if shape == "cell":
        for _ in range(chance.choice([1, 1, 2, 5, ROWS])):
            table[chance.randrange(ROWS)][chance.randrange(len(names))] = chance.choice(CELLS)
    elif shape == "lines":
        table = _other_lines(table, chance)
        rows = len(table)
    elif shape == "columns":
        names, table = _other_columns(names, table, chance)
        rows = None
    form = chance.choice(_forms(file))
    content = _written(form, names, table, chance)
    how = shape
    if shape == "bytes":
        damage = chance.choice(DAMAGES)
        content, how, rows = damage(content, chance), damage.__name__, None
    if form.endswith(".gz"):
        content = gzip.compress(content)
        if shape == "packed":
            # Either the damage is noticed, or nothing is lost.
            content, how = flip_bit(content, chance), "flip_bit of the packed file"

    def run(folder: Path) -> int:
        (folder / form).write_bytes(content)
        return unaccounted(folder, file, rows)

    return Case(f"{number}: {form}: {how}", run)


def _forms(file: RawFile) -> list[str]:
    return [name for name in file.filenames if "." in name]


def _written(form: str, names: list[str], table: Table, chance: random.Random) -> bytes:
    plain = form.removesuffix(".gz")
    if plain.endswith(".parquet"):
        return _parquet(names, table, chance)
    if plain.endswith((".json", ".jsonl", ".ndjson")):
        records = [dict(zip(names, row, strict=False)) for row in table]
        if plain.endswith(".json") and chance.random() < 0.5:
            return json.dumps(records, ensure_ascii=chance.random() < 0.5).encode(errors="replace")
        lines = [json.dumps(record, ensure_ascii=chance.random() < 0.5) for record in records]
        return "\n".join(lines).encode(errors="replace")
    separator = chance.choice([",", ",", ";"])
    lines = [separator.join(names), *(separator.join(row) for row in table)]
    return ("\n".join(lines) + "\n").encode(errors="replace")


def _parquet(names: list[str], table: Table, chance: random.Random) -> bytes:
    frame = pl.DataFrame(
        {
            name: [row[place] if place < len(row) else None for row in table]
            for place, name in enumerate(names)
        },
        schema=dict.fromkeys(names, pl.String),
    )
    if "timestamp" in frame.columns and chance.random() < 0.7:
        time = pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
        frame = frame.with_columns(time)
    for name in (name for name in frame.columns if name.startswith("consumption_")):
        wanted = chance.choice([pl.Float64, pl.Float32, pl.String])
        frame = frame.with_columns(pl.col(name).cast(wanted, strict=False))
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression=chance.choice(["zstd", "snappy", "uncompressed"]))
    return buffer.getvalue()


def _other_lines(table: Table, chance: random.Random) -> Table:
    match chance.choice(["twice", "less", "shuffled", "short", "one", "none"]):
        case "twice":
            return [*table, *chance.sample(table, chance.randint(1, ROWS))]
        case "less":
            return chance.sample(table, chance.randint(1, ROWS - 1))
        case "shuffled":
            return chance.sample(table, ROWS)
        case "short":
            return [[*row[:-1], ""] for row in table]
        case "one":
            return table[:1]
        case _:
            return []


def _other_columns(
    names: list[str], table: Table, chance: random.Random
) -> tuple[list[str], Table]:
    place = chance.randrange(len(names))
    match chance.choice(["missing", "renamed", "repeated", "more", "moved", "thousand"]):
        case "missing":
            return _without(names, place), [_without(row, place) for row in table]
        case "renamed":
            return [*names[:place], chance.choice(CELLS), *names[place + 1 :]], table
        case "repeated":
            return [*names, names[place]], [[*row, row[place]] for row in table]
        case "more":
            return [*names, "comment"], [[*row, chance.choice(CELLS)] for row in table]
        case "moved":
            return names[::-1], [row[::-1] for row in table]
        case _:
            more = [f"column {number}" for number in range(1000)]
            return names + more, [row + ["x"] * 1000 for row in table]


def _without(values: list[str], place: int) -> list[str]:
    return values[:place] + values[place + 1 :]
