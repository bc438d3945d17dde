"""Tier 1A: where the customer stands in the contract, and the structure of the supply."""

from datetime import date

import polars as pl

from spanishgas_assets.gold.durations import months_between
from spanishgas_assets.gold.tables import LIFECYCLE, RENEWAL_BUCKETS, TENURE_BUCKETS

#: Upper edges of all buckets but the last, which has none; an edge belongs to the bucket it ends.
RENEWAL_EDGES = [0, 3, 6, 12]
TENURE_EDGES = [6, 12, 24, 60]

NEAR_RENEWAL_MONTHS = 3


def lifecycle(customer: pl.LazyFrame, customer_month: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Contract, tenure and structure features from silver customers and their months.

    Grain: one row per customer_id of ``customer``; without months it is single fuel. Durations in
    months of 30.4375 days (docs/domain.md#lifecycle-tier).

    Example:
        >>> customer = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001"], "segment": ["SME"], "sales_channel": ["Own Website"],
        ...         "customer_first_activation_date": [date(2022, 1, 6)],
        ...         "next_renewal_date": [date(2025, 3, 1)],
        ...         "is_high_competition_province": [True], "is_second_residence": [None],
        ...     },
        ...     schema_overrides={"is_second_residence": pl.Boolean},
        ... )
        >>> months = pl.LazyFrame({"customer_id": ["C00001"], "elec_kwh": [90.0], "gas_m3": [4.0]})
        >>> features = lifecycle(customer, months, as_of=date(2025, 1, 6)).collect()
        >>> features.select("renewal_bucket", "tenure_bucket", "portfolio_type").row(0)
        ('0-3m', '2-5y', 'SME_DualFuel')
    """
    channel = pl.col("sales_channel")
    return LIFECYCLE.arrange(
        customer.join(_dual_fuel(customer_month), on="customer_id", how="left")
        .with_columns(
            pl.col("is_dual_fuel").fill_null(value=False),
            months_to_renewal=months_between(as_of, "next_renewal_date"),
            tenure_months=months_between("customer_first_activation_date", as_of),
        )
        .with_columns(
            *contract_stage(),
            portfolio_type=pl.concat_str(
                "segment",
                pl.when("is_dual_fuel").then(pl.lit("DualFuel")).otherwise(pl.lit("SingleFuel")),
                separator="_",
            ),
            is_digital_channel=channel.is_in(["Comparison Website", "Own Website"]),
            is_comparison_channel=channel == "Comparison Website",
            is_own_website_channel=channel == "Own Website",
        )
    )


def contract_stage() -> list[pl.Expr]:
    """Say where in the contract a customer stands, from months_to_renewal and tenure_months."""
    return [
        _bucket("months_to_renewal", RENEWAL_EDGES, RENEWAL_BUCKETS).alias("renewal_bucket"),
        _bucket("tenure_months", TENURE_EDGES, TENURE_BUCKETS).alias("tenure_bucket"),
        pl.col("months_to_renewal")
        .is_between(0, NEAR_RENEWAL_MONTHS)
        .alias("is_within_3m_of_renewal"),
        (pl.col("months_to_renewal") <= 0).alias("is_expired_contract"),
    ]


def _dual_fuel(customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Whether each customer with months used both fuels, not necessarily in the same month."""
    return customer_month.group_by("customer_id").agg(
        is_dual_fuel=(pl.col("elec_kwh") > 0).any() & (pl.col("gas_m3") > 0).any()
    )


def _bucket(months: str, edges: list[int], labels: list[str]) -> pl.Expr:
    # `Expr.cut` is deprecated in Polars 2.1 and its successor `bin_intervals` experimental.
    below = (
        pl.when(pl.col(months) <= edge).then(pl.lit(label))
        for edge, label in zip(edges, labels[:-1], strict=True)
    )
    return pl.coalesce(*below, pl.lit(labels[-1]))
