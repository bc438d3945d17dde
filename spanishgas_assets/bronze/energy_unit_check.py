"""Is the electricity of a month in kWh? The contracted power tells, and the month before.

A factor of a thousand shows against the power. One of four, as of powers in kW that are given for
each quarter of an hour and summed like kWh, is within what supplies use. It shows where it begins
or ends: for all customers here, for those whose meters were changed in ``finer_readings_check``.
Where it is always there, only a median that is high for the power can tell. What is found is told
with the likely unit; nothing is converted.
"""

import math

import polars as pl

from spanishgas_assets.bronze.unit_checks import UNITS, Expected
from spanishgas_assets.tables.table_checks import Finding

#: Share of the contracted power that is used on average.
_LOAD = Expected(
    0.05,
    0.001,
    0.25,
    "",
    {
        "Wh for kWh": 1000,
        "kW of each quarter of an hour for kWh": 4,
        "MWh for kWh, or W for kW": 0.001,
    },
)
#: What use is times that of the month before if a unit is another, and why.
_CHANGES = {
    "Wh for kWh": 1000.0,
    "kW of each quarter of an hour for kWh": 4.0,
    "a quarter of each hour alone, or the month before in kW": 0.25,
    "MWh for kWh": 0.001,
}
#: No season changes the use of the median customer this much from a month to the next.
MOST_MONTHLY_CHANGE = 2.5
#: Share of customers whose use may rise at once a thousandfold, give or take a factor of three.
MOST_A_THOUSANDFOLD = 0.01
_THOUSANDFOLD = (1000 / 3, 3000.0)
#: A month with less than this part of the customer's usual energy is one in which a house filled or
#: emptied: an hour of a month is no use to compare with.
_PART_OF_USUAL = 0.1
#: Customers with energy in both months, so that shares say something.
_LEAST_CUSTOMERS = 50

ENERGY_CHECK = {
    UNITS: (
        "Each month's median use is that of kWh on the contracted power in kW (at most "
        f"{_LOAD.high:.0%} of it) and within a factor of {MOST_MONTHLY_CHANGE} of the month "
        f"before; at most {MOST_A_THOUSANDFOLD:.0%} of the customers use a thousand times as "
        "much at once."
    )
}


def energy_units_finding(months: pl.LazyFrame, customers: pl.LazyFrame) -> Finding:
    """Hold the electricity of each month against the contracted power and the month before.

    Args:
        months: customer_id, month, elec_kwh and hours_seen.
        customers: customer_id and contracted_power_kw.
    """
    used = (
        months.filter(pl.col("elec_kwh") > 0)
        .join(customers.select("customer_id", "contracted_power_kw"), on="customer_id")
        .select(
            "customer_id",
            "month",
            (pl.col("elec_kwh") / pl.col("hours_seen")).alias("kw"),
            "contracted_power_kw",
        )
        .collect()
    )
    loads, changes = _loads(used), _changes(used)
    faults = [*loads, *changes]
    return Finding(
        UNITS,
        not faults,
        "; ".join(faults) or "use is that of the contracted power in every month",
        {"months_in_another_unit": len(loads), "changes_of_unit": len(changes)},
    )


def _loads(used: pl.DataFrame) -> list[str]:
    """Name the months whose median supply uses more or less of its power than supplies do."""
    load = (pl.col("kw") / pl.col("contracted_power_kw")).median().alias("load")
    by_month = used.group_by("month").agg(load).sort("month")
    odd = by_month.filter(~pl.col("load").is_between(_LOAD.low, _LOAD.high))
    return [
        f"{month:%Y-%m}: the median supply uses {load:.3g} of its power, "
        f"{_LOAD.likely(load / _LOAD.median)}"
        for month, load in odd.iter_rows()
    ]


def _changes(used: pl.DataFrame) -> list[str]:
    """Name the months in which use changes at once by a factor that a unit explains."""
    middle = pl.col("kw").quantile(0.5, interpolation="lower").over("customer_id")
    usual = (pl.col("kw") >= _PART_OF_USUAL * middle).alias("usual_before")
    times = (
        used.with_columns(usual, pl.col("month").dt.offset_by("1mo"))
        .rename({"kw": "before"})
        .join(used, on=["customer_id", "month"])
        .select("month", "usual_before", (pl.col("kw") / pl.col("before")).alias("times"))
    )
    told = []
    for (month,), frame in times.sort("month").group_by("month", maintain_order=True):
        median = frame["times"].median()
        if frame.height >= _LEAST_CUSTOMERS and isinstance(median, float):
            said = _of_all(median) or _of_some(frame.filter("usual_before")["times"])
            told += [f"{month:%Y-%m}: {said}"] if said else []
    return told


def _of_all(median: float) -> str:
    if 1 / MOST_MONTHLY_CHANGE <= median <= MOST_MONTHLY_CHANGE:
        return ""
    why = min(_CHANGES, key=lambda name: abs(math.log(median / _CHANGES[name])))
    return (
        f"the median customer uses {median:.3g} times what it did the month before, likely {why}, "
        f"a factor of {_CHANGES[why]:,.6g}"
    )


def _of_some(change: pl.Series) -> str:
    some = int(change.is_between(*_THOUSANDFOLD).sum())
    if some <= MOST_A_THOUSANDFOLD * change.len():
        return ""
    return (
        f"{some:,} of {change.len():,} customers use about 1,000 times what they did the month "
        "before, likely Wh for kWh"
    )
