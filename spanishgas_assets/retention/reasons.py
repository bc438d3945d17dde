"""Why a customer may leave: the model's contributions, told as business reasons.

A reason's strength is the sum of its features' contributions in log-odds (SHAP), so reasons add up
to the score as the features do. Only reasons that raise the score are told.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from spanishgas_assets.gold.durations import DAYS_PER_MONTH

#: Reason of a customer about whom nothing raises the score.
NOTHING_FOUND = "low_risk_monitoring"
NOTHING_FOUND_TEXT = "Nothing known raises this customer's risk"

#: A customer of at most this many months is called new.
NEW_CUSTOMER_MONTHS = 24

_BOOK = Path(__file__).with_name("reasons.yaml")
_NOT_A_FEATURE = {"customer_id", "bias"}


def customer_reasons(
    contributions: pl.LazyFrame, gold_master: pl.LazyFrame, top: int = 3
) -> pl.LazyFrame:
    """Name the strongest reasons for each customer's score.

    Grain: one row per row of ``contributions`` (customer_id, one column of log-odds per feature,
    ``bias``), sorted by customer_id: reason_codes joined by "," and reasons, sentences with the
    customer's own figures from gold_master joined by "; ", both strongest first, at most ``top``.
    Where nothing raises the score: low_risk_monitoring.
    """
    told = (
        _topic_sums(contributions)
        .join(gold_master.with_columns(**_figures()), on="customer_id", how="left")
        .select("customer_id", pl.concat_list(_topics_as_told()).alias("reason"))
        .explode("reason")
        .unnest("reason")
        .group_by("customer_id", "code")
        .agg(pl.col("text").first(), pl.col("strength").sum())
        .filter(pl.col("strength") > 0)
        # Equal strengths are told in the order of their names, so that a rerun tells the same.
        .sort("customer_id", "strength", "code", descending=[False, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("code").head(top).str.join(",").alias("reason_codes"),
            pl.col("text").head(top).str.join("; ").alias("reasons"),
        )
    )
    return (
        contributions.select("customer_id")
        .join(told, on="customer_id", how="left")
        .select(
            "customer_id",
            pl.col("reason_codes").fill_null(NOTHING_FOUND),
            pl.col("reasons").fill_null(NOTHING_FOUND_TEXT),
        )
        .sort("customer_id")
    )


def _topic_sums(contributions: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the contributions of each topic: customer_id and one column ``topic:<name>``."""
    topics = _book()["topics"]
    topic_of = {feature: name for name in topics for feature in topics[name]["features"]}
    members: dict[str, list[str]] = {name: [] for name in topics}
    for feature in contributions.collect_schema().names():
        if feature not in _NOT_A_FEATURE:
            members[topic_of.get(feature, "other")].append(feature)
    return contributions.select(
        "customer_id",
        *(
            (pl.sum_horizontal(members[name]) if members[name] else pl.lit(0.0))
            .cast(pl.Float64)
            .alias(f"topic:{name}")
            for name in topics
        ),
    )


def _topics_as_told() -> list[pl.Expr]:
    """Turn each topic into the reason that is true for the customer: code, text, strength."""
    return [
        pl.struct(
            code=_first_true(topic["reasons"], pl.lit),
            text=_first_true(topic["reasons"], _sentence),
            strength=pl.col(f"topic:{name}"),
        )
        for name, topic in _book()["topics"].items()
    ]


def _first_true(reasons: list[dict[str, str]], told: Callable[[str], pl.Expr]) -> pl.Expr:
    choice = told(reasons[-1]["code"])
    for reason in reversed(reasons[:-1]):
        choice = pl.when(pl.col(reason["when"])).then(told(reason["code"])).otherwise(choice)
    return choice


def _sentence(code: str) -> pl.Expr:
    """Fill a reason's text; where a figure is not known, the reason's name alone is told."""
    text: str = _book()["texts"][code]
    figures = re.findall(r"{(\w+)}", text)
    name = pl.lit(code.replace("_", " ").capitalize())
    if not figures:
        return pl.lit(text)
    return pl.coalesce(pl.format(re.sub(r"{\w+}", "{}", text), *figures), name)


def _figures() -> dict[str, pl.Expr]:
    """Return the figures and conditions of ``reasons.yaml`` that are not gold columns as they are.

    Days are whole, years and percentages to one decimal, money in cents to one decimal. A customer
    uses little with less electricity than half of the customers of the snapshot.
    """
    days_to_renewal = (pl.col("months_to_renewal") * DAYS_PER_MONTH).round().cast(pl.Int64)
    spread = pl.col("elec_price_vs_province_cost_spread_eur_kwh")
    use = pl.col("avg_monthly_elec_kwh")
    return {
        "days_to_renewal": days_to_renewal,
        "days_past_renewal": -days_to_renewal,
        "tenure_years": (pl.col("tenure_months") / 12).round(1),
        "is_new_customer": pl.col("tenure_months") <= NEW_CUSTOMER_MONTHS,
        "elec_price_change_percent": (100 * pl.col("elec_price_trend_12m")).round(1),
        "gas_price_change_percent": (100 * pl.col("gas_price_trend_12m")).round(1),
        "gas_price_rose": pl.col("gas_price_trend_12m") > 0,
        "has_gas_price": pl.col("gas_price_trend_12m").is_not_null(),
        "price_is_above_cost": spread > 0,
        "cents_above_cost": (100 * spread).round(1),
        "province_cost_cents": (100 * pl.col("province_avg_elec_cost_12m_eur_kwh")).round(1),
        "elec_kwh_a_month": use.round().cast(pl.Int64),
        "uses_little": use < use.median(),
        "had_loss_months": pl.col("loss_months_count") > 0,
        "margin_deviation_eur": pl.col("std_margin_eur").round(2),
        "months_since_change": pl.col("months_since_last_change").round(1),
        "product_was_changed": pl.col("months_since_last_change").is_not_null(),
    }


@functools.cache
def _book() -> Any:
    return yaml.safe_load(_BOOK.read_text(encoding="utf-8"))
