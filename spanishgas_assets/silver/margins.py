"""Revenue, cost and margin of a customer-month. Nothing else in the platform computes them."""

import polars as pl

from spanishgas_assets.tariffs.periods import BANDS


def monthly_margin(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Revenue, cost and margin of each fuel per customer and month (docs/domain.md#margins).

    Grain: one row per (customer_id, month), as it came in, with imputed prices and the province's
    costs. Amounts in EUR without VAT; a missing part counts as zero. The source has one toll per
    province and month, so the three periods of electricity pay the same toll per kWh.

    A customer without gas in the window has null fixed parts of gas here, hence no gas revenue and
    no gas cost: ``impute_prices`` decides who has them.

    Example:
        30 x 0.20 + 30 x 0.15 + 40 x 0.10 + 10 EUR of revenue, 100 x (0.08 + 0.02) + 6 of cost.

        >>> month = pl.LazyFrame(
        ...     {
        ...         "elec_kwh": [100.0], "gas_m3": [0.0],
        ...         "elec_peak_kwh": [30.0], "elec_price_peak_eur_kwh": [0.20],
        ...         "elec_standard_kwh": [30.0], "elec_price_standard_eur_kwh": [0.15],
        ...         "elec_offpeak_kwh": [40.0], "elec_price_offpeak_eur_kwh": [0.10],
        ...         "elec_fixed_fee_eur_month": [10.0], "elec_fixed_cost_eur_month": [6.0],
        ...         "elec_energy_cost_eur_kwh": [0.08], "elec_toll_eur_kwh": [0.02],
        ...         "gas_price_eur_m3": [None], "gas_energy_cost_eur_m3": [0.75],
        ...         "gas_fixed_revenue_eur_month": [None], "gas_fixed_cost_eur_month": [None],
        ...     }
        ... )
        >>> amounts = ["elec_revenue_eur", "elec_cost_eur", "gas_margin_eur", "total_margin_eur"]
        >>> monthly_margin(month).select(pl.col(amounts).round(2)).collect().row(0)
        (24.5, 16.0, 0.0, 8.5)
    """
    elec_sales = (
        pl.col(f"elec_{band}_kwh") * pl.col(f"elec_price_{band}_eur_kwh") for band in BANDS
    )
    return (
        frame.with_columns(
            elec_variable_revenue_eur=pl.sum_horizontal(*elec_sales),
            elec_energy_cost_eur=_amount("elec_kwh", "elec_energy_cost_eur_kwh"),
            elec_toll_cost_eur=_amount("elec_kwh", "elec_toll_eur_kwh"),
            gas_variable_revenue_eur=_amount("gas_m3", "gas_price_eur_m3"),
            gas_energy_cost_eur=_amount("gas_m3", "gas_energy_cost_eur_m3"),
        )
        .with_columns(
            elec_revenue_eur=pl.sum_horizontal(
                "elec_variable_revenue_eur", "elec_fixed_fee_eur_month"
            ),
            elec_cost_eur=pl.sum_horizontal(
                "elec_energy_cost_eur", "elec_toll_cost_eur", "elec_fixed_cost_eur_month"
            ),
            gas_revenue_eur=pl.sum_horizontal(
                "gas_variable_revenue_eur", "gas_fixed_revenue_eur_month"
            ),
            gas_cost_eur=pl.sum_horizontal("gas_energy_cost_eur", "gas_fixed_cost_eur_month"),
        )
        .with_columns(
            elec_margin_eur=pl.col("elec_revenue_eur") - pl.col("elec_cost_eur"),
            gas_margin_eur=pl.col("gas_revenue_eur") - pl.col("gas_cost_eur"),
            total_revenue_eur=pl.col("elec_revenue_eur") + pl.col("gas_revenue_eur"),
        )
        .with_columns(total_margin_eur=pl.col("elec_margin_eur") + pl.col("gas_margin_eur"))
    )


def _amount(quantity: str, rate: str) -> pl.Expr:
    return (pl.col(quantity) * pl.col(rate)).fill_null(0.0)
