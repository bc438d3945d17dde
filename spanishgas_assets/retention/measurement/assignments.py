"""Assignments: whom a snapshot chose for which offer, whom it kept in the holdout, how probably.

They are published with the snapshot, so that what became of the customers is compared by what was
done, whatever share or salt the policy has later.
"""

from datetime import date

import polars as pl

from spanishgas_assets.retention.column_values import EVERY_SEGMENT, HOLDOUT, IN_HOLDOUT, OFFERED
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.kept_months import kept_months
from spanishgas_assets.retention.tables import ASSIGNMENTS
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.published import published_table


def assignments(
    recommendations: pl.LazyFrame,
    scored: pl.LazyFrame,
    effect: pl.LazyFrame,
    rules: Rules,
    as_of: date,
) -> pl.DataFrame:
    """Return whom the recommendations chose for an offer, and who would have been but for the draw.

    Grain: one row per customer_id, as in ASSIGNMENTS. The promise is the save rate that was decided
    with and its band; EUR over the policy's horizon.

    Args:
        recommendations: RECOMMENDATIONS.
        scored: SCORED_CUSTOMERS.
        effect: CAMPAIGN_EFFECT.
        rules: the team's policy and offers.
        as_of: the snapshot.
    """
    policy = rules.policy
    withheld = pl.col("block_reason") == HOLDOUT
    share = policy.holdout_share
    margin = pl.col("avg_monthly_margin_eur").clip(lower_bound=0)
    believed = effect.filter(pl.col("segment") != EVERY_SEGMENT).select(
        "offer",
        "segment",
        "shift",
        under=pl.col("save_rate") - pl.col("save_rate_low"),
        over=pl.col("save_rate_high") - pl.col("save_rate"),
    )
    stated = rules.offers.frame().lazy().select("offer", "segment", "risk_tier", stated="save_rate")
    rows = (
        recommendations.with_columns(withheld=withheld.fill_null(value=False))
        .with_columns(
            offer=pl.when("withheld").then("withheld_action").otherwise("action"),
        )
        .filter(
            pl.col("block_reason").is_null() | pl.col("withheld"), pl.col("offer").is_not_null()
        )
        .drop("save_rate")
        .join(scored.select("customer_id", "avg_monthly_margin_eur"), on="customer_id")
        .join(stated, on=["offer", "segment", "risk_tier"], how="left")
        .join(believed, on=["offer", "segment"], how="left")
        .with_columns(
            save_rate=(pl.col("stated") + pl.col("shift").fill_null(0.0)).clip(0, 1),
            arm=pl.when("withheld").then(pl.lit(IN_HOLDOUT)).otherwise(pl.lit(OFFERED)),
            probability=pl.when("withheld").then(pl.lit(share)).otherwise(pl.lit(1 - share)),
            draw=pl.lit(policy.holdout_salt),
            decision_date=pl.lit(as_of),
            follow_up_days=pl.lit(policy.follow_up_days, pl.Int64),
            churn_probability=pl.col("risk_score"),
            at_stake_eur=pl.col("risk_score") * margin * kept_months(pl.col("risk_score"), policy),
            spend_eur=pl.col("offer_cost_eur") + pl.col("contact_cost_eur"),
        )
        .with_columns(
            save_rate_low=(pl.col("save_rate") - pl.col("under").fill_null(0.0)).clip(0, 1),
            save_rate_high=(pl.col("save_rate") + pl.col("over").fill_null(0.0)).clip(0, 1),
        )
        .sort("customer_id")
    )
    return ASSIGNMENTS.arrange(rows).collect()


def published_assignments(store: Store, before: str) -> pl.DataFrame:
    """Read the assignments of all snapshots published for days before one; none where none are.

    Raises:
        StoreError: a publication or a table is damaged.
    """
    found = [
        published_table(store, ASSIGNMENTS, snapshot)
        for snapshot in published_snapshots(store)
        if snapshot < before
    ]
    tables = [table.collect() for table in found if table is not None]
    return pl.concat([ASSIGNMENTS.empty(), *tables]) if tables else ASSIGNMENTS.empty()
