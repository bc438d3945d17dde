"""Tier 2A: what the customer did and said before the snapshot."""

from datetime import date

import polars as pl

from spanishgas_assets.gold.durations import DAYS_PER_MONTH, days_between, months_between
from spanishgas_assets.gold.tables import BEHAVIORAL
from spanishgas_assets.text.vocabulary import CANCELLATION, COMPLAINT, PRICING

#: How serious an intent is (docs/domain.md#behavioural-tier); the intents not named here weigh 0.
SEVERITY = {CANCELLATION: 3, COMPLAINT: 2, PRICING: 1}


def behavioral(customer: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Features of the latest note and of the last product change, from silver customers.

    Grain: one row per customer_id of ``customer``. Without a note every flag is false, the
    severity 0, intent and age null. Durations in days, or months of 30.4375 days.

    Example:
        >>> customer = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001", "C00002"],
        ...         "customer_intent": [COMPLAINT, None],
        ...         "last_interaction_date": [date(2024, 11, 20), None],
        ...         "next_renewal_date": [date(2025, 2, 1), date(2025, 9, 1)],
        ...         "last_product_change_date": [None, date(2024, 7, 6)],
        ...     }
        ... )
        >>> features = behavioral(customer, as_of=date(2025, 1, 6)).collect()
        >>> features.select(
        ...     "intent_severity_score", "last_interaction_days_ago", "complaint_near_renewal"
        ... ).rows()
        [(2, 47, True), (0, None, False)]
    """
    intent = pl.col("customer_intent")
    days_to_renewal = days_between("last_interaction_date", "next_renewal_date")
    return BEHAVIORAL.arrange(
        customer.with_columns(
            has_interaction=pl.col("last_interaction_date").is_not_null(),
            is_cancellation_intent=intent.eq_missing(pl.lit(CANCELLATION)),
            is_complaint_intent=intent.eq_missing(pl.lit(COMPLAINT)),
            intent_severity_score=intent.replace_strict(
                SEVERITY, default=0, return_dtype=pl.Int64
            ).fill_null(0),
            last_interaction_days_ago=days_between("last_interaction_date", as_of),
            interaction_within_3m_of_renewal=_between(days_to_renewal / DAYS_PER_MONTH, 3),
            is_interaction_within_30d_of_renewal=_between(days_to_renewal, 30),
            months_since_last_change=months_between("last_product_change_date", as_of),
        )
        .with_columns(
            recent_complaint_flag=pl.col("is_cancellation_intent") | pl.col("is_complaint_intent")
        )
        .with_columns(
            complaint_near_renewal=pl.col("recent_complaint_flag")
            & pl.col("interaction_within_3m_of_renewal")
        )
    )


def _between(duration: pl.Expr, most: int) -> pl.Expr:
    """Whether a duration lies in [0, most]; false where there is none."""
    return duration.is_between(0, most).fill_null(value=False)
