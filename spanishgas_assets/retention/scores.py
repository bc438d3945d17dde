"""Scored customers: the model's probability, turned into flag, tier and money at risk."""

from datetime import date

import polars as pl

from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.config.tiers import Tiers, tier_of, way_down, way_up
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS

INTERVAL = ("calibration_low", "calibration_high")


def scored_customers(
    scores: pl.LazyFrame,
    gold_master: pl.LazyFrame,
    threshold: float,
    version: str,
    as_of: date,
    tiers: Tiers,
) -> pl.DataFrame:
    """Join scores with segment and margin, and say what each customer's leaving would cost.

    Grain: one row per row of ``scores`` (customer_id, churn_probability calibrated, score_source,
    and what calibration leaves open if the model says so). Losses in EUR to the cent: p x
    max(margin, 0) a month, twelve times that a year (docs/domain.md#risk-tiers-and-money). A
    scored customer that gold_master lacks keeps nulls, which the contract refuses.

    Raises:
        StoreError: a probability is missing or outside 0..1.

    Example:
        0.85 x 40 EUR a month; a customer who brings a loss has nothing at risk.

        >>> scores = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001", "C00002"],
        ...         "churn_probability": [0.85, 0.30],
        ...         "score_source": ["model", "model"],
        ...     }
        ... )
        >>> gold_master = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001", "C00002"],
        ...         "segment": ["SME", "Residential"],
        ...         "avg_monthly_margin_eur": [40.0, -5.0],
        ...         "total_margin_12m_eur": [480.0, -60.0],
        ...     }
        ... )
        >>> cuts = Tiers(by="probability", begins={"Medium": 0.4, "High": 0.6, "Critical": 0.8})
        >>> scored = scored_customers(scores, gold_master, 0.5, "v1", date(2025, 1, 6), cuts)
        >>> scored.select("churn_flag", "risk_tier", "expected_monthly_loss_eur").rows()
        [(True, 'Critical', 34.0), (False, 'Low', 0.0)]
    """
    refuse_impossible_scores(scores)
    probability = pl.col("churn_probability")
    monthly_loss = probability * pl.col("avg_monthly_margin_eur").clip(lower_bound=0)
    known = set(scores.collect_schema().names())
    valued = (
        scores.join(
            gold_master.select(
                "customer_id", "segment", "avg_monthly_margin_eur", "total_margin_12m_eur"
            ),
            on="customer_id",
            how="left",
        )
        .with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in INTERVAL if name not in known),
            (probability >= threshold).alias("churn_flag"),
            monthly_loss.round(2).alias("expected_monthly_loss_eur"),
            (12 * monthly_loss).round(2).alias("expected_yearly_loss_eur"),
            pl.lit(version).alias("model_version"),
            pl.lit(as_of).alias("as_of"),
        )
        .collect()
    )
    edges = tiers.edges(valued[tiers.measure])
    measure = pl.col(tiers.measure)
    tiered = valued.lazy().with_columns(
        tier_of(measure, edges).alias("risk_tier"),
        way_up(measure, edges).alias("to_higher_tier"),
        way_down(measure, edges).alias("to_lower_tier"),
    )
    return SCORED_CUSTOMERS.arrange(tiered).collect()


def refuse_impossible_scores(scores: pl.LazyFrame) -> None:
    """Stop at a churn probability that is missing or outside 0..1.

    Raises:
        StoreError: says how many there are and shows the first.
    """
    probability = pl.col("churn_probability")
    impossible = probability.is_null() | ~probability.is_between(0, 1)
    wrong = scores.filter(impossible).select("customer_id", "churn_probability").collect()
    if wrong.height:
        customer, probability = wrong.sort("customer_id").row(0)
        raise StoreError(
            f"scores: {wrong.height:,} churn probabilities are missing or outside 0..1, "
            f"first {probability} of customer {customer}; train and calibrate the model again"
        )
