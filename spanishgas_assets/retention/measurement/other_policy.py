"""What another ``policy.yaml`` would have brought, from the assignments that were published."""

from dataclasses import replace

import polars as pl

from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.choice import choose
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.measurement.off_policy import Logged
from spanishgas_assets.retention.measurement.units import COUNTED

#: What a policy does for a customer to whom it offers nothing.
_NOTHING = ""


def chosen_by(
    rules: Rules, scored: pl.LazyFrame, permissions: pl.LazyFrame, effect: pl.LazyFrame
) -> pl.DataFrame:
    """Return the offers that rules would have made in a snapshot, to the holdout as well.

    Grain: one row per customer_id with an offer: customer_id, other (the offer), other_save_rate,
    other_spend_eur.
    """
    everybody = permissions.with_columns(in_holdout=pl.lit(value=False))
    shifts = effect.select("offer", "segment", "shift")
    taken = choose(options(scored, everybody, rules, shifts), rules.policy).taken
    return taken.select(
        "customer_id",
        other="offer",
        other_save_rate="save_rate",
        other_spend_eur="spend_eur",
    )


def logged(units: pl.DataFrame, chosen: pl.DataFrame) -> Logged:
    """Turn units whose outcome counts into rows of a log, in EUR over the policy's horizon.

    The reward is the margin that a leaving customer takes away, and what offer and contact cost.

    Args:
        units: as :func:`follow_up` returns them; those without a published assignment are left out.
        chosen: what the other rules do: decision_date and the columns of :func:`chosen_by`.
    """
    rows = (
        units.filter(pl.col("state") == COUNTED, pl.col("probability").is_not_null())
        .join(chosen, on=["customer_id", "decision_date"], how="left", maintain_order="left")
        .with_columns(
            other=pl.col("other").fill_null(_NOTHING),
            other_save_rate=pl.col("other_save_rate").fill_null(0.0),
            other_spend_eur=pl.col("other_spend_eur").fill_null(0.0),
            done=pl.when("in_holdout").then(pl.lit(_NOTHING)).otherwise("offer"),
        )
        .with_columns(
            margin=pl.col("at_stake_eur") / pl.col("churn_probability"),
            propensity=pl.col("probability")
            * pl.when("in_holdout").then(1.0).otherwise("offer_probability"),
            matches=pl.col("other") == pl.col("done"),
        )
        .with_columns(
            reward=-pl.col("churned") * pl.col("margin") - pl.col("spend_eur"),
            guess=-pl.col("at_stake_eur") * (1 - pl.col("other_save_rate"))
            - pl.col("other_spend_eur"),
            guess_logged=-pl.col("at_stake_eur")
            * (1 - pl.when("in_holdout").then(0.0).otherwise("save_rate"))
            - pl.col("spend_eur"),
            # Nothing is done to the holdout alone; another offer only where offers are drawn.
            supported=pl.when(pl.col("other") == _NOTHING)
            .then(pl.col("in_holdout") | (pl.col("probability") < 1))
            .otherwise((pl.col("other") == pl.col("offer")) | (pl.col("offer_probability") < 1)),
        )
        .filter(pl.col("churn_probability") > 0)
    )
    return Logged(
        reward=rows["reward"].to_numpy(),
        propensity=rows["propensity"].to_numpy(),
        matches=rows["matches"].to_numpy(),
        supported=rows["supported"].to_numpy(),
        guess=rows["guess"].to_numpy(),
        guess_logged=rows["guess_logged"].to_numpy(),
        owner=rows["owner_id"].rank("dense").cast(pl.Int64).to_numpy(),
    )


def as_it_ran(found: Logged, units: pl.DataFrame) -> Logged:
    """Return the same rows for the policy that ran, had it held nobody out."""
    rows = units.filter(
        pl.col("state") == COUNTED,
        pl.col("probability").is_not_null(),
        pl.col("churn_probability") > 0,
    )
    made = ~rows["in_holdout"].to_numpy()
    spend = rows.group_by("offer").agg(
        pl.col("spend_eur").filter(~pl.col("in_holdout")).mean().alias("usual")
    )
    usual = rows.join(spend, on="offer", maintain_order="left")["usual"].fill_null(0.0).to_numpy()
    kept = rows["at_stake_eur"].to_numpy() * (1 - rows["save_rate"].to_numpy())
    return replace(
        found,
        matches=made,
        propensity=rows["probability"].to_numpy(),
        supported=made | (rows["probability"].to_numpy() < 1),
        guess=-kept - usual,
    )
