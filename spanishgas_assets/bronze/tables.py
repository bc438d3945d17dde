"""Contracts of the bronze tables: typed, validated facts as the source gave them."""

from datetime import date

from spanishgas_assets.contracts import Contract, Table, column

INTENTS = [
    "Cancellation / Switch",
    "Complaint / Escalation",
    "Billing / Payment",
    "Contract Renewal",
    "Pricing Offers",
    "Plan / Product Inquiry",
    "Account / Service Inquiry",
    "General / Operational Contact",
    "Other / Unclassified",
]
SENTIMENTS = ["negative", "neutral", "positive"]


class ConsumptionMonth(Contract):
    """Energy used by one customer in one calendar month, summed from the hourly readings.

    Grain: one row per (customer_id, month). Negative readings count as zero in the sums and are
    reported beside them. The three bands are the 2.0TD periods P1, P2 and P3.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    month: date = column("First day of the calendar month.")
    elec_kwh: float = column("Electricity used.", unit="kWh", ge=0)
    elec_peak_kwh: float = column("Electricity in 2.0TD period P1 (punta).", unit="kWh", ge=0)
    elec_standard_kwh: float = column("Electricity in 2.0TD period P2 (llano).", unit="kWh", ge=0)
    elec_offpeak_kwh: float = column("Electricity in 2.0TD period P3 (valle).", unit="kWh", ge=0)
    gas_m3: float = column("Gas used, volume.", unit="m3", ge=0)
    gas_kwh: float = column("Gas used, energy: gas_m3 times kWh per m3.", unit="kWh", ge=0)
    hours_seen: int = column("Hourly readings of the month.", unit="hours", ge=1)
    elec_negative_hours: int = column("Negative electricity readings.", unit="hours", ge=0)
    elec_negative_kwh: float = column("Sum of those readings, as read.", unit="kWh", le=0)
    gas_negative_hours: int = column("Negative gas readings.", unit="hours", ge=0)
    gas_negative_m3: float = column("Sum of those readings, as read.", unit="m3", le=0)


_NO_PRICE = "the source gives no price, or zero, which means none"


class PriceMonth(Contract):
    """Prices and fixed parts agreed with one customer for one month.

    Grain: one row per (customer_id, month). A zero price means "not given" and is null here.
    Fixed parts are as the source gives them: zero is a value.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    month: date = column("First day of the calendar month.")
    pricing_date: date = column("Day the price was set.")
    elec_price_peak_eur_kwh: float = column(
        "Energy price in P1.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_standard_eur_kwh: float = column(
        "Energy price in P2.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_offpeak_eur_kwh: float = column(
        "Energy price in P3.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_fixed_fee_eur_month: float = column(
        "Fixed fee that the customer pays.", unit="EUR/month", null="not given", ge=0
    )
    elec_fixed_cost_eur_month: float = column(
        "Fixed cost of the supply.", unit="EUR/month", null="not given", ge=0
    )
    gas_price_eur_m3: float = column(
        "Gas price.", unit="EUR/m3", null="the customer has no gas price", structural=True, gt=0
    )
    gas_fixed_revenue_eur_year: float = column(
        "Fixed gas fee of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )
    gas_fixed_cost_eur_year: float = column(
        "Fixed gas cost of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )


class CostMonth(Contract):
    """What energy and network cost the retailer in one province and month.

    Grain: one row per (province_code, month).
    """

    province_code: int = column("Province, INE code.", ge=1, le=52)
    month: date = column("First day of the calendar month.")
    elec_energy_cost_eur_kwh: float = column("Cost of electricity.", unit="EUR/kWh", gt=0)
    gas_energy_cost_eur_m3: float = column("Cost of gas.", unit="EUR/m3", gt=0)
    elec_toll_eur_kwh: float = column("Network toll (peaje).", unit="EUR/kWh", ge=0)


class CustomerMonth(ConsumptionMonth):
    """Consumption with the prices of the same customer and month.

    Grain: one row per (customer_id, month) with consumption. A customer-month without a price row
    keeps null prices; price rows without consumption are counted and set aside.
    """

    pricing_date: date = column(
        "Day the price was set.", null="the source has no price row for the month"
    )
    elec_price_peak_eur_kwh: float = column(
        "Energy price in P1.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_standard_eur_kwh: float = column(
        "Energy price in P2.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_price_offpeak_eur_kwh: float = column(
        "Energy price in P3.", unit="EUR/kWh", null=_NO_PRICE, gt=0
    )
    elec_fixed_fee_eur_month: float = column(
        "Fixed fee that the customer pays.", unit="EUR/month", null="no price row", ge=0
    )
    elec_fixed_cost_eur_month: float = column(
        "Fixed cost of the supply.", unit="EUR/month", null="no price row", ge=0
    )
    gas_price_eur_m3: float = column(
        "Gas price.", unit="EUR/m3", null="the customer has no gas price", structural=True, gt=0
    )
    gas_fixed_revenue_eur_year: float = column(
        "Fixed gas fee of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )
    gas_fixed_cost_eur_year: float = column(
        "Fixed gas cost of a year.",
        unit="EUR/year",
        null="the customer has no gas supply",
        structural=True,
        ge=0,
    )


class Customer(Contract):
    """One customer: label, attributes and contract dates as the raw files give them.

    Grain: one row per customer_id present in attributes and contracts.
    """

    customer_id: str = column("Customer.", str_length={"min_value": 1})
    churn: int = column(
        "1 if the customer left, 0 if not.",
        null="the customer has no label yet",
        structural=True,
        isin=[0, 1],
    )
    contracted_power_kw: float = column("Contracted power.", unit="kW", gt=0)
    is_industrial: bool = column("Industrial supply.")
    is_second_residence: bool = column("Second residence.")
    province_code: int = column("Province, INE code.", ge=1, le=52)
    region: str = column("Region, as the source spells it.", null="not given")
    is_high_competition_province: bool = column("Province with strong competition.")
    is_urban: bool = column("Urban supply.")
    sales_channel: str = column("Sales channel, as the source spells it, lower case.")
    customer_first_activation_date: date = column("First day as a customer.")
    contract_start_date: date = column("First day of the current contract.", null="not given")
    last_product_change_date: date = column(
        "Last change of product.", null="the product was never changed", structural=True
    )
    next_renewal_date: date = column("Day the contract renews.")


class Interactions(Contract):
    """Customer-service notes, each with its intent and mood.

    Grain: one row per record of the drop, numbered as found in the file.
    """

    record: int = column("Position in the file, from 1.", ge=1)
    customer_id: str = column("Customer.", str_length={"min_value": 1})
    interaction_date: date = column("Day of the contact.")
    channel: str = column("Channel of the contact.", null="not given")
    interaction_summary: str = column("The note.", null="the note is empty", structural=True)
    customer_intent: str = column("What the customer wanted.", isin=INTENTS)
    sentiment_negative: float = column("Share of negative mood.", ge=0, le=1)
    sentiment_neutral: float = column("Share of neutral mood.", ge=0, le=1)
    sentiment_positive: float = column("Share of positive mood.", ge=0, le=1)
    sentiment_label: str = column("The strongest of the three.", isin=SENTIMENTS)
    sentiment_backend: str = column("What scored the mood.")


CONSUMPTION_MONTH = Table(
    "bronze", "consumption_month", ConsumptionMonth, ("customer_id", "month"), "month"
)
PRICE_MONTH = Table("bronze", "price_month", PriceMonth, ("customer_id", "month"), "month")
COST_MONTH = Table("bronze", "cost_month", CostMonth, ("province_code", "month"), "month")
CUSTOMER_MONTH = Table("bronze", "customer_month", CustomerMonth, ("customer_id", "month"), "month")
CUSTOMER = Table("bronze", "customer", Customer, ("customer_id",), "snapshot")
INTERACTIONS = Table("bronze", "interactions", Interactions, ("record",), "snapshot")
