"""Every offer that every customer could get: what it costs, what it is worth, what forbids it."""

import polars as pl

from spanishgas_assets.retention.column_values import (
    BUDGET_NOT_WORTH,
    CHANNELS,
    COOL_DOWN,
    HOLDOUT,
    NEGATIVE_MARGIN,
    PHONE,
)
from spanishgas_assets.retention.config.policy import TIER_TABLE, Policy
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.kept_months import kept_months


def options(
    scored: pl.LazyFrame,
    permissions: pl.LazyFrame,
    rules: Rules,
    shifts: pl.LazyFrame,
    rate: str = "save_rate",
) -> pl.DataFrame:
    """List the offers that the policy allows for each customer.

    Grain: one row per customer_id of ``scored`` (SCORED_CUSTOMERS) and offer that it is eligible
    for; under the tier table, the offer of its tier alone. Amounts in EUR over the policy's
    horizon: value_eur = probability x save rate x monthly margin x kept_months - offer - contact,
    costs to the cent. ``block`` names the first guardrail that forbids the option, null where none
    does.

    Args:
        scored: SCORED_CUSTOMERS.
        permissions: CONTACT_PERMISSIONS.
        rules: the team's policy and offers.
        shifts: offer, segment and shift, what outcomes add to its save rates there.
        rate: which save rate counts: ``save_rate``, ``save_rate_low`` or ``save_rate_high``.
    """
    return option_rows(scored, permissions, rules, shifts, rate).collect()


def option_rows(
    scored: pl.LazyFrame,
    permissions: pl.LazyFrame,
    rules: Rules,
    shifts: pl.LazyFrame,
    rate: str = "save_rate",
) -> pl.LazyFrame:
    """Describe the rows of :func:`options`, for who wants some of their columns only."""
    policy = rules.policy
    offers = (
        rules.offers.frame()
        .lazy()
        .join(shifts, on=["offer", "segment"], how="left", maintain_order="left")
    )
    if policy.choose == TIER_TABLE:
        wanted = pl.col("risk_tier").replace_strict(policy.tier_table, return_dtype=pl.String)
        offers = offers.filter(pl.col("offer") == wanted)
    margin = pl.col("avg_monthly_margin_eur")
    kept = pl.col("save_rate") * pl.col("churn_probability") * margin * pl.col("kept_months")
    spent = pl.col("offer_cost_eur") + pl.col("contact_cost_eur")
    return (
        scored.select(
            "customer_id", "segment", "risk_tier", "churn_probability", "avg_monthly_margin_eur"
        )
        .join(permissions, on="customer_id", how="left", maintain_order="left")
        .join(offers, on=["segment", "risk_tier"], how="inner", maintain_order="left_right")
        .with_columns(
            (pl.col(rate) + pl.col("shift").fill_null(0.0)).clip(0, 1).alias("save_rate"),
            _offer_cost(margin).round(2).alias("offer_cost_eur"),
            _contact_cost(policy).alias("contact_cost_eur"),
            (pl.col("channel") == PHONE).cast(pl.Int64).alias("calls"),
            kept_months(pl.col("churn_probability"), policy).alias("kept_months"),
        )
        .with_columns((kept - spent).alias("value_eur"), spent.alias("spend_eur"))
        .with_columns(_block(policy).alias("block"))
        .select(
            "customer_id",
            "owner_id",
            "offer",
            "channel",
            "timing_window",
            "offer_months",
            "save_rate",
            "kept_months",
            "offer_cost_eur",
            "contact_cost_eur",
            "spend_eur",
            "calls",
            "value_eur",
            "block",
        )
    )


def _offer_cost(margin: pl.Expr) -> pl.Expr:
    of_margin = pl.col("margin_share") * margin.clip(lower_bound=0) * pl.col("offer_months")
    return pl.col("fixed_eur") + of_margin


def _contact_cost(policy: Policy) -> pl.Expr:
    return pl.col("channel").replace_strict(policy.contact_cost_eur, return_dtype=pl.Float64)


def _block(policy: Policy) -> pl.Expr:
    """Name the first guardrail that forbids an option.

    What is worth nothing is said before what is forbidden: whoever is in the holdout or
    opted out would otherwise have had the offer.
    """
    channel_block = pl.coalesce(
        pl.when(pl.col("channel") == channel).then(pl.col(f"{channel}_block"))
        for channel in CHANNELS
    )
    return (
        pl.when(pl.col("avg_monthly_margin_eur") < 0)
        .then(pl.lit(NEGATIVE_MARGIN))
        .when((pl.col("value_eur") <= 0) | (pl.col("value_eur") < policy.least_value_eur))
        .then(pl.lit(BUDGET_NOT_WORTH))
        .when(channel_block.is_not_null())
        .then(channel_block)
        .when("in_cool_down")
        .then(pl.lit(COOL_DOWN))
        .when("in_holdout")
        .then(pl.lit(HOLDOUT))
    )
