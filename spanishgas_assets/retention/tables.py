"""Contracts of the retention layer: who may leave, what that costs, and what to do."""

from collections.abc import Mapping
from datetime import date

from spanishgas_assets.gold.tables import FEATURES, GOLD_MASTER
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.retention.column_values import (
    ARM_UNKNOWN,
    BEFORE_OFFER,
    BLOCK_REASONS,
    CHANNELS,
    FORMER_CUSTOMER,
    GONE,
    LEVERS,
    NEVER_CHOSEN,
    NO_CUSTOMER,
    NO_CUSTOMER_OF_OFFER,
    NO_LONGER_CUSTOMER,
    NO_SUCH_OFFER,
    OTHER_WINDOW,
    REPLACED,
    RISK_TIERS,
    SCORE_SOURCES,
    TIMING_WINDOWS,
)
from spanishgas_assets.retention.contact_contracts import ContactPermissions
from spanishgas_assets.retention.measurement.effect_contracts import (
    Assignments,
    CampaignEffect,
    Promises,
)
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.tables.contracts import NO_LIMIT, Contract, Source, Table, column

_NO_INTERVAL = "the model that scored gives no interval"
_NO_OFFER = "no offer is made"


class ScoredCustomers(Contract):
    """How likely each customer is to leave, and the margin that would go.

    Grain: one row per customer_id, sorted by it. Flag and tier both read the calibrated
    probability, but the threshold is the model's and the edges are the policy's: they are
    independent.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    churn_probability: float = column("Calibrated probability of leaving.", ge=0, le=1, of=FEATURES)
    calibration_low: float = column(
        "Lower end of what calibration leaves open: the rate at which customers with this score "
        "leave, not how far this customer's own probability may be from it.",
        null=_NO_INTERVAL,
        structural=True,
        ge=0,
        le=1,
        of=FEATURES,
    )
    calibration_high: float = column(
        "Upper end of it.",
        null=_NO_INTERVAL,
        structural=True,
        ge=0,
        le=1,
        of=FEATURES,
    )
    score_source: str = column(
        "out_of_fold: by a model that did not learn from this customer's label; model: by the "
        "final model, for customers without a label in training.",
        isin=SCORE_SOURCES,
        of=(),
    )
    churn_flag: bool = column("churn_probability at or above the model's threshold.", of=FEATURES)
    risk_tier: str = column(
        "The policy's tier: by churn_probability, by expected loss, or by capacity.",
        isin=RISK_TIERS,
        of=[*FEATURES, "avg_monthly_margin_eur"],
    )
    to_higher_tier: float = column(
        "Distance to the next higher tier, in what the policy cuts: churn_probability, or "
        "expected_monthly_loss_eur where tiers go by value.",
        null="in the highest tier that holds anybody",
        structural=True,
        ge=0,
        of=[*FEATURES, "avg_monthly_margin_eur"],
    )
    to_lower_tier: float = column(
        "Distance above the beginning of the customer's tier, in the same measure.",
        null="in the lowest tier",
        structural=True,
        ge=0,
        of=[*FEATURES, "avg_monthly_margin_eur"],
    )
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    avg_monthly_margin_eur: float = column(
        "Mean monthly margin of the twelve months before the snapshot.", unit="EUR/month"
    )
    total_margin_12m_eur: float = column("Margin of those twelve months.", unit="EUR")
    expected_monthly_loss_eur: float = column(
        "churn_probability x the monthly margin, a negative margin counted as 0; to the cent.",
        unit="EUR/month",
        ge=0,
        of=[*FEATURES, "avg_monthly_margin_eur"],
    )
    expected_yearly_loss_eur: float = column(
        "Twelve times the loss of a month, rounded once; to the cent.",
        unit="EUR/year",
        ge=0,
        of=[*FEATURES, "avg_monthly_margin_eur"],
    )
    model_version: str = column("Model that scored.", str_length={"min_value": 1}, of=())
    as_of: date = column("The snapshot.", of=())


_DECIDED_BY = [
    "churn_probability",
    "risk_tier",
    "segment",
    "avg_monthly_margin_eur",
    "shift",
    "owner_id",
    "in_holdout",
    "in_cool_down",
    "phone_block",
    "email_block",
    "letter_block",
]
_TOLD = [
    *FEATURES,
    "days_to_renewal",
    "elec_price_last_eur_kwh",
    "province_code",
    *_DECIDED_BY,
]


class Recommendations(Contract):
    """What to do about each customer, when, at what price, and why.

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    owner_id: str = column("Who holds the supply; an owner gets one offer.")
    risk_score: float = column(
        "Calibrated probability of leaving.", ge=0, le=1, of=["churn_probability"]
    )
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    risk_tier: str = column("The policy's tier of the score.", isin=RISK_TIERS)
    action: str = column(
        "Offer of the offer table to make, or no_offer.",
        str_length={"min_value": 1},
        of=_DECIDED_BY,
    )
    timing_window: str = column("When to act.", isin=TIMING_WINDOWS, of=_DECIDED_BY)
    channel: str = column(
        "How to make the offer.",
        null=_NO_OFFER,
        structural=True,
        isin=CHANNELS,
        of=_DECIDED_BY,
    )
    offer_budget_eur_month: float = column(
        "What the offer costs in each month that it lasts; 0 without an offer.",
        unit="EUR/month",
        ge=0,
        of=_DECIDED_BY,
    )
    offer_cost_eur: float = column("What the offer costs in all.", unit="EUR", ge=0, of=_DECIDED_BY)
    contact_cost_eur: float = column("What making it costs.", unit="EUR", ge=0, of=_DECIDED_BY)
    save_rate: float = column(
        "Share of churners whom the offer is expected to keep.",
        unit="share",
        null=_NO_OFFER,
        structural=True,
        ge=0,
        le=1,
        of=_DECIDED_BY,
    )
    kept_months: float = column(
        "Months within the policy's horizon that a save is expected to last.",
        unit="months",
        null=_NO_OFFER,
        structural=True,
        ge=0,
        of=["churn_probability"],
    )
    break_even_save_rate: float = column(
        "Save rate at which the offer pays for itself and its contact.",
        unit="share",
        null=_NO_OFFER,
        structural=True,
        ge=0,
        of=_DECIDED_BY,
    )
    expected_margin_impact_eur: float = column(
        "risk_score x save_rate x monthly margin x kept_months, less offer and contact; "
        "0 without an offer.",
        unit="EUR",
        ge=0,
        of=_DECIDED_BY,
    )
    expected_margin_impact_eur_month: float = column(
        "The same by month of the horizon.",
        unit="EUR/month",
        ge=0,
        of=_DECIDED_BY,
    )
    offer_probability: float = column(
        "Probability with which the choice came to this offer, or to the one that is withheld; 1 "
        "unless the owner is one for whom an offer is drawn.",
        unit="share",
        null="no offer was chosen for the customer",
        structural=True,
        gt=0,
        le=1,
        of=_DECIDED_BY,
    )
    reason_codes: str = column(
        "Why the customer may leave, strongest first, joined by commas; last, if an offer is "
        "withheld, block_reason.",
        str_length={"min_value": 1},
        of=_TOLD,
    )
    reasons: str = column(
        "The same as English sentences for a person, joined by '; '.",
        str_length={"min_value": 1},
        of=_TOLD,
    )
    reasons_es: str = column("The same in Spanish.", str_length={"min_value": 1}, of=_TOLD)
    in_holdout: bool = column("Of the holdout.")
    block_reason: str = column(
        "Why no offer is made.",
        null="an offer is made",
        structural=True,
        isin=BLOCK_REASONS,
        of=_DECIDED_BY,
    )
    withheld_value_eur: float = column(
        "What the best offer that the policy knows for the customer would have brought but for "
        "block_reason; 0 where it would have brought nothing.",
        unit="EUR",
        null="an offer is made, or none was due",
        structural=True,
        ge=0,
        of=_DECIDED_BY,
    )
    withheld_action: str = column(
        "Offer that the policy would have made but for block_reason.",
        null="an offer is made, or none was due",
        structural=True,
        of=_DECIDED_BY,
    )


#: What a counterfactual changes, and the score that it changes by it.
_CHANGED = [
    "next_renewal_date",
    "elec_price_last_eur_kwh",
    "churn_probability",
    *FEATURES,
]


class Counterfactuals(Contract):
    """What would change it: the smallest change that takes a customer down to a lower tier.

    Grain: one row per customer_id above the lowest tier. The model's answer to a changed input, and
    no promise: the model knows who left, not why.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    risk_tier: str = column("Tier today.", isin=RISK_TIERS)
    churn_probability: float = column("Probability today.", ge=0, le=1)
    to_lower_tier: float = column("Distance to the tier below, in the tiers' measure.", ge=0)
    lever: str = column(
        "What is changed: renewal, price or sentiment.",
        null="no single change suffices",
        structural=True,
        isin=LEVERS,
        of=_CHANGED,
    )
    change: str = column(
        "How much, in English.", null="no single change suffices", structural=True, of=_CHANGED
    )
    change_es: str = column(
        "The same in Spanish.",
        null="no single change suffices",
        structural=True,
        of=_CHANGED,
    )
    probability_after: float = column(
        "Probability with the change.",
        null="no single change suffices",
        structural=True,
        ge=0,
        le=1,
        of=_CHANGED,
    )
    tier_after: str = column(
        "Tier with the change.",
        null="no single change suffices",
        structural=True,
        isin=RISK_TIERS,
        of=_CHANGED,
    )


def _table(
    name: str,
    model: type[Contract],
    inputs: tuple[Source, ...],
    key: tuple[str, ...] = ("customer_id",),
    reason_limits: Mapping[str, float] | None = None,
    *,
    of_results: bool = False,
) -> Table:
    return Table(
        "retention",
        name,
        model,
        key,
        "snapshot",
        inputs,
        reason_limits=reason_limits or {},
        of_results=of_results,
    )


SCORED_CUSTOMERS = _table("scored_customers", ScoredCustomers, (GOLD_MASTER,))
# Former customers stay in a list of opt-outs, and in the history of offers for ever.
CONTACT_PERMISSIONS = _table(
    "contact_permissions",
    ContactPermissions,
    (CUSTOMER, CONTACT_PREFERENCES, CAMPAIGN_OUTCOMES),
    reason_limits={
        NO_CUSTOMER: 0.05,
        FORMER_CUSTOMER: NO_LIMIT,
        NO_CUSTOMER_OF_OFFER: 0.5,
        NO_LONGER_CUSTOMER: NO_LIMIT,
        REPLACED: NO_LIMIT,
        GONE: 0.2,
    },
)
CAMPAIGN_EFFECT = _table(
    "campaign_effect",
    CampaignEffect,
    (CAMPAIGN_OUTCOMES,),
    ("offer", "segment"),
    reason_limits=dict.fromkeys(
        (NO_SUCH_OFFER, NEVER_CHOSEN, BEFORE_OFFER, ARM_UNKNOWN, OTHER_WINDOW), NO_LIMIT
    ),
    of_results=True,
)
RECOMMENDATIONS = _table(
    "recommendations",
    Recommendations,
    (SCORED_CUSTOMERS, CONTACT_PERMISSIONS, CAMPAIGN_EFFECT, GOLD_MASTER, CUSTOMER),
)
ASSIGNMENTS = _table(
    "assignments",
    Assignments,
    (RECOMMENDATIONS, SCORED_CUSTOMERS, CAMPAIGN_EFFECT),
    of_results=True,
)
PROMISES = _table(
    "promised_and_realised",
    Promises,
    (CAMPAIGN_OUTCOMES,),
    ("campaign", "offer", "month"),
    of_results=True,
)
COUNTERFACTUALS = _table(
    "counterfactuals",
    Counterfactuals,
    (SCORED_CUSTOMERS, GOLD_MASTER, CUSTOMER),
    of_results=True,
)

#: All of them, in the order of the graph.
TABLES = (
    SCORED_CUSTOMERS,
    CONTACT_PERMISSIONS,
    CAMPAIGN_EFFECT,
    RECOMMENDATIONS,
    ASSIGNMENTS,
    PROMISES,
    COUNTERFACTUALS,
)
