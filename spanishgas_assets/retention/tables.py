"""Contracts of the retention layer: who may leave, what that costs, and what to do."""

from datetime import date

from spanishgas_assets.contracts import Contract, Table, column
from spanishgas_assets.silver.tables import SEGMENTS

SCORE_SOURCES = ["out_of_fold", "model"]
#: Lowest risk first.
RISK_TIERS = ["Low", "Medium", "High", "Critical"]
NO_OFFER = "no_offer"
ACTIONS = ["offer_large", "offer_medium", "offer_small", NO_OFFER]
IMMEDIATE = "immediate"
TIMING_WINDOWS = [IMMEDIATE, "30_60_days", "60_90_days"]
NEGATIVE_MARGIN = "negative_margin"
BUDGET_NOT_WORTH = "budget_not_worth"
BLOCK_REASONS = [NEGATIVE_MARGIN, BUDGET_NOT_WORTH]


class ScoredCustomers(Contract):
    """How likely each customer is to leave, and the margin that would go.

    Grain: one row per customer_id. Flag and tier both read the calibrated probability, but the
    threshold is the model's and the edges are the policy's: they are independent.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    churn_probability: float = column("Calibrated probability of leaving.", ge=0, le=1)
    score_source: str = column(
        "out_of_fold: by a model that did not learn from this customer's label; model: by the "
        "final model, for customers without a label in training.",
        isin=SCORE_SOURCES,
    )
    churn_flag: bool = column("churn_probability at or above the model's threshold.")
    risk_tier: str = column("The policy's tier of churn_probability.", isin=RISK_TIERS)
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    avg_monthly_margin_eur: float = column(
        "Mean monthly margin of the twelve months before the snapshot.", unit="EUR/month"
    )
    expected_monthly_loss_eur: float = column(
        "churn_probability x the margin, a negative margin counted as 0; to the cent.",
        unit="EUR/month",
        ge=0,
    )
    expected_yearly_loss_eur: float = column(
        "Twelve times the loss of a month, rounded once; to the cent.", unit="EUR/year", ge=0
    )
    model_version: str = column("Model that scored.", str_length={"min_value": 1})
    as_of: date = column("The snapshot.")


class Recommendations(Contract):
    """What to do about each customer, when, at what price, and why.

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    risk_score: float = column("Calibrated probability of leaving.", ge=0, le=1)
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    risk_tier: str = column("The policy's tier of the score.", isin=RISK_TIERS)
    action: str = column(
        "Offer to make; no_offer where none is due or it is blocked.", isin=ACTIONS
    )
    timing_window: str = column("When to act.", isin=TIMING_WINDOWS)
    offer_budget_eur_month: float = column(
        "Most that the offer may cost; 0 without an offer.", unit="EUR/month", ge=0
    )
    expected_margin_impact_eur_month: float = column(
        "Margin expected to be saved (risk_score x save rate x margin) less the offer's budget; 0 "
        "without an offer.",
        unit="EUR/month",
        ge=0,
    )
    reason_codes: str = column(
        "Why the customer may leave, strongest first, joined by commas.",
        str_length={"min_value": 1},
    )
    reasons: str = column(
        "The same as sentences for a person, joined by '; '; a withheld offer adds its own.",
        str_length={"min_value": 1},
    )
    block_reason: str = column(
        "Why the tier's offer is withheld.",
        null="no offer was withheld",
        structural=True,
        isin=BLOCK_REASONS,
    )


SCORED_CUSTOMERS = Table(
    "retention", "scored_customers", ScoredCustomers, ("customer_id",), "snapshot"
)
RECOMMENDATIONS = Table(
    "retention", "recommendations", Recommendations, ("customer_id",), "snapshot"
)
