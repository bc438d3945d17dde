"""Price history to customer-months."""

import polars as pl

#: Variable prices of the source and ours; a zero in the source means "no price given".
_VARIABLE = {
    "variable_price_tier1_eur_kwh": "elec_price_peak_eur_kwh",
    "variable_price_tier2_eur_kwh": "elec_price_standard_eur_kwh",
    "variable_price_tier3_eur_kwh": "elec_price_offpeak_eur_kwh",
    "gas_variable_price_eur_m3": "gas_price_eur_m3",
}
_FIXED = (
    "elec_fixed_fee_eur_month",
    "elec_fixed_cost_eur_month",
    "gas_fixed_revenue_eur_year",
    "gas_fixed_cost_eur_year",
)


def price_months(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Give each price row its month and read zero variable prices as missing.

    One row per row of price_history.csv; fixed parts stay as they are, also at zero
    (docs/domain.md#prices).

    Example:
        A tier-3 price of zero was not given; a fixed cost of zero is zero.

        >>> from datetime import date
        >>> row = {
        ...     "customer_id": "C00001",
        ...     "pricing_date": date(2024, 3, 15),
        ...     "variable_price_tier1_eur_kwh": 0.2,
        ...     "variable_price_tier2_eur_kwh": 0.15,
        ...     "variable_price_tier3_eur_kwh": 0.0,
        ...     "gas_variable_price_eur_m3": 0.9,
        ...     **dict.fromkeys(_FIXED, 0.0),
        ... }
        >>> months = price_months(pl.LazyFrame([row]))
        >>> months.select(
        ...     "month", "elec_price_peak_eur_kwh", "elec_price_offpeak_eur_kwh"
        ... ).collect().rows()
        [(datetime.date(2024, 3, 1), 0.2, None)]
        >>> months.select("elec_fixed_cost_eur_month").collect().item()
        0.0
    """
    return rows.select(
        "customer_id",
        pl.col("pricing_date").dt.truncate("1mo").alias("month"),
        "pricing_date",
        *(
            pl.when(pl.col(source) != 0).then(pl.col(source)).alias(name)
            for source, name in _VARIABLE.items()
        ),
        *_FIXED,
    )


def zero_prices(rows: pl.DataFrame) -> int:
    """Count the variable electricity prices that are zero, which is read as "not given"."""
    electricity = [name for name in _VARIABLE if name.startswith("variable")]
    return int(rows.select(pl.sum_horizontal((pl.col(electricity) == 0).sum())).item())
