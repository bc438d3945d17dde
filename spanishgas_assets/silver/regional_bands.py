"""The three bands of electricity by the hours of the customer's own zone."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from spanishgas_assets.silver.ordered_join import ordered_join
from spanishgas_assets.tariffs.period_rules import SMALL_TARIFF
from spanishgas_assets.tariffs.periods import BANDS, BLOCKS, block_periods, zone_of

#: Period of each block, in the order of ``BLOCKS``.
_Hours = tuple[int, ...]
_MAINLAND = "peninsula"


def with_regional_bands(window: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Add the bands P1, P2 and P3 of each customer-month, summed from its blocks of hours, kWh.

    ``window`` holds bronze customer-months, ``customer`` the silver customers. Grain: one row per
    (customer_id, month), as the window came in; null for customers who are not in ``customer``.
    The bands are the 2.0TD periods of every supply, also above 15 kW, because prices are by band
    (the periods of the own tariff are in bronze/tariff_month). Source: docs/spain.md#20td-periods.
    """
    months = window.select("month").unique().collect()["month"].to_list()
    hours = _hours_of(months)
    mainland = {hours[_MAINLAND, month] for month in months}
    zones = customer.select("customer_id", zone_of(pl.col("province_code")).alias("_zone"))
    return (
        ordered_join(window, zones, ["customer_id"])
        .with_columns(
            pl.coalesce(
                *(
                    pl.when(_applies(own, hours)).then(
                        _sum_of(own, number, mainland=own in mainland)
                    )
                    for own in sorted(set(hours.values()))
                ),
                pl.lit(None, pl.Float64),
            ).alias(f"elec_{band}_kwh")
            for number, band in enumerate(BANDS, start=1)
        )
        .drop("_zone")
    )


def _hours_of(months: Sequence[date]) -> dict[tuple[str, date], _Hours]:
    """Return the 2.0TD period of every block by zone and month."""
    periods = block_periods(months).filter(tariff=SMALL_TARIFF)
    return {
        (zone, month): tuple(dict(rows.select("block", "period").iter_rows())[b] for b in BLOCKS)
        for (zone, month), rows in periods.partition_by("zone", "month", as_dict=True).items()
    }


def _applies(own: _Hours, hours: Mapping[tuple[str, date], _Hours]) -> pl.Expr:
    by_zone: dict[str, list[date]] = {}
    for (zone, month), theirs in hours.items():
        if theirs == own:
            by_zone.setdefault(zone, []).append(month)
    return pl.any_horizontal(
        (pl.col("_zone") == zone) & pl.col("month").is_in(months)
        for zone, months in by_zone.items()
    )


def _sum_of(own: _Hours, number: int, *, mainland: bool) -> pl.Expr:
    period_of = dict(zip(BLOCKS, own, strict=True))
    if mainland:
        return pl.sum_horizontal(f"elec_{b}_kwh" for b in BLOCKS if period_of[b] == number)
    # The order of a float sum shows in its last digit. Stored snapshots have these zones summed as
    # a list of all blocks by name, as in bronze/tariff_month, and stay comparable to the bit.
    return pl.concat_list(
        f"elec_{b}_kwh" if period_of[b] == number else pl.lit(0.0) for b in sorted(BLOCKS)
    ).list.sum()
