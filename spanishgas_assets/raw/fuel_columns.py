"""The columns of both fuels in a file of readings, of which it may lack one.

Who is supplied with one fuel alone may leave the other's column out. A column of another name that
may hold it is no such case: the file is refused like any with a renamed column.
"""

import polars as pl

from spanishgas_assets.raw.estimate_marks import ESTIMATED

ELEC, GAS = "consumption_elec_kwh", "consumption_gas_m3"
_KNOWN = ("customer_id", "timestamp", ELEC, GAS, ESTIMATED)
#: Parts of the names under which a fuel's column may go, whichever it is.
_NAMES = r"(?i)gas|m3|m³|elec|eléc|luz|kwh|consum|energ|lectura|reading|valor|value"
_NUMBER = r"^\s*[-+]?[\d.,]+(?:[eE][-+]?\d+)?\s*$"
_SNIFFED_ROWS = 1000


def with_both_fuels(rows: pl.LazyFrame, *, text: bool) -> pl.LazyFrame:
    """Add an empty column for the fuel that a file says nothing of; others stay as they are.

    Args:
        rows: the rows of a file, columns of the source.
        text: whether all its columns are text.
    """
    found = rows.collect_schema().names()
    lacking = [name for name in (ELEC, GAS) if name not in found]
    if len(lacking) != 1 or any(_may_be_a_fuel(rows, name) for name in found if name not in _KNOWN):
        return rows
    kind = pl.String() if text else pl.Float64()
    return rows.with_columns(pl.lit(None, kind).alias(lacking[0]))


def _may_be_a_fuel(rows: pl.LazyFrame, name: str) -> bool:
    """Whether an unknown column is named like one, or holds numbers."""
    if pl.select(pl.lit(name).str.contains(_NAMES)).item():
        return True
    kind = rows.collect_schema()[name]
    if kind != pl.String:
        return kind.is_numeric()
    first = rows.select(name).head(_SNIFFED_ROWS).collect()[name].drop_nulls()
    return bool(first.len()) and bool(first.str.contains(_NUMBER).all())
