"""How a snapshot's features look: their distributions, their nulls, what they tell of the label."""

import polars as pl

from spanishgas_assets.charts.inline import named_bar_picture, panel_picture
from spanishgas_assets.tables.contracts import Table

#: Bars of a number's panel, from its 1st to its 99th percentile: tails are long here.
_BARS = 12
_SHOWN_ASSOCIATIONS = 12


def distribution_picture(table: Table, rows: pl.DataFrame) -> str:
    """Draw each column but the key: a number from its 1st to its 99th percentile, else by value."""
    panels = {name: _bars(rows[name]) for name in table.columns if name not in table.grain}
    return panel_picture(f"{table.name}, {rows.height:,} customers", panels)


def null_picture(rows: pl.DataFrame) -> str:
    """Draw the share of nulls of each column that has some, the highest first."""
    counted = {name: rows[name].null_count() for name in rows.columns}
    ordered = sorted(counted, key=lambda name: (-counted[name], name))
    shares = {name: counted[name] / rows.height for name in ordered if counted[name]}
    return named_bar_picture("Share of nulls", shares)


def association_picture(information: pl.DataFrame) -> str:
    """Draw the features that tell most of the label, from ``label_information``."""
    top = information.head(_SHOWN_ASSOCIATIONS)
    shares = dict(zip(top["feature"], top["information"], strict=True))
    return named_bar_picture("Share of the label's entropy that one feature explains", shares)


def _bars(values: pl.Series) -> list[float]:
    known = values.drop_nulls()
    if known.is_empty():
        return []
    if known.dtype.is_numeric() and known.n_unique() > _BARS:
        low, high = known.quantile(0.01), known.quantile(0.99)
        inside = known.filter(known.is_between(low, high)).cast(pl.Float64)
        return [float(count) for count in inside.hist(bin_count=_BARS)["count"]]
    counted = known.value_counts(name="customers").sort(known.name)
    return [float(count) for count in counted["customers"]]
