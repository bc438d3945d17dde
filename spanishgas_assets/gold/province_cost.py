"""What energy cost in a province over the window."""

import polars as pl

from spanishgas_assets.gold.trends import by_month, relative_change


def province_cost(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Mean cost of each fuel and trend of the electricity cost, for each province with readings.

    Grain: one row per province_code. Each month of the province counts once, however many
    customers it has, so a customer with missing months sees the same province as its neighbours.
    """
    costs = (
        customer_month.join(customer.select("customer_id", "province_code"), on="customer_id")
        .select("province_code", "month", "elec_energy_cost_eur_kwh", "gas_energy_cost_eur_m3")
        .unique(["province_code", "month"])
    )
    return costs.group_by("province_code").agg(
        province_avg_elec_cost_12m_eur_kwh=by_month("elec_energy_cost_eur_kwh").list.mean(),
        province_avg_gas_cost_12m_eur_m3=by_month("gas_energy_cost_eur_m3").list.mean(),
        province_elec_cost_trend=relative_change(
            pl.col("elec_energy_cost_eur_kwh").sort_by("month")
        ),
    )
