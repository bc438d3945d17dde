"""Do columns agree with each other? Units by their medians, and dates by their order.

A value that no supply can have is set aside where it is read. Here are values that could each be
right, and together cannot: a month of Wh, prices in cents, powers in W. What is found is reported
with the unit that would explain it; nothing is converted.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.tables.table_checks import Finding

#: The name of the check of units.
UNITS = "plausible_units"
_ORDER = "date_order"

#: A month's median this many times the year's, or as small a part of it, is another unit.
MOST_CHANGE = 5
#: A price this many times the year's median is one in another unit.
MOST_ABOVE_MEDIAN = 10
#: A household with more power than this has it in another unit; above 15 kW there are hardly any.
MOST_HOUSEHOLD_KW = 100
#: Share of customers whose dates may contradict each other without a warning.
MOST_OUT_OF_ORDER = 0.01

UNIT_CHECK = {
    UNITS: (
        "The month's median prices are those of EUR, within a factor of "
        f"{MOST_CHANGE} of the year's, and none is over {MOST_ABOVE_MEDIAN} times it."
    )
}
CUSTOMER_CHECKS = {
    UNITS: f"No household has more than {MOST_HOUSEHOLD_KW} kW.",
    _ORDER: (
        "No customer's contract starts, changes or renews before the first activation; "
        f"{MOST_OUT_OF_ORDER:.0%} may."
    ),
}


@dataclass(frozen=True)
class Expected:
    """What the median of a column is to be, and the units that would make it another.

    Attributes:
        median: an ordinary one.
        low, high: the least and greatest that its unit explains.
        unit: its unit.
        others: other units, and what a value in them is times a value in the right one.
    """

    median: float
    low: float
    high: float
    unit: str
    others: Mapping[str, float] = field(default_factory=dict)

    def likely(self, times: float) -> str:
        """Name the unit in which values would be so many times what they should be."""
        name = min(self.others, key=lambda other: abs(math.log(times / self.others[other])))
        return f"likely {name}, a factor of {self.others[name]:,.6g}"


_PER_KWH = {"cents/kWh": 100, "EUR/MWh": 1000, "EUR/Wh": 0.001}
_PER_M3 = {"cents/m3": 100, "EUR per 1,000 m3": 1000, "EUR/kWh": 0.09, "EUR/l": 0.001}
_ELEC_PRICE = Expected(0.15, 0.02, 1.0, "EUR/kWh", _PER_KWH)
_GAS_PRICE = Expected(0.8, 0.2, 4.0, "EUR/m3", _PER_M3)

#: The columns of each table that have a price.
PRICE_UNITS = {
    "elec_price_peak_eur_kwh": _ELEC_PRICE,
    "elec_price_standard_eur_kwh": _ELEC_PRICE,
    "elec_price_offpeak_eur_kwh": _ELEC_PRICE,
    "gas_price_eur_m3": _GAS_PRICE,
}
COST_UNITS = {
    # In the spring of 2024 a month of the market cost 0.014 EUR/kWh.
    "elec_energy_cost_eur_kwh": Expected(0.08, 0.003, 1.0, "EUR/kWh", _PER_KWH),
    "gas_energy_cost_eur_m3": Expected(0.7, 0.15, 4.0, "EUR/m3", _PER_M3),
}


def price_units_finding(
    rows: pl.DataFrame, partition: str, expected: Mapping[str, Expected]
) -> Finding:
    """Hold a month's prices against what they are to be, and against the year's.

    Args:
        rows: month and prices, of all months of the file.
        partition: the month to be judged (``2024-03-01``).
        expected: the prices' columns.
    """
    start = month_start(partition)
    year = rows.filter(pl.col("month").dt.year() == start.year)
    month = rows.filter(pl.col("month") == start)
    faults, medians = [], {}
    for name, spec in expected.items():
        now, whole = (frame[name].filter(frame[name] > 0).median() for frame in (month, year))
        if not isinstance(now, float) or not isinstance(whole, float):
            continue
        medians[name] = now
        if not spec.low <= now <= spec.high:
            faults.append(f"{name}: median {now:.4g} {spec.unit}, {spec.likely(now / spec.median)}")
        elif not 1 / MOST_CHANGE <= now / whole <= MOST_CHANGE:
            said = f"{name}: median {now:.4g} {spec.unit}, {now / whole:.3g} times the year's"
            faults.append(f"{said}, {spec.likely(now / whole)}")
        far = month.filter(pl.col(name) > MOST_ABOVE_MEDIAN * min(now, whole))[name]
        if far.len():
            said = f"{name}: {far.len():,} of {month.height:,} rows over {MOST_ABOVE_MEDIAN} times"
            highest = float(far.max())  # type: ignore[arg-type]  # a number, for there are rows
            faults.append(f"{said} the median, up to {highest:.4g}, {spec.likely(highest / now)}")
    return Finding(UNITS, not faults, "; ".join(faults) or "as the contract says", medians)


def power_finding(customers: pl.DataFrame) -> Finding:
    """Report households whose contracted power is none of a household."""
    households = customers.filter(~pl.col("is_industrial"))
    high = households.filter(pl.col("contracted_power_kw") > MOST_HOUSEHOLD_KW)
    return Finding(
        UNITS,
        high.is_empty(),
        f"contracted_power_kw: {high.height:,} of {households.height:,} households have more than "
        f"{MOST_HOUSEHOLD_KW} kW, likely W, a factor of 1,000"
        if high.height
        else "no household has more power than a household",
        {"households_above": high.height},
    )


def order_finding(customers: pl.DataFrame) -> Finding:
    """Report customers with a date before the first activation."""
    first = pl.col("customer_first_activation_date")
    later = ("contract_start_date", "last_product_change_date", "next_renewal_date")
    early = {name: customers.filter(pl.col(name) < first).height for name in later}
    wrong = customers.filter(pl.any_horizontal(pl.col(name) < first for name in later)).height
    share = wrong / customers.height if customers.height else 0.0
    told = ", ".join(f"{name} {count:,}" for name, count in early.items() if count)
    return Finding(
        _ORDER,
        share <= MOST_OUT_OF_ORDER,
        f"{wrong:,} of {customers.height:,} customers have a date before the first activation"
        + (f" ({told})" if told else ""),
        {"customers_out_of_order": wrong},
    )
