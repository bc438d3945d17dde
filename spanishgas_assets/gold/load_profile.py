"""When in the year and in the day a customer uses energy, and whether that has lately changed."""

import polars as pl

from spanishgas_assets.gold.trends import by_month

#: Meteorological winter.
WINTER_MONTHS = (12, 1, 2)

#: Months at the end of the window that count as recent.
RECENT_MONTHS = 3

#: A customer whose recent use is below this share of what the season says has dropped sharply.
SHARP_DROP = 0.5

_FULL_YEAR = 12


def load_profile(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Trend, seasonality, period and weekend shares, from silver customers and their months.

    Grain: one row per customer_id of ``customer_month``. Shares in 0..1. What speaks of a year is
    null unless all twelve months have readings; shares are null where nothing was used.
    """
    full_year = pl.len() == _FULL_YEAR
    patterns = customer_month.group_by("customer_id").agg(
        elec_use_trend=_trend("elec_kwh"),
        elec_winter_share=_share("elec_kwh", _winter(), full_year),
        gas_winter_share=_share("gas_m3", _winter(), full_year),
        elec_peak_share=_part_of_use("elec_peak_kwh"),
        elec_offpeak_share=_part_of_use("elec_offpeak_kwh"),
        elec_weekend_share=_part_of_use("elec_weekend_kwh"),
        _recent_share=_share("elec_kwh", _recent(), full_year),
    )
    usual = pl.col("_recent_share").median().over("segment")
    return (
        patterns.join(customer.select("customer_id", "segment"), on="customer_id")
        .with_columns(
            elec_recent_use_vs_season=pl.when(usual > 0).then(pl.col("_recent_share") / usual)
        )
        .with_columns(
            is_sharp_elec_use_drop=(pl.col("elec_recent_use_vs_season") < SHARP_DROP).fill_null(
                value=False
            )
        )
        .drop("segment", "_recent_share")
    )


def _trend(column: str) -> pl.Expr:
    """Least-squares slope over the months, per month, as a share of the mean month."""
    number = pl.col("month").dt.year().cast(pl.Int64) * 12 + pl.col("month").dt.month()
    offset = number - number.mean()
    mean = by_month(column).list.mean()
    slope = by_month(offset * pl.col(column)).list.sum() / by_month(offset**2).list.sum()
    return pl.when((pl.len() > 1) & (mean > 0)).then(slope / mean)


def _part_of_use(column: str) -> pl.Expr:
    """Share of the window's electricity that a column holds; clipped, as sums are rounded."""
    total = by_month("elec_kwh").list.sum()
    return pl.when(total > 0).then((by_month(column).list.sum() / total).clip(0, 1))


def _share(column: str, chosen: pl.Expr, full_year: pl.Expr) -> pl.Expr:
    """Share of the year's use that falls in the chosen months; clipped, as sums are rounded."""
    part = by_month(pl.when(chosen).then(pl.col(column)).otherwise(0.0)).list.sum()
    total = by_month(column).list.sum()
    return pl.when(full_year & (total > 0)).then((part / total).clip(0, 1))


def _winter() -> pl.Expr:
    return pl.col("month").dt.month().is_in(WINTER_MONTHS)


def _recent() -> pl.Expr:
    return pl.col("month").rank("ordinal", descending=True) <= RECENT_MONTHS
