"""Dates as people and systems write them, read a column at a time.

A year has four digits: of ``07/11/20`` nobody can say which part is the year. Where the day stands
before the month (``07/11/2020``, in semicolon-separated files only), the column has to agree: if
more of its dates have the month first, none of them is read.
"""

from dataclasses import dataclass

import polars as pl

#: The clock by which an instant has its date.
_CLOCK = "Europe/Madrid"
_TIME = (
    r"(?:[T ](?P<time>\d{1,2}:\d{2})(?P<second>:\d{2})?(?:\.\d+)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}$"
_YEAR_LAST = rf"^(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}){_TIME}$"
_WHOLE_MONTH = r"^(\d{4})[-/]?(\d{2})$"
_SPANISH_MONTH = r"^(\d{2})/(\d{4})$"
#: ``20241025``, and milliseconds since 1970 of this century, which pandas writes in JSON.
_COMPACT, _MILLISECONDS = r"^\d{8}$", r"^1\d{12}$"
#: What ``to_date`` does not ask for.
_FOUR_DIGITS = r"^\d{4}\D"
_TWO_DIGITS = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}$"


@dataclass(frozen=True)
class WrittenDates:
    """A column's dates, null where none can be read, and why not.

    Attributes:
        dates: the dates.
        month_first: whether the column's dates have the month before the day.
    """

    dates: pl.Series
    month_first: bool = False


def read_dates(cells: pl.Series, *, day_first: bool) -> WrittenDates:
    """Read a column of dates; a time of day is left out, and one with a zone read in Spain.

    Args:
        cells: text without surrounding spaces; null where a cell is empty.
        day_first: whether ``31/01/2024`` is legal besides ``2024-01-31``.

    Example:
        >>> cells = pl.Series(["2020-11-07", "20-11-07", "2020/11/07", "2020-11-07T23:30:00Z"])
        >>> read_dates(cells, day_first=False).dates.dt.to_string("%F").to_list()
        ['2020-11-07', None, '2020-11-07', '2020-11-08']
    """
    plain = cells.str.to_date("%Y-%m-%d", strict=False)
    if plain.null_count() == cells.null_count() and _have_four_digits(cells, plain):
        return WrittenDates(plain)
    frame = cells.alias("cell").to_frame()
    dates = frame.select(pl.coalesce(_date(_YEAR_FIRST), *_of_digits())).to_series()
    if not day_first:
        return WrittenDates(dates)
    month_first = _month_comes_first(frame)
    if not month_first:
        dates = dates.fill_null(frame.select(_date(_YEAR_LAST)).to_series())
    return WrittenDates(dates, month_first)


def read_months(cells: pl.Series, *, day_first: bool) -> WrittenDates:
    """Read a column of months (``2024-03``, or any of its days); returns their first days."""
    frame = cells.alias("cell").to_frame()
    patterns = {_WHOLE_MONTH: "${1}-${2}-01"} | (
        {_SPANISH_MONTH: "${2}-${1}-01"} if day_first else {}
    )
    months = pl.coalesce(
        pl.when(pl.col("cell").str.contains(pattern)).then(
            pl.col("cell").str.replace(pattern, first_day).str.to_date("%Y-%m-%d", strict=False)
        )
        for pattern, first_day in patterns.items()
    )
    days = read_dates(cells, day_first=day_first)
    return WrittenDates(
        frame.select(months).to_series().fill_null(days.dates.dt.truncate("1mo")), days.month_first
    )


def has_two_digit_year(cell: pl.Expr) -> pl.Expr:
    """Whether a cell is a date but for its year, which has two digits."""
    return cell.str.contains(_TWO_DIGITS)


def _have_four_digits(cells: pl.Series, dates: pl.Series) -> bool:
    early = cells.filter((dates.dt.year() < 1000).fill_null(value=False))
    return early.is_empty() or bool(early.str.contains(_FOUR_DIGITS).all())


def _date(pattern: str) -> pl.Expr:
    part = pl.col("cell").str.extract_groups(pattern).struct.field
    day = pl.format("{}-{}-{}", part("year"), part("month").str.zfill(2), part("day").str.zfill(2))
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


def _month_comes_first(frame: pl.DataFrame) -> bool:
    """Whether more dates of the column can only be read with the month first than the day."""
    part = pl.col("cell").str.extract_groups(_YEAR_LAST).struct.field
    first, second = (part(name).cast(pl.Int32, strict=False) for name in ("day", "month"))
    votes = frame.select(
        ((first > 12) & (second <= 12)).sum().alias("day_first"),
        ((second > 12) & (first <= 12)).sum().alias("month_first"),
    ).row(0, named=True)
    return bool(votes["month_first"] > votes["day_first"])
