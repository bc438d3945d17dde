"""Contracts of the gold tiers: every feature with its formula, unit and null rule.

A month, as a duration, is 30.4375 days (a twelfth of 365.25). "The window" is the twelve complete
months before the snapshot. ``old_name`` is the name in the system that this one replaces.
"""

from spanishgas_assets.bronze.tables import INTENTS, SENTIMENTS
from spanishgas_assets.contracts import Contract, Table, column
from spanishgas_assets.silver.tables import CHANNELS, SEGMENTS

NO_INTERACTION = "no_interaction"
RENEWAL_BUCKETS = ["expired", "0-3m", "3-6m", "6-12m", "12m+"]
TENURE_BUCKETS = ["0-6m", "6-12m", "1-2y", "2-5y", "5y+"]
PORTFOLIO_TYPES = [
    f"{segment}_{fuels}" for segment in SEGMENTS for fuels in ("SingleFuel", "DualFuel")
]

_NO_NOTE = "no note before the snapshot"
_NO_PRICE = "fewer than the observed prices it needs"
_NO_PROVINCE = "no customer of the province has a month in the window"


class Lifecycle(Contract):
    """Where the customer stands in the contract, and the structure of the supply (tier 1A).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    months_to_renewal: float = column(
        "Days from the snapshot to the renewal date / 30.4375; negative once past.", unit="months"
    )
    renewal_bucket: str = column(
        "months_to_renewal in (-inf,0], (0,3], (3,6], (6,12], (12,inf).", isin=RENEWAL_BUCKETS
    )
    is_within_3m_of_renewal: bool = column("0 <= months_to_renewal <= 3: expired is not within.")
    tenure_months: float = column(
        "Days from the first activation to the snapshot / 30.4375.", unit="months", ge=0
    )
    tenure_bucket: str = column(
        "tenure_months in [0,6], (6,12], (12,24], (24,60], (60,inf).", isin=TENURE_BUCKETS
    )
    is_expired_contract: bool = column("renewal_bucket is expired.")
    segment: str = column("Residential, SME or Corporate.", isin=SEGMENTS)
    sales_channel: str = column("Sales channel.", isin=CHANNELS)
    is_high_competition_province: bool = column("Province with strong competition.")
    is_second_residence: bool = column("Second residence.")
    is_dual_fuel: bool = column("Used electricity and gas in the window.")
    portfolio_type: str = column("Segment and is_dual_fuel in one name.", isin=PORTFOLIO_TYPES)
    is_digital_channel: bool = column("Comparison Website or Own Website.")
    is_comparison_channel: bool = column("Comparison Website.")
    is_own_website_channel: bool = column("Own Website.")


class MarketCore(Contract):
    """How much the customer uses and what the province costs (tier MP core).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    avg_monthly_elec_kwh: float = column("Mean of the window's months.", unit="kWh/month", ge=0)
    total_elec_12m_kwh: float = column(
        "Sum of the window.", unit="kWh", ge=0, old_name="total_elec_kwh_2024"
    )
    avg_monthly_gas_m3: float = column("Mean of the window's months.", unit="m3/month", ge=0)
    total_gas_12m_m3: float = column(
        "Sum of the window.", unit="m3", ge=0, old_name="total_gas_m3_2024"
    )
    gas_share_of_revenue: float = column(
        "Gas revenue, fixed part included, over all revenue of the window.",
        unit="share",
        null="no revenue in the window",
        ge=0,
        le=1,
    )
    price_update_count: int = column(
        "Months whose observed P1 price moved by more than 0.001 EUR/kWh since the last observed.",
        unit="months",
        ge=0,
    )
    province_avg_elec_cost_12m_eur_kwh: float = column(
        "Mean of the province's months.",
        unit="EUR/kWh",
        null=_NO_PROVINCE,
        gt=0,
        old_name="province_avg_elec_cost_2024",
    )
    province_avg_gas_cost_12m_eur_m3: float = column(
        "Mean of the province's months.",
        unit="EUR/m3",
        null=_NO_PROVINCE,
        gt=0,
        old_name="province_avg_gas_cost_2024",
    )


class MarketRisk(Contract):
    """How use, price and margin moved in the window (tier MP risk).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    std_monthly_elec_kwh: float = column(
        "Sample standard deviation over months.", unit="kWh", null="fewer than two months", ge=0
    )
    std_monthly_gas_m3: float = column(
        "Sample standard deviation over months.", unit="m3", null="fewer than two months", ge=0
    )
    active_months_count: int = column("Months with readings.", unit="months", ge=0, le=12)
    std_margin_eur: float = column(
        "Sample standard deviation of the monthly margin.",
        unit="EUR",
        null="fewer than two months",
        ge=0,
        old_name="std_margin",
    )
    min_monthly_margin_eur: float = column(
        "Lowest monthly margin; 0 without months.", unit="EUR", old_name="min_monthly_margin"
    )
    loss_months_count: int = column(
        "Months with a negative margin.",
        unit="months",
        ge=0,
        le=12,
        old_name="max_negative_margin",
    )
    elec_price_trend_12m: float = column(
        "(last - first) / first observed P1 price.", unit="share", null=_NO_PRICE, gt=-1
    )
    gas_price_trend_12m: float = column(
        "(last - first) / first observed gas price.",
        unit="share",
        null="fewer than two observed gas prices",
        structural=True,
        gt=-1,
    )
    elec_price_volatility_12m_eur_kwh: float = column(
        "Sample standard deviation of the observed P1 prices.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        ge=0,
        old_name="elec_price_volatility_12m",
    )
    province_elec_cost_trend: float = column(
        "(last - first) / first month's electricity cost of the province.",
        unit="share",
        null="fewer than two months of cost",
    )
    elec_price_vs_province_cost_spread_eur_kwh: float = column(
        "Last observed P1 price less the province's mean cost.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        old_name="elec_price_vs_province_cost_spread",
    )
    is_price_increase: bool = column("elec_price_trend_12m > 0; false where it is null.")
    rolling_margin_trend_eur: float = column(
        "Mean margin of the window's last three months less that of the three before.",
        unit="EUR/month",
        null="not all of the window's last six months have readings",
        old_name="rolling_margin_trend",
    )


class Behavioral(Contract):
    """What the customer did and said before the snapshot (tier 2A).

    Grain: one row per customer_id. Speaks of the latest note before the snapshot.
    """

    customer_id: str = column("Customer.")
    has_interaction: bool = column("A note before the snapshot.")
    customer_intent: str = column(
        "Intent of the latest note.",
        null=_NO_NOTE,
        structural=True,
        fill=NO_INTERACTION,
        isin=INTENTS,
    )
    is_cancellation_intent: bool = column("Intent is Cancellation / Switch.")
    is_complaint_intent: bool = column("Intent is Complaint / Escalation.")
    recent_complaint_flag: bool = column("Intent is one of those two.")
    intent_severity_score: int = column(
        "Cancellation 3, Complaint 2, Pricing 1, else 0.", isin=[0, 1, 2, 3]
    )
    last_interaction_days_ago: int = column(
        "Days from the latest note to the snapshot.",
        unit="days",
        null=_NO_NOTE,
        structural=True,
        ge=1,
    )
    interaction_within_3m_of_renewal: bool = column(
        "0 <= (renewal - latest note) / 30.4375 days <= 3."
    )
    is_interaction_within_30d_of_renewal: bool = column("0 <= renewal - latest note <= 30 days.")
    complaint_near_renewal: bool = column(
        "recent_complaint_flag and interaction_within_3m_of_renewal."
    )
    months_since_last_change: float = column(
        "Days from the last product change to the snapshot / 30.4375.",
        unit="months",
        null="the product was never changed",
        structural=True,
        ge=0,
    )


class Sentiment(Contract):
    """The mood of the latest note before the snapshot (tier 2B).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    sentiment_label: str = column(
        "Mood.", null=_NO_NOTE, structural=True, fill=NO_INTERACTION, isin=SENTIMENTS
    )
    is_negative_sentiment: bool = column("Mood is negative; false without a note.")
    complaint_x_negative_sentiment: bool = column("recent_complaint_flag and negative mood.")


class Compound(Contract):
    """Flags that join two facts (tier 3).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    is_price_sensitive: bool = column("Intent is Pricing Offers.")
    is_high_risk_lifecycle: bool = column("Renewal expired or 0-3m, and tenure up to 12 months.")
    is_competition_x_renewal: bool = column("High competition and within 3 months of renewal.")
    dual_fuel_x_renewal: bool = column("Dual fuel and within 3 months of renewal.")
    dual_fuel_x_competition: bool = column("Dual fuel and high competition.")
    dual_fuel_x_intent: bool = column("Dual fuel and a complaint or cancellation.")


class InteractionStrings(Contract):
    """Two categories joined as ``a_x_b``, for linear models only (tier 1B).

    Grain: one row per customer_id. A missing part reads ``no_interaction``.
    """

    customer_id: str = column("Customer.")
    intent_x_renewal_bucket: str = column("Intent and renewal bucket.")
    intent_x_tenure_bucket: str = column("Intent and tenure bucket.")
    intent_x_sentiment: str = column("Intent and mood.")
    sentiment_x_renewal_bucket: str = column("Mood and renewal bucket.")
    tenure_x_renewal_bucket: str = column("Tenure and renewal bucket.")
    sales_channel_x_renewal_bucket: str = column("Channel and renewal bucket.")
    has_interaction_x_renewal_bucket: str = column("Note or none, and renewal bucket.")
    competition_x_intent: str = column("High or low competition, and intent.")


class GoldMaster(
    InteractionStrings, Compound, Sentiment, Behavioral, MarketRisk, MarketCore, Lifecycle
):
    """All features of one customer as of the snapshot, with the money that decisions need.

    Grain: one row per customer_id. Holds no label.
    """

    avg_monthly_margin_eur: float = column(
        "Mean monthly margin of the window; never a feature.",
        unit="EUR/month",
        old_name="avg_monthly_margin",
    )
    total_margin_12m_eur: float = column(
        "Margin of the window; never a feature.", unit="EUR", old_name="total_margin_2024"
    )


def _tier(name: str, model: type[Contract]) -> Table:
    return Table("gold", name, model, ("customer_id",), "snapshot")


LIFECYCLE = _tier("lifecycle", Lifecycle)
MARKET_CORE = _tier("market_core", MarketCore)
MARKET_RISK = _tier("market_risk", MarketRisk)
BEHAVIORAL = _tier("behavioral", Behavioral)
SENTIMENT = _tier("sentiment", Sentiment)
COMPOUND = _tier("compound", Compound)
INTERACTION_STRINGS = _tier("interaction_strings", InteractionStrings)
GOLD_MASTER = _tier("gold_master", GoldMaster)

#: The tiers in the order of the experiment ladder.
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
    )
}


def features(tier: str) -> list[str]:
    """Return the feature names of a tier, in contract order.

    Raises:
        KeyError: the tier does not exist.
    """
    return [name for name in TIERS[tier].columns if name != "customer_id"]
