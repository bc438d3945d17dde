"""How the gold tiers count days and months between two dates."""

from datetime import date

import polars as pl

#: Length of a month as a duration: a twelfth of a mean year of 365.25 days.
DAYS_PER_MONTH = 365.25 / 12

#: Days are multiplied into months: Polars divides most rows of a column by multiplying with the
#: reciprocal and the last few truly, so a quotient's last bit depends on how many rows there are.
MONTHS_PER_DAY = 1 / DAYS_PER_MONTH


def days_between(start: str | date, end: str | date) -> pl.Expr:
    """Whole days from start to end, negative if end comes first; a string names a column."""
    return (_day(end) - _day(start)).dt.total_days()


def months_between(start: str | date, end: str | date) -> pl.Expr:
    """``days_between`` in months of ``DAYS_PER_MONTH`` days, not rounded.

    Example:
        >>> contracts = pl.DataFrame({"next_renewal_date": [date(2025, 4, 7), date(2024, 12, 7)]})
        >>> months = months_between(date(2025, 1, 6), "next_renewal_date").round(2)
        >>> contracts.select(months).to_series().to_list()
        [2.99, -0.99]
    """
    return days_between(start, end) * MONTHS_PER_DAY


def _day(day: str | date) -> pl.Expr:
    return pl.col(day) if isinstance(day, str) else pl.lit(day)
