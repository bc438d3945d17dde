"""Contracts of the three market tiers: use, price, cost and margin over the window.

Like ``tables.py``, which all others import them from: a month, as a duration, is 30.4375 days, and
"the window" is the twelve complete months before the snapshot.
"""

from spanishgas_assets.tables.contracts import Contract, column

_NO_PRICE = "fewer than the observed prices it needs"
_NO_PROVINCE = "no customer of the province has a month in the window"
_NO_ELECTRICITY = "no electricity used in the window"
_NO_FULL_YEAR = "not all twelve months have readings, or no electricity used"


class MarketCore(Contract):
    """How much the customer uses and what the province costs (tier MP core).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    avg_monthly_elec_kwh: float = column(
        "Mean of the window's months.", unit="kWh/month", ge=0, of=["elec_kwh"]
    )
    total_elec_12m_kwh: float = column(
        "Sum of the window.",
        unit="kWh",
        ge=0,
        old_name="total_elec_kwh_2024",
        of=["elec_kwh"],
    )
    avg_monthly_gas_m3: float = column(
        "Mean of the window's months.", unit="m3/month", ge=0, of=["gas_m3"]
    )
    total_gas_12m_m3: float = column(
        "Sum of the window.",
        unit="m3",
        ge=0,
        old_name="total_gas_m3_2024",
        of=["gas_m3"],
    )
    gas_share_of_revenue: float = column(
        "Gas revenue, fixed part included, over all revenue of the window.",
        unit="share",
        null="no revenue in the window",
        structural=True,
        ge=0,
        le=1,
        decided="Notebook: the monthly fixed part divided by 12 a second time. Production: volume "
        "only, 0 without revenue. All gas revenue, the fixed part once; null without "
        "revenue, as a share of nothing is not 0.",
        of=["gas_revenue_eur", "total_revenue_eur"],
    )
    price_update_count: int = column(
        "Months whose observed P1 price moved by more than 0.001 EUR/kWh since the last observed.",
        unit="months",
        ge=0,
        decided="Notebook: distinct pricing dates, 12 for nearly everyone. Production: months "
        "whose P1 price moved by over 0.001 EUR/kWh. Moves, of observed prices only: an "
        "imputed price is no decision of the retailer.",
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    province_avg_elec_cost_12m_eur_kwh: float = column(
        "Mean of the province's months.",
        unit="EUR/kWh",
        null=_NO_PROVINCE,
        gt=0,
        old_name="province_avg_elec_cost_2024",
        of=["province_code", "elec_energy_cost_eur_kwh"],
    )
    province_avg_gas_cost_12m_eur_m3: float = column(
        "Mean of the province's months.",
        unit="EUR/m3",
        null=_NO_PROVINCE,
        gt=0,
        old_name="province_avg_gas_cost_2024",
        of=["province_code", "gas_energy_cost_eur_m3"],
    )


class MarketRisk(Contract):
    """How use, price and margin moved in the window (tier MP risk).

    Grain: one row per customer_id.
    """

    customer_id: str = column("Customer.")
    std_monthly_elec_kwh: float = column(
        "Sample standard deviation over months.",
        unit="kWh",
        null="fewer than two months",
        structural=True,
        ge=0,
        of=["elec_kwh"],
    )
    std_monthly_gas_m3: float = column(
        "Sample standard deviation over months.",
        unit="m3",
        null="fewer than two months",
        structural=True,
        ge=0,
        of=["gas_m3"],
    )
    active_months_count: int = column(
        "Months with readings.",
        unit="months",
        ge=0,
        le=12,
        decided="Both: constant 12 in the source's year. Kept: it says how far the other features "
        "can be trusted.",
        of=["silver/customer_month.month"],
    )
    std_margin_eur: float = column(
        "Sample standard deviation of the monthly margin.",
        unit="EUR",
        null="fewer than two months",
        structural=True,
        ge=0,
        old_name="std_margin",
        of=["total_margin_eur"],
    )
    min_monthly_margin_eur: float = column(
        "Lowest monthly margin; 0 without months.",
        unit="EUR",
        old_name="min_monthly_margin",
        decided="Both: trained on although margin was said to be excluded. Kept as what a customer "
        "costs, not earns.",
        of=["total_margin_eur"],
    )
    loss_months_count: int = column(
        "Months with a negative margin.",
        unit="months",
        ge=0,
        le=12,
        old_name="max_negative_margin",
        decided="Both: this count under the name of a margin. The count is kept and named for what "
        "it is.",
        of=["total_margin_eur"],
    )
    elec_price_trend_12m: float = column(
        "(last - first) / first observed P1 price.",
        unit="share",
        null=_NO_PRICE,
        structural=True,
        gt=-1,
        decided="Notebook: first to last price by date, null where the first is 0. Production: on "
        "imputed prices, 0 where there is none. Observed prices only, null where they show "
        "no change: an imputed price shows the neighbours' trend.",
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    gas_price_trend_12m: float = column(
        "(last - first) / first observed gas price.",
        unit="share",
        null="fewer than two observed gas prices",
        structural=True,
        gt=-1,
        decided="Notebook: null for 82%. Production: 0 everywhere. Null without two observed "
        "prices: no gas is not a steady price.",
        of=["gas_price_eur_m3", "gas_price_source"],
    )
    elec_price_volatility_12m_eur_kwh: float = column(
        "Sample standard deviation of the observed P1 prices.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        structural=True,
        ge=0,
        old_name="elec_price_volatility_12m",
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    province_elec_cost_trend: float = column(
        "(last - first) / first month's electricity cost of the province.",
        unit="share",
        null="fewer than two months of cost",
        decided="Both: December against January. Last month of the window against its first, "
        "whatever the snapshot.",
        of=["province_code", "elec_energy_cost_eur_kwh"],
    )
    elec_price_vs_province_cost_spread_eur_kwh: float = column(
        "Last observed P1 price less the province's mean cost.",
        unit="EUR/kWh",
        null=_NO_PRICE,
        structural=True,
        old_name="elec_price_vs_province_cost_spread",
        decided="Both: last price, also where it was 0 for missing (spread down to minus the "
        "cost). Last observed price.",
        of=[
            "elec_price_peak_eur_kwh",
            "elec_price_peak_source",
            "province_code",
            "elec_energy_cost_eur_kwh",
        ],
    )
    is_price_increase: bool = column(
        "elec_price_trend_12m > 0; false where it is null.",
        decided="Both: false where the trend is null. Kept.",
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    rolling_margin_trend_eur: float = column(
        "Mean margin of the window's last three months less that of the three before.",
        unit="EUR/month",
        null="not all of the window's last six months have readings",
        structural=True,
        old_name="rolling_margin_trend",
        decided="Notebook: October to December against July to September. Production: the last "
        "three rows against the three before, whatever months they are. The window's last "
        "calendar quarters; null unless all six months have readings.",
        of=["total_margin_eur"],
        seasonal=True,
    )


class MarketDynamics(Contract):
    """How use, price and contact have lately moved, and the contract's age (beyond the old set).

    Grain: one row per customer_id. Prices are observed P1 prices.
    """

    customer_id: str = column("Customer.")
    elec_use_trend: float = column(
        "Least-squares slope of the monthly electricity use over its mean.",
        unit="share/month",
        null="fewer than two months, or no electricity used",
        structural=True,
        of=["elec_kwh"],
        seasonal=True,
    )
    elec_winter_share: float = column(
        "Electricity used in December, January and February over the year's.",
        unit="share",
        null=_NO_FULL_YEAR,
        structural=True,
        ge=0,
        le=1,
        of=["elec_kwh", "month"],
    )
    gas_winter_share: float = column(
        "Gas used in December, January and February over the year's.",
        unit="share",
        null="not all twelve months have readings, or no gas used",
        structural=True,
        ge=0,
        le=1,
        of=["gas_m3", "month"],
    )
    elec_peak_share: float = column(
        "Electricity used in P1 over all of the window; P2 has the rest of P1 and P3.",
        unit="share",
        null=_NO_ELECTRICITY,
        structural=True,
        ge=0,
        le=1,
        of=["elec_peak_kwh", "elec_kwh"],
    )
    elec_offpeak_share: float = column(
        "Electricity used in P3 (nights, weekends, holidays) over all of the window.",
        unit="share",
        null=_NO_ELECTRICITY,
        structural=True,
        ge=0,
        le=1,
        of=["elec_offpeak_kwh", "elec_kwh"],
    )
    elec_weekend_share: float = column(
        "Electricity used on Saturdays and Sundays over all of the window; working days have the "
        "rest.",
        unit="share",
        null=_NO_ELECTRICITY,
        structural=True,
        ge=0,
        le=1,
        of=["elec_weekend_kwh", "elec_kwh"],
    )
    elec_recent_use_vs_season: float = column(
        "Share of the year's electricity used in the last three months over the segment's median "
        "of that share; 1 is as the season says.",
        unit="ratio",
        null=_NO_FULL_YEAR,
        structural=True,
        ge=0,
        of=["elec_kwh", "month", "segment"],
    )
    is_sharp_elec_use_drop: bool = column(
        "elec_recent_use_vs_season < 0.5; false where it is null.",
        of=["elec_kwh", "month", "segment"],
    )
    elec_price_vs_market: float = column(
        "Last observed price over the median of all customers' observed prices of that month, "
        "less 1.",
        unit="share",
        null=_NO_PRICE,
        structural=True,
        gt=-1,
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    last_price_change: float = column(
        "(after - before) / before of the last move of the price by more than 0.001 EUR/kWh.",
        unit="share",
        null="the price did not move in the window",
        structural=True,
        gt=-1,
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source"],
    )
    days_since_price_change: int = column(
        "Days from the pricing date of that move to the snapshot.",
        unit="days",
        null="the price did not move in the window",
        structural=True,
        ge=1,
        of=["elec_price_peak_eur_kwh", "elec_price_peak_source", "pricing_date"],
        ages=1,
    )
    elec_margin_eur_kwh: float = column(
        "Electricity margin of the window, fixed parts included, over the electricity used.",
        unit="EUR/kWh",
        null=_NO_ELECTRICITY,
        structural=True,
        of=["elec_margin_eur", "elec_kwh"],
    )
    loss_streak_months: int = column(
        "Months with a negative margin in a row, up to the customer's newest month.",
        unit="months",
        ge=0,
        le=12,
        of=["total_margin_eur"],
        seasonal=True,
    )
    interactions_last_30d: int = column("Notes 1 to 30 days before the snapshot.", ge=0)
    interactions_last_90d: int = column("Notes 1 to 90 days before the snapshot.", ge=0)
    interactions_last_365d: int = column("Notes 1 to 365 days before the snapshot.", ge=0)
    contract_age_months: float = column(
        "Days from the start of the current contract to the snapshot / 30.4375.",
        unit="months",
        null="contract start not given, or not begun before the snapshot",
        structural=True,
        gt=0,
        of=["contract_start_date"],
        ages=1,
    )
    product_change_into_contract_months: float = column(
        "Days from the contract start to the last product change / 30.4375; negative if the "
        "product changed before the contract began.",
        unit="months",
        null="no contract start, or the product was never changed",
        structural=True,
        of=["contract_start_date", "last_product_change_date"],
    )
