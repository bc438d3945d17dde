"""The full-scale retailer that the fidelity tests share."""

import polars as pl
import pytest

from spanishgas_assets.demo import RetailerWorld, build_world

AS_OF = pl.date(2024, 12, 31)


@pytest.fixture(scope="package")
def full_scale() -> RetailerWorld:
    return build_world(20_099, seed=7)


@pytest.fixture(scope="package")
def customer(full_scale: RetailerWorld) -> pl.DataFrame:
    """One row per customer with every grouping of the published tables."""
    days = (pl.col("next_renewal_date") - pl.date(2024, 11, 30)).dt.total_days()
    tenure = (AS_OF - pl.col("customer_first_activation_date")).dt.total_days() / 30
    return (
        full_scale.customer.with_columns(
            channel=pl.col("sales_channel").replace({"unknown": "desconocido"}),
            renewal=_class(days, (31, 121, 211)),
            fifth=_class(days, (106, 161, 194, 234)),
            inside_3m=days.is_between(31, 121).cast(pl.Int8),
            tenure=_class(tenure, (6, 12, 24, 60)),
            competition=pl.col("is_high_competition_province"),
            dual=((pl.col("average_elec_kwh") > 0) & (pl.col("has_gas") == 1)).cast(pl.Int8),
        )
        .join(full_scale.interaction, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            contact=pl.col("date").is_not_null().cast(pl.Int8),
            sentiment=pl.col("sentiment").fill_null("none"),
            intent=pl.col("intent").fill_null("none"),
            months_to_renewal=(pl.col("next_renewal_date") - AS_OF).dt.total_days() / 30,
            tenure_months=tenure,
            change_months=(AS_OF - pl.col("last_product_change_date")).dt.total_days() / 30,
        )
    )


def _class(value: pl.Expr, edges: tuple[float, ...]) -> pl.Expr:
    return pl.sum_horizontal((value > edge).cast(pl.Int8) for edge in edges)
