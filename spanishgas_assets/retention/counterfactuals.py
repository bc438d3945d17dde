"""Counterfactuals: the smallest change of one thing that lowers a customer's risk tier.

Each lever is tried from its smallest step to its largest: the features that follow from it are
recomputed by gold's own transforms, and the model scores the customer again. It is the model's
answer to other inputs, not a promise: the model knows who left, not why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from spanishgas_assets.gold.behavioral import behavioral
from spanishgas_assets.gold.compound import compound
from spanishgas_assets.gold.lifecycle import lifecycle
from spanishgas_assets.gold.sentiment import sentiment
from spanishgas_assets.retention.column_values import RISK_TIERS
from spanishgas_assets.retention.config.tiers import LOWEST, Tiers, tier_of
from spanishgas_assets.retention.tables import COUNTERFACTUALS

RENEWAL_MONTHS = (3, 6, 12, 24)
PRICE_CUTS = (0.02, 0.05, 0.10, 0.15)

Scorer = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Change:
    """One change: its lever, its texts, and the gold_master it leads to."""

    lever: str
    change: str
    change_es: str
    gold_master: pl.LazyFrame


def counterfactuals(
    scored: pl.DataFrame,
    gold_master: pl.LazyFrame,
    customer: pl.LazyFrame,
    customer_month: pl.LazyFrame,
    as_of: date,
    tiers: Tiers,
    score: Scorer,
) -> pl.DataFrame:
    """Find the smallest change of one lever that lowers each customer's tier.

    Grain: one row per customer of ``scored`` (SCORED_CUSTOMERS) above the lowest tier. ``customer``
    and ``customer_month`` are silver's. Levers in the order renewal, price, sentiment: of those
    that suffice, the one that lowers the probability most, each at its smallest step that
    suffices. ``score`` returns customer_id and churn_probability.
    """
    edges = tiers.edges(scored[tiers.measure])
    above = scored.filter(pl.col("risk_tier") != LOWEST)
    ids = above.lazy().select("customer_id")
    gold = gold_master.join(ids, on="customer_id", how="semi")
    known = customer.join(ids, on="customer_id", how="semi")
    months = customer_month.join(ids, on="customer_id", how="semi")
    tried = [
        _scored_again(above, change, number, tiers, edges, score)
        for number, change in enumerate(_changes(gold, known, months, as_of))
    ]
    smallest = (
        pl.concat(tried)
        .filter("lowers_tier")
        .sort("customer_id", "order")
        .unique(["customer_id", "lever"], keep="first", maintain_order=True)
        .sort("customer_id", "probability_after", "order")
        .unique("customer_id", keep="first", maintain_order=True)
        .drop("order", "lowers_tier")
    )
    rows = above.select("customer_id", "risk_tier", "churn_probability", "to_lower_tier").join(
        smallest, on="customer_id", how="left"
    )
    return COUNTERFACTUALS.arrange(rows.lazy()).collect()


def _scored_again(
    above: pl.DataFrame,
    change: Change,
    number: int,
    tiers: Tiers,
    edges: dict[str, float],
    score: Scorer,
) -> pl.DataFrame:
    after = score(change.gold_master.sort("customer_id").collect()).select(
        "customer_id", pl.col("churn_probability").alias("probability_after")
    )
    rank = {tier: position for position, tier in enumerate(RISK_TIERS)}
    margin = pl.col("avg_monthly_margin_eur").clip(lower_bound=0)
    measure = pl.col("probability_after") * (
        margin if tiers.measure == "expected_monthly_loss_eur" else 1
    )
    return (
        above.select("customer_id", "risk_tier", "avg_monthly_margin_eur")
        .join(after, on="customer_id")
        .with_columns(tier_of(measure, edges).alias("tier_after"))
        .select(
            "customer_id",
            "probability_after",
            "tier_after",
            pl.lit(change.lever).alias("lever"),
            pl.lit(change.change).alias("change"),
            pl.lit(change.change_es).alias("change_es"),
            pl.lit(number).alias("order"),
            (
                pl.col("tier_after").replace_strict(rank, return_dtype=pl.Int64)
                < pl.col("risk_tier").replace_strict(rank, return_dtype=pl.Int64)
            ).alias("lowers_tier"),
        )
    )


def _changes(
    gold: pl.LazyFrame, customer: pl.LazyFrame, months: pl.LazyFrame, as_of: date
) -> list[Change]:
    """List every change, each lever from its smallest step to its largest."""
    renewal = pl.max_horizontal("next_renewal_date", pl.lit(as_of))
    changes = [
        Change(
            "renewal",
            f"Renew the contract for {number} months",
            f"Renovar el contrato por {number} meses",
            _recomputed(
                gold,
                customer.with_columns(
                    renewal.dt.offset_by(f"{number}mo").alias("next_renewal_date")
                ),
                months,
                as_of,
            ),
        )
        for number in RENEWAL_MONTHS
    ]
    changes += [
        Change(
            "price",
            f"Lower the price of electricity by {cut:.0%}",
            f"Bajar el precio de la luz un {100 * cut:.0f} %",
            _cheaper(gold, cut),
        )
        for cut in PRICE_CUTS
    ]
    calmer = pl.when(pl.col("sentiment_label") == "negative").then(pl.lit("neutral"))
    changes.append(
        Change(
            "sentiment",
            "Settle what the customer complained of: a neutral sentiment at the next contact",
            "Resolver su queja: un ánimo neutro en el próximo contacto",
            _recomputed(
                gold,
                customer.with_columns(calmer.otherwise("sentiment_label").alias("sentiment_label")),
                months,
                as_of,
            ),
        )
    )
    return changes


def _recomputed(
    gold: pl.LazyFrame, customer: pl.LazyFrame, months: pl.LazyFrame, as_of: date
) -> pl.LazyFrame:
    """Put into gold_master what gold's transforms make of a changed silver customer."""
    stage, said = lifecycle(customer, months, as_of), behavioral(customer, as_of)
    changed = gold
    for tier in (stage, said, sentiment(customer, said), compound(stage, said)):
        changed = changed.update(tier, on="customer_id", include_nulls=True)
    return changed


def _cheaper(gold: pl.LazyFrame, cut: float) -> pl.LazyFrame:
    """Lower the last observed P1 price by a share, and what gold makes of it.

    Its volatility and its past moves are left as they are.
    """
    spread = pl.col("elec_price_vs_province_cost_spread_eur_kwh")
    trend = (1 + pl.col("elec_price_trend_12m")) * (1 - cut) - 1
    lower = spread - cut * pl.col("elec_price_last_eur_kwh")
    return gold.with_columns(
        trend.alias("elec_price_trend_12m"),
        (trend > 0).fill_null(value=False).alias("is_price_increase"),
        lower.alias("elec_price_vs_province_cost_spread_eur_kwh"),
        ((1 + pl.col("elec_price_vs_market")) * (1 - cut) - 1).alias("elec_price_vs_market"),
    )
