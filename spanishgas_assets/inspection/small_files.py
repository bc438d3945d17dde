"""The small raw files of a drop, each read as a run reads it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.bronze.cost_month import cost_months
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.interactions import read_notes
from spanishgas_assets.bronze.price_month import price_months
from spanishgas_assets.bronze.tables import COST_MONTH, CUSTOMER, INTERACTIONS, PRICE_MONTH
from spanishgas_assets.bronze.unit_checks import (
    COST_UNITS,
    PRICE_UNITS,
    Expected,
    price_units_finding,
)
from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.inspection.remarks import LIMIT, FileReport, Weight, say_findings
from spanishgas_assets.raw.dialect import Dialect
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import (
    CHURN_LABEL,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    OPTIONAL_FILES,
    PRICE_HISTORY,
    RawFile,
)
from spanishgas_assets.raw.finding import find_drop, names_meant
from spanishgas_assets.raw.records import read_cells
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.raw.written_numbers import decimal_mark
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.quarantine import reasons_in_words
from spanishgas_assets.tables.set_aside_limit import SetAside, limits_of, set_aside_finding

_DIGIT = r"\d"
_SHOWN_SHAPES, _LONGEST_DATE = 3, 25
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class _Monthly:
    """How a file becomes customer-months or province-months, and its prices' units."""

    months: Callable[[pl.LazyFrame], pl.LazyFrame]
    units: Mapping[str, Expected]


#: The small files in the order in which they are shown, the table that each feeds, and what makes
#: two rows of it the same.
_SMALL_FILES: tuple[tuple[RawFile, Table, Sequence[str | pl.Expr]], ...] = (
    (CUSTOMER_ATTRIBUTES, CUSTOMER, ["customer_id"]),
    (CUSTOMER_CONTRACTS, CUSTOMER, ["customer_id"]),
    (CHURN_LABEL, CUSTOMER, ["customer_id"]),
    (PRICE_HISTORY, PRICE_MONTH, ["customer_id", pl.col("pricing_date").dt.truncate("1mo")]),
    (COSTS, COST_MONTH, ["province", "month"]),
    (CUSTOMER_INTERACTIONS, INTERACTIONS, []),
)
_MONTHLY = {
    PRICE_HISTORY.name: _Monthly(price_months, PRICE_UNITS),
    COSTS.name: _Monthly(cost_months, COST_UNITS),
}


def inspect_small_files(
    folder: str, settings: Settings
) -> tuple[list[FileReport], dict[str, Reading]]:
    """Read every small file of a folder.

    Returns:
        What is to be said of each, and what was read of those that can be read, by name. Files that
        a drop may lack are among them only where they are there.
    """
    reports, readings = [], {}
    for file, table, key in _SMALL_FILES:
        report, reading = _inspected(folder, file, settings)
        reports.append(report)
        if reading is not None:
            kept = without_duplicates(reading, key) if key else reading
            _judge(report, file, table, kept, settings)
            readings[file.name] = kept
    for file in OPTIONAL_FILES:
        report, reading = _inspected(folder, file, settings)
        if reading is not None:
            _tell_set_aside(report, reading)
            readings[file.name] = reading
        if report.path is not None or names_meant(folder, file, None):
            reports.append(report)
    return reports, readings


def _inspected(folder: str, file: RawFile, settings: Settings) -> tuple[FileReport, Reading | None]:
    report = FileReport(file.name)
    try:
        drop = find_drop(folder, file.declared(settings.date_orders))
        report.path, report.day = drop.path, drop.day
        # What is said of notes leaves out personal data: they are read so before anything else.
        reading = read_notes(drop) if file is CUSTOMER_INTERACTIONS else read_rows(drop)
        report.facts |= _form(drop)
    except (MissingRawFileError, RawFileError) as error:
        report.say(Weight.STOPS, str(error))
        return report, None
    report.facts["rows"] = f"{reading.height:,}"
    if file.dated and reading.rows.height:
        dates = reading.rows[file.dated].cast(pl.String)
        first, last = str(dates.min()), str(dates.max())
        report.facts["dates"] = f"{first} to {last}"
    if reading.ignored_columns:
        said = ", ".join(reading.ignored_columns)
        report.say(Weight.TELLS, f"Columns that the platform does not know, and leaves out: {said}")
    for count, what in (
        (reading.respelled_ids, "ids written with spaces, unseen marks or in lower case"),
        (reading.placeholders, "dates that stand for none"),
        (reading.blank_rows, "rows without a cell"),
    ):
        if count:
            report.say(Weight.TELLS, f"{count:,} {what}")
    return report, reading


def _form(drop: Drop) -> dict[str, str]:
    """Say how a file is written; of dates and numbers, what its cells look like."""
    parts = read_cells(drop).parts
    cells = pl.concat([part.frame.select(list(drop.file.columns)) for part in parts])
    numbers = [name for name, kind in drop.file.columns.items() if kind.endswith("number")]
    mark = decimal_mark(cells[name] for name in numbers)
    looks = {
        "form": ", ".join(dict.fromkeys(_separated(drop, part.dialect) for part in parts)),
        "decimal mark": repr(mark) if mark else "",
        "dates like": ", ".join(_shapes(cells, drop.file)),
    }
    return {name: value for name, value in looks.items() if value}


def _separated(drop: Drop, dialect: Dialect) -> str:
    if ".json" in drop.path.name:
        return "JSON records"
    return f"UTF-8, separated by {_SEPARATORS[dialect.separator]}"


def _shapes(cells: pl.DataFrame, file: RawFile) -> list[str]:
    """Return a date of each way in which dates are written, the most frequent first."""
    if not file.dates:
        return []
    written = pl.concat([cells[name].alias("date") for name in file.dates]).drop_nulls()
    shapes = (
        written.to_frame()
        .filter(pl.col("date").str.contains(_DIGIT))
        .group_by(pl.col("date").str.replace_all(_DIGIT, "9").alias("shape"))
        .agg(pl.col("date").first(), pl.len())
        .sort("len", "shape", descending=[True, False])
    )
    return [one[:_LONGEST_DATE] for one in shapes["date"].head(_SHOWN_SHAPES)]


def _judge(
    report: FileReport, file: RawFile, table: Table, reading: Reading, settings: Settings
) -> None:
    limits = limits_of(table, settings.set_aside_limits)
    found = [
        (month, set_aside_finding(limits, [SetAside(rows, {file.name: came_in})], LIMIT))
        for month, rows, came_in in _set_aside_by_month(file, reading)
    ]
    say_findings(report, Weight.STOPS, found)
    if all(finding.passed for _, finding in found):
        _tell_set_aside(report, reading)
    if monthly := _MONTHLY.get(file.name):
        rows = monthly.months(reading.rows.lazy()).collect()
        keys = [f"{month:%Y-%m-%d}" for month in rows["month"].unique().sort()]
        units = [(key[:7], price_units_finding(rows, key, monthly.units)) for key in keys]
        say_findings(report, Weight.WARNS, units)


def _set_aside_by_month(file: RawFile, reading: Reading) -> Iterator[tuple[str, pl.DataFrame, int]]:
    """Yield what a table's limit is asked of: the month, rows set aside, and rows that came in.

    Rows that no month can claim, and those of a snapshot's file, are held against the whole file.
    """
    bad = reading.set_aside
    if file.dated:
        kept = reading.rows[file.dated].dt.truncate("1mo").value_counts(name="rows")
        counts = dict(kept.iter_rows())
        for (month,), rows in bad.drop_nulls("month").group_by("month", maintain_order=True):
            yield f"{month:%Y-%m}", rows, counts.get(month, 0) + rows.height
        bad = bad.filter(pl.col("month").is_null())
    if bad.height:
        yield "", bad, reading.height


def _tell_set_aside(report: FileReport, reading: Reading) -> None:
    if reading.set_aside.height:
        said = reasons_in_words(reading.set_aside)
        report.say(Weight.WARNS, f"{reading.set_aside.height:,} rows are set aside: {said}")
