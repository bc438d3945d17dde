"""Contracts of the gold tiers: every feature with its formula, unit and null rule.

A month, as a duration, is 30.4375 days (a twelfth of 365.25). "The window" is the twelve complete
months before the snapshot. ``old_name`` is the name in the system that this one replaces.
"""

from spanishgas_assets.gold.market_tables import MarketCore, MarketDynamics, MarketRisk
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.silver.tables import CHANNELS
from spanishgas_assets.tables.contracts import Contract, Table, column
from spanishgas_assets.text.vocabulary import STATED_INTENTS, STATED_SENTIMENTS

NO_INTERACTION = "no_interaction"
RENEWAL_BUCKETS = ["expired", "0-3m", "3-6m", "6-12m", "12m+"]
TENURE_BUCKETS = ["0-6m", "6-12m", "1-2y", "2-5y", "5y+"]
PORTFOLIO_TYPES = [
    f"{segment}_{fuels}" for segment in SEGMENTS for fuels in ("SingleFuel", "DualFuel")
]

_NO_NOTE = "no note before the snapshot"


class Lifecycle(Contract):
    """Where the customer stands in the contract, and the structure of the supply (tier 1A).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    months_to_renewal: float = column(
        "Days from the snapshot to the renewal date / 30.4375; negative once past.",
        unit="months",
        decided="Notebook: days / 30. Production: days / 30.44, one decimal. A mean month of "
        "30.4375 days, not rounded: a year is twelve months, and a model needs no "
        "rounding.",
        of=["next_renewal_date"],
        ages=-1,
    )
    renewal_bucket: str = column(
        "months_to_renewal in (-inf,0], (0,3], (3,6], (6,12], (12,inf).",
        isin=RENEWAL_BUCKETS,
        of=["next_renewal_date"],
    )
    is_within_3m_of_renewal: bool = column(
        "0 <= months_to_renewal <= 3: expired is not within.",
        decided="Notebook: 0 to 3 months. Production: up to 3, so every expired contract too, and "
        "a missing date as well. 0 to 3: those expired leave at 11%, those within at 25%, "
        "so they are two groups.",
        of=["next_renewal_date"],
    )
    tenure_months: float = column(
        "Days from the first activation to the snapshot / 30.4375.",
        unit="months",
        ge=0,
        decided="Notebook: days / 30. Production: days / 30.44, whole months, contract start where "
        "the activation is missing. Mean months, not rounded; a customer without an "
        "activation date is set aside in bronze.",
        of=["customer_first_activation_date"],
        ages=1,
    )
    tenure_bucket: str = column(
        "tenure_months in [0,6], (6,12], (12,24], (24,60], (60,inf).",
        isin=TENURE_BUCKETS,
        decided="Notebook: [0,6] up to 200 months, null above. Production: (0,6], so tenure 0 is "
        "null. Closed at 0 and open above: nobody has no bucket.",
        of=["customer_first_activation_date"],
    )
    is_expired_contract: bool = column("renewal_bucket is expired.", of=["next_renewal_date"])
    segment: str = column(
        "Residential, SME or Corporate.",
        isin=SEGMENTS,
        decided="Both: SME is exactly 10 kW, so an industrial supply below 10 kW has no segment. "
        "SME is 10 kW or less.",
    )
    sales_channel: str = column("Sales channel.", isin=CHANNELS)
    is_high_competition_province: bool = column("Province with strong competition.")
    is_second_residence: bool = column("Second residence.")
    is_dual_fuel: bool = column(
        "Used electricity and gas in the window.",
        decided="Notebook gold: any gas (3,632 customers). Production: electricity and gas "
        "(3,602). Both fuels, as the name says: 30 customers use gas alone.",
        of=["elec_kwh", "gas_m3"],
    )
    portfolio_type: str = column(
        "Segment and is_dual_fuel in one name.",
        isin=PORTFOLIO_TYPES,
        decided="Both: by any gas. By is_dual_fuel, so the two never disagree.",
        of=["segment", "elec_kwh", "gas_m3"],
    )
    is_digital_channel: bool = column("Comparison Website or Own Website.", of=["sales_channel"])
    is_comparison_channel: bool = column("Comparison Website.", of=["sales_channel"])
    is_own_website_channel: bool = column("Own Website.", of=["sales_channel"])


class Behavioral(Contract):
    """What the customer did and said before the snapshot (tier 2A).

    Grain: one row per customer_id. Speaks of the latest note before the snapshot.
    """

    customer_id: str = column("Customer.")
    has_interaction: bool = column("A note before the snapshot.", of=["last_interaction_date"])
    customer_intent: str = column(
        "Intent of the latest note.",
        null=_NO_NOTE,
        structural=True,
        fill=NO_INTERACTION,
        isin=STATED_INTENTS,
        decided="Notebook: Other / Unclassified without a note. Production: no_interaction. Null, "
        "read as no_interaction by a model: silence is not a kind of note.",
    )
    is_cancellation_intent: bool = column(
        "Intent is Cancellation / Switch.", of=["customer_intent"]
    )
    is_complaint_intent: bool = column("Intent is Complaint / Escalation.", of=["customer_intent"])
    recent_complaint_flag: bool = column(
        "Intent is one of those two.",
        decided="Both: any complaint or cancellation, however old. Kept, with its age beside it in "
        "last_interaction_days_ago.",
        of=["customer_intent"],
    )
    intent_severity_score: int = column(
        "Cancellation 3, Complaint 2, Pricing 1, else 0.",
        isin=[0, 1, 2, 3],
        decided="Both: cancellation above complaint, though 98% of those who complain leave and "
        "59% of those who cancel. Kept as customer service's scale; the model has both "
        "flags.",
        of=["customer_intent"],
    )
    last_interaction_days_ago: int = column(
        "Days from the latest note to the snapshot.",
        unit="days",
        null=_NO_NOTE,
        structural=True,
        ge=1,
        decided="Both: 9999 without a note. Null: a tree takes its own side for it, and a mean "
        "stays a mean.",
        of=["last_interaction_date"],
        ages=1,
    )
    interaction_within_3m_of_renewal: bool = column(
        "0 <= (renewal - latest note) / 30.4375 days <= 3.",
        decided="Both: days / 30.44. Mean months of 30.4375 days as everywhere: the day on the "
        "edge is the same.",
        of=["next_renewal_date", "last_interaction_date"],
    )
    is_interaction_within_30d_of_renewal: bool = column(
        "0 <= renewal - latest note <= 30 days.", of=["next_renewal_date", "last_interaction_date"]
    )
    complaint_near_renewal: bool = column(
        "recent_complaint_flag and interaction_within_3m_of_renewal.",
        of=["customer_intent", "next_renewal_date", "last_interaction_date"],
    )
    months_since_last_change: float = column(
        "Days from the last product change to the snapshot / 30.4375.",
        unit="months",
        null="the product was never changed",
        structural=True,
        ge=0,
        decided="Notebook: days / 30, median where it is missing. Production: days / 30.44, 9999. "
        "Mean months, null where the product was never changed.",
        of=["last_product_change_date"],
        ages=1,
    )


class Sentiment(Contract):
    """The sentiment of the latest note before the snapshot (tier 2B).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    sentiment_label: str = column(
        "Sentiment.",
        null=_NO_NOTE,
        structural=True,
        fill=NO_INTERACTION,
        isin=STATED_SENTIMENTS,
        decided="Notebook and training: no_interaction; scoring: an unseen category. "
        "no_interaction in both, by one fill.",
    )
    is_negative_sentiment: bool = column(
        "Sentiment is negative; false without a note.",
        decided="Notebook: median where there is no note. Production: 0. False: no note is no bad "
        "sentiment.",
        of=["sentiment_label"],
    )
    complaint_x_negative_sentiment: bool = column(
        "recent_complaint_flag and negative sentiment.",
        of=["recent_complaint_flag", "sentiment_label"],
    )


class Compound(Contract):
    """Flags that join two facts (tier 3).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    is_price_sensitive: bool = column("Intent is Pricing Offers.", of=["customer_intent"])
    is_high_risk_lifecycle: bool = column(
        "Renewal expired or 0-3m, and tenure up to 12 months.",
        of=["renewal_bucket", "tenure_bucket"],
    )
    is_competition_x_renewal: bool = column(
        "High competition and within 3 months of renewal.",
        of=["is_high_competition_province", "is_within_3m_of_renewal"],
    )
    dual_fuel_x_renewal: bool = column(
        "Dual fuel and within 3 months of renewal.", of=["is_dual_fuel", "is_within_3m_of_renewal"]
    )
    dual_fuel_x_competition: bool = column(
        "Dual fuel and high competition.", of=["is_dual_fuel", "is_high_competition_province"]
    )
    dual_fuel_x_intent: bool = column(
        "Dual fuel and a complaint or cancellation.", of=["is_dual_fuel", "recent_complaint_flag"]
    )


class InteractionStrings(Contract):
    """Two categories joined as ``a_x_b``, for linear models only (tier 1B).

    Grain: one row per customer_id. A missing part reads ``no_interaction``.
    """

    customer_id: str = column("Customer.")
    intent_x_renewal_bucket: str = column(
        "Intent and renewal bucket.", of=["customer_intent", "renewal_bucket"]
    )
    intent_x_tenure_bucket: str = column(
        "Intent and tenure bucket.", of=["customer_intent", "tenure_bucket"]
    )
    intent_x_sentiment: str = column(
        "Intent and sentiment.", of=["customer_intent", "sentiment_label"]
    )
    sentiment_x_renewal_bucket: str = column(
        "Sentiment and renewal bucket.", of=["sentiment_label", "renewal_bucket"]
    )
    tenure_x_renewal_bucket: str = column(
        "Tenure and renewal bucket.", of=["tenure_bucket", "renewal_bucket"]
    )
    sales_channel_x_renewal_bucket: str = column(
        "Channel and renewal bucket.", of=["sales_channel", "renewal_bucket"]
    )
    has_interaction_x_renewal_bucket: str = column(
        "Note or none, and renewal bucket.", of=["has_interaction", "renewal_bucket"]
    )
    competition_x_intent: str = column(
        "High or low competition, and intent.",
        of=["is_high_competition_province", "customer_intent"],
    )


class GoldMaster(
    MarketDynamics,
    InteractionStrings,
    Compound,
    Sentiment,
    Behavioral,
    MarketRisk,
    MarketCore,
    Lifecycle,
):
    """All features of one customer as of the snapshot, with what decisions and reasons need.

    Grain: one row per customer_id. Holds no label.
    """

    days_to_renewal: int = column(
        "Days until the contract renews, negative when it has; never a feature.",
        unit="days",
        of=["next_renewal_date"],
        ages=-1,
    )
    elec_price_last_eur_kwh: float = column(
        "Last observed P1 price of the window; never a feature.",
        unit="EUR/kWh",
        null="no observed price",
        structural=True,
        gt=0,
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    avg_monthly_margin_eur: float = column(
        "Mean monthly margin of the window; never a feature.",
        unit="EUR/month",
        old_name="avg_monthly_margin",
        of=["total_margin_eur"],
    )
    total_margin_12m_eur: float = column(
        "Margin of the window; never a feature.",
        unit="EUR",
        old_name="total_margin_2024",
        of=["total_margin_eur"],
    )


def _tier(name: str, model: type[Contract], *inputs: Table) -> Table:
    return Table("gold", name, model, ("customer_id",), "snapshot", inputs)


LIFECYCLE = _tier("lifecycle", Lifecycle, silver.CUSTOMER, silver.CUSTOMER_MONTH)
MARKET_CORE = _tier("market_core", MarketCore, silver.CUSTOMER, silver.CUSTOMER_MONTH)
MARKET_RISK = _tier("market_risk", MarketRisk, silver.CUSTOMER, silver.CUSTOMER_MONTH)
BEHAVIORAL = _tier("behavioral", Behavioral, silver.CUSTOMER)
SENTIMENT = _tier("sentiment", Sentiment, silver.CUSTOMER, BEHAVIORAL)
COMPOUND = _tier("compound", Compound, LIFECYCLE, BEHAVIORAL)
INTERACTION_STRINGS = _tier(
    "interaction_strings", InteractionStrings, LIFECYCLE, BEHAVIORAL, SENTIMENT
)
MARKET_DYNAMICS = _tier("market_dynamics", MarketDynamics, silver.CUSTOMER, silver.CUSTOMER_MONTH)

#: The tiers in the order of the feature ablation; the last is beyond the old set.
TIERS = {
    tier.name: tier
    for tier in (
        LIFECYCLE,
        MARKET_CORE,
        MARKET_RISK,
        BEHAVIORAL,
        SENTIMENT,
        COMPOUND,
        INTERACTION_STRINGS,
        MARKET_DYNAMICS,
    )
}
GOLD_MASTER = _tier(
    "gold_master", GoldMaster, *TIERS.values(), silver.CUSTOMER, silver.CUSTOMER_MONTH
)


def features(tier: str) -> list[str]:
    """Return the feature names of a tier, in contract order.

    Raises:
        KeyError: the tier does not exist.
    """
    return [name for name in TIERS[tier].columns if name != "customer_id"]


#: The features of every tier.
FEATURES = [name for tier in TIERS for name in features(tier)]
