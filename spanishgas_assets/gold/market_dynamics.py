"""Tier beyond the old set: how use, price and contact have lately moved, and the contract's age."""

from datetime import date

import polars as pl

from spanishgas_assets.gold.durations import days_between, months_between
from spanishgas_assets.gold.load_profile import load_profile
from spanishgas_assets.gold.tables import MARKET_DYNAMICS
from spanishgas_assets.gold.trends import by_month, observed, price_moved

_PRICE = ("elec_price_peak_eur_kwh", "elec_price_peak_source")


def market_dynamics(
    customer: pl.LazyFrame, customer_month: pl.LazyFrame, as_of: date
) -> pl.LazyFrame:
    """Use, price, margin, contact and contract features from silver customers and their months.

    Grain: one row per customer_id of ``customer``; without months, counts are 0 and the rest of
    what months say is null. Prices are the observed P1 prices, durations months of 30.4375 days.
    """
    return MARKET_DYNAMICS.arrange(
        customer.join(load_profile(customer, customer_month), on="customer_id", how="left")
        .join(_price_position(customer_month), on="customer_id", how="left")
        .join(_earnings(customer_month), on="customer_id", how="left")
        .with_columns(
            pl.col("is_sharp_elec_use_drop").fill_null(value=False),
            pl.col("loss_streak_months").fill_null(0),
            days_since_price_change=days_between("_last_price_change_date", as_of),
            contract_age_months=months_between("contract_start_date", as_of),
            product_change_into_contract_months=months_between(
                "contract_start_date", "last_product_change_date"
            ),
        )
    )


def _price_position(customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Each customer's last price against the market of its month, and the last move of it.

    The market is the median of all observed prices of the month, whatever the segment.
    """
    seen = customer_month.filter(pl.col(_PRICE[1]) == "observed")
    market = seen.group_by("month").agg(_market_price=pl.col(_PRICE[0]).median())
    prices = observed(*_PRICE)
    moved = price_moved(prices)
    last = seen.group_by("customer_id").agg(
        month=pl.col("month").max(),
        _last_price=prices.last(),
        last_price_change=(prices / prices.shift(1) - 1).filter(moved).last(),
        _last_price_change_date=observed("pricing_date", _PRICE[1]).filter(moved).last(),
    )
    return last.join(market, on="month").select(
        "customer_id",
        "last_price_change",
        "_last_price_change_date",
        elec_price_vs_market=pl.col("_last_price") / pl.col("_market_price") - 1,
    )


def _earnings(customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Margin of a kWh over the window, and the losses in a row that end with the newest month."""
    energy = by_month("elec_kwh").list.sum()
    newest_first = (pl.col("total_margin_eur") < 0).sort_by("month", descending=True)
    return customer_month.group_by("customer_id").agg(
        elec_margin_eur_kwh=pl.when(energy > 0).then(
            by_month("elec_margin_eur").list.sum() / energy
        ),
        loss_streak_months=newest_first.cast(pl.Int64).cum_min().sum(),
    )
