"""Dates as people and systems write them, read a column at a time.

A year has four digits: of ``07/11/20`` nobody can say which part is the year, unless the order of
the column's dates is declared. Where the day stands before the month (``07/11/2020``, in
semicolon-separated files or where that is declared), the column has to agree: if more of its dates
have the month first, none of them is read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.settings import DateOrder

#: The clock by which an instant has its date.
_CLOCK = "Europe/Madrid"
_TIME = (
    r"(?:[T ](?P<time>\d{1,2}:\d{2})(?P<second>:\d{2})?(?:\.\d+)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR = r"(?P<year>\d{4})"
_ANY_YEAR = r"(?P<year>\d{4}|\d{2})"
_MONTH, _DAY = r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_YEAR_FIRST = rf"^{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}{_TIME}$"
_YEAR_LAST = rf"^{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}{_TIME}$"
#: The same where the order is declared, and so which part is the year.
_DECLARED = {
    DateOrder.DAY_MONTH_YEAR: rf"^{_DAY}[-/.]{_MONTH}[-/.]{_ANY_YEAR}{_TIME}$",
    DateOrder.MONTH_DAY_YEAR: rf"^{_MONTH}[-/.]{_DAY}[-/.]{_ANY_YEAR}{_TIME}$",
    DateOrder.YEAR_MONTH_DAY: rf"^(?P<year>\d{{2}})[-/.]{_MONTH}[-/.]{_DAY}{_TIME}$",
}
#: ``01-ene-2024``, ``1 de enero de 2024``, ``1 Jan 2024``.
_NAMED = (
    r"(?i)^(?P<day>\d{1,2})[-/. ](?:de )?(?P<name>[a-z]{3,10})\.?[-/. ](?:de )?"
    rf"{_ANY_YEAR}{_TIME}$"
)
_NAMES = (
    ("ene", "enero", "jan", "january"),
    ("feb", "febrero", "february"),
    ("mar", "marzo", "march"),
    ("abr", "abril", "apr", "april"),
    ("may", "mayo"),
    ("jun", "junio", "june"),
    ("jul", "julio", "july"),
    ("ago", "agosto", "aug", "august"),
    ("sep", "sept", "septiembre", "setiembre", "september"),
    ("oct", "octubre", "october"),
    ("nov", "noviembre", "november"),
    ("dic", "diciembre", "dec", "december"),
)
_MONTH_OF_NAME = {name: str(month) for month, names in enumerate(_NAMES, 1) for name in names}
_HAS_NAME = "[A-Za-z]{3}"
_PLAIN_MONTH = r"^\d{4}-\d{2}$"
_WHOLE_MONTH = r"^(\d{4})[-/]?(\d{2})$"
_SPANISH_MONTH = r"^(\d{2})/(\d{4})$"
#: ``enero 2024``, ``ene-2024``, ``enero de 2024``.
_NAMED_MONTH = r"(?i)^([a-z]{3,10})\.?[-/. ](?:de )?(\d{4})$"
#: ``20241025``, and milliseconds since 1970 of this century, which pandas writes in JSON.
_COMPACT, _MILLISECONDS = r"^\d{8}$", r"^1\d{12}$"
#: What ``to_date`` does not ask for.
_FOUR_DIGITS = r"^\d{4}\D"
_TWO_DIGITS = r"(?i)^\d{1,2}[-/. ](\d{1,2}|(de )?[a-z]{3,10})\.?[-/. ](de )?\d{1,2}$"
#: What a column says against days that stand first.
MONTH_FIRST = "the column's dates have the month first"
#: Years of two digits are those of 1950 to 2049.
_FIRST_OF_2000S = 50


@dataclass(frozen=True)
class DateForm:
    """What is known of how a column's dates are written.

    Attributes:
        day_first: whether ``31/01/2024`` is legal besides ``2024-01-31``.
        order: the declared order, in which also years of two digits are legal; None without one.
    """

    day_first: bool = False
    order: DateOrder | None = None


@dataclass(frozen=True)
class WrittenDates:
    """A column's dates, null where none can be read, and why not.

    Attributes:
        dates: the dates.
        against: what the column's cells say against its form; empty if nothing.
    """

    dates: pl.Series
    against: str = ""


def read_dates(cells: pl.Series, form: DateForm) -> WrittenDates:
    """Read a column of dates; a time of day is left out, and one with a zone read in Spain.

    Args:
        cells: text without surrounding spaces; null where a cell is empty.
        form: what is known of how they are written.

    Example:
        >>> cells = pl.Series(["2020-11-07", "20-11-07", "2020/11/07", "2020-11-07T23:30:00Z"])
        >>> read_dates(cells, DateForm()).dates.dt.to_string("%F").to_list()
        ['2020-11-07', None, '2020-11-07', '2020-11-08']
        >>> declared = DateForm(order=DateOrder.DAY_MONTH_YEAR)
        >>> read_dates(pl.Series(["07/11/20"]), declared).dates.dt.to_string("%F").to_list()
        ['2020-11-07']
    """
    if cells.null_count() == cells.len():
        return WrittenDates(cells.cast(pl.Date))
    plain = cells.str.to_date("%Y-%m-%d", strict=False)
    if plain.null_count() == cells.null_count() and _have_four_digits(cells, plain):
        return WrittenDates(plain)
    frame = cells.alias("cell").to_frame()
    ways = [_date(_YEAR_FIRST), *_of_digits()]
    if cells.str.contains(_HAS_NAME).any():
        ways.append(_of_names(short=form.order is DateOrder.DAY_MONTH_YEAR))
    against = _against(frame, form)
    if not against:
        ways += [_date(pattern) for pattern in _ways_of(form)]
    return WrittenDates(frame.select(pl.coalesce(ways)).to_series(), against)


def read_months(cells: pl.Series, form: DateForm) -> WrittenDates:
    """Read a column of months (``2024-03``, ``marzo 2024``, any of its days): their first days."""
    if cells.str.contains(_PLAIN_MONTH).all():
        return WrittenDates((cells + "-01").str.to_date("%Y-%m-%d", strict=False))
    frame = cells.alias("cell").to_frame()
    patterns = {_WHOLE_MONTH: "${1}-${2}-01"} | (
        {_SPANISH_MONTH: "${2}-${1}-01"} if form.day_first else {}
    )
    months = pl.coalesce(
        pl.when(pl.col("cell").str.contains(pattern)).then(
            pl.col("cell").str.replace(pattern, first_day).str.to_date("%Y-%m-%d", strict=False)
        )
        for pattern, first_day in patterns.items()
    )
    name, year = (pl.col("cell").str.extract(_NAMED_MONTH, group) for group in (1, 2))
    number = name.str.to_lowercase().replace_strict(
        _MONTH_OF_NAME, default=None, return_dtype=pl.String
    )
    named = pl.format("{}-{}-01", year, number.str.zfill(2)).str.to_date("%Y-%m-%d", strict=False)
    days = read_dates(cells, form)
    return WrittenDates(
        frame.select(pl.coalesce(months, named))
        .to_series()
        .fill_null(days.dates.dt.truncate("1mo")),
        days.against,
    )


def has_two_digit_year(cell: pl.Expr) -> pl.Expr:
    """Whether a cell is a date but for its year, which has two digits."""
    return cell.str.contains(_TWO_DIGITS)


def _have_four_digits(cells: pl.Series, dates: pl.Series) -> bool:
    early = cells.filter((dates.dt.year() < 1000).fill_null(value=False))
    return early.is_empty() or bool(early.str.contains(_FOUR_DIGITS).all())


def _ways_of(form: DateForm) -> list[str]:
    if form.order is not None:
        return [_DECLARED[form.order]]
    return [_YEAR_LAST] if form.day_first else []


def _against(frame: pl.DataFrame, form: DateForm) -> str:
    """Say which order more of the column's dates have than the one in which they would be read."""
    ways = _ways_of(form)
    if not ways or form.order is DateOrder.YEAR_MONTH_DAY:
        return ""
    first, second = (
        pl.col("cell").str.extract(r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d", place).cast(pl.Int32)
        for place in (1, 2)
    )
    days, months = frame.select(
        ((first > 12) & (second <= 12)).sum().alias("day_first"),
        ((second > 12) & (first <= 12)).sum().alias("month_first"),
    ).row(0)
    if form.order is DateOrder.MONTH_DAY_YEAR:
        return "the column's dates have the day first" if days > months else ""
    return MONTH_FIRST if months > days else ""


def _date(pattern: str) -> pl.Expr:
    part = pl.col("cell").str.extract_groups(pattern).struct.field
    return _of_parts(part, part("year"), part("month"))


def _of_names(*, short: bool) -> pl.Expr:
    """Read dates whose month is a name; years of two digits only where they are ``short``."""
    part = pl.col("cell").str.extract_groups(_NAMED).struct.field
    name = part("name").str.to_lowercase()
    month = name.replace_strict(_MONTH_OF_NAME, default=None, return_dtype=pl.String)
    year = part("year")
    return _of_parts(part, year if short else pl.when(year.str.len_bytes() == 4).then(year), month)


def _of_parts(part: Callable[[str], pl.Expr], year: pl.Expr, month: pl.Expr) -> pl.Expr:
    century = (
        pl.when(year.cast(pl.Int32) < _FIRST_OF_2000S).then(pl.lit("20")).otherwise(pl.lit("19"))
    )
    whole = pl.when(year.str.len_bytes() == 2).then(century + year).otherwise(year)
    day = pl.format("{}-{}-{}", whole, month.str.zfill(2), part("day").str.zfill(2))
    instant = pl.format(
        "{} {}{}{}",
        day,
        part("time"),
        part("second").fill_null(":00"),
        part("zone").str.replace("Z", "+00:00", literal=True),
    ).str.to_datetime("%Y-%m-%d %H:%M:%S%z", strict=False, time_zone="UTC")
    return (
        pl.when(part("zone").is_not_null())
        .then(instant.dt.convert_time_zone(_CLOCK).dt.date())
        .otherwise(day.str.to_date("%Y-%m-%d", strict=False))
    )


def _of_digits() -> list[pl.Expr]:
    cell = pl.col("cell")
    since_1970 = pl.from_epoch(cell.cast(pl.Int64, strict=False), time_unit="ms")
    return [
        pl.when(cell.str.contains(_COMPACT)).then(cell.str.to_date("%Y%m%d", strict=False)),
        pl.when(cell.str.contains(_MILLISECONDS)).then(since_1970.dt.date()),
    ]
