"""Contracts of the silver tables: what is known of each customer as of a snapshot."""

from datetime import date

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.raw.files import FIRST_PROVINCE, LAST_PROVINCE
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.tables.contracts import NO_LIMIT, Contract, Table, column
from spanishgas_assets.tariffs.periods import BANDS, BLOCKS
from spanishgas_assets.text.vocabulary import STATED_INTENTS, STATED_SENTIMENTS

RESIDENTIAL_TYPES = ["Primary", "Second residence"]
CHANNELS = [
    "In-Person Commercial",
    "Comparison Website",
    "Office",
    "Telemarketing",
    "Own Website",
    "Unknown",
]
#: How a price came to be known, best first.
PRICE_SOURCES = [
    "observed",
    "customer_forward",
    "customer_backward",
    "segment_month",
    "national_month",
]

_NO_NOTE = "the customer wrote or called in no note before the snapshot"
_NO_SCORE = f"{_NO_NOTE}, or that note was not understood"
_NOT_USED = "the fuel was not used in the month"
_NO_GAS_SUPPLY = "no gas supply in the window"
_NOT_RESIDENTIAL = "not a residential customer"


class Customer(Contract):
    """One customer as known on the snapshot's date.

    Grain: one row per customer_id. Holds no label: nothing after this table can see it.
    """

    customer_id: str = column("Customer.")
    segment: str = column(
        "Residential, SME (industrial, 10 kW or less) or Corporate (above).",
        isin=SEGMENTS,
        of=["is_industrial", "contracted_power_kw"],
    )
    residential_type: str = column(
        "Primary or second residence.",
        null=_NOT_RESIDENTIAL,
        structural=True,
        isin=RESIDENTIAL_TYPES,
        of=["is_industrial", "is_second_residence"],
    )
    contracted_power_kw: float = column("Contracted power.", unit="kW", gt=0)
    is_second_residence: bool = column("Second residence.")
    is_urban: bool = column("Urban supply.")
    province_code: int = column("Province, INE code.", ge=FIRST_PROVINCE, le=LAST_PROVINCE)
    region: str = column("Region.", null="not given")
    is_high_competition_province: bool = column("Province with strong competition.")
    sales_channel: str = column("Sales channel, in English.", isin=CHANNELS)
    customer_first_activation_date: date = column("First day as a customer.")
    contract_start_date: date = column(
        "First day of the current contract.",
        null="not given, or not begun before the snapshot",
    )
    last_product_change_date: date = column(
        "Last change of product before the snapshot.",
        null="the product was never changed",
        structural=True,
    )
    next_renewal_date: date = column("Day the contract renews.")
    last_interaction_date: date = column(
        "Day of the latest note before the snapshot.",
        null=_NO_NOTE,
        structural=True,
        of=["interaction_date"],
    )
    customer_intent: str = column(
        "Intent of that note.", null=_NO_NOTE, structural=True, isin=STATED_INTENTS
    )
    sentiment_label: str = column(
        "Sentiment of that note.", null=_NO_NOTE, structural=True, isin=STATED_SENTIMENTS
    )
    sentiment_negative: float = column(
        "Negative share of that note.", null=_NO_SCORE, structural=True, ge=0, le=1
    )
    sentiment_neutral: float = column(
        "Neutral share of that note.", null=_NO_SCORE, structural=True, ge=0, le=1
    )
    sentiment_positive: float = column(
        "Positive share of that note.", null=_NO_SCORE, structural=True, ge=0, le=1
    )
    interactions_last_30d: int = column(
        "Notes 1 to 30 days before the snapshot.", ge=0, of=["interaction_date"]
    )
    interactions_last_90d: int = column(
        "Notes 1 to 90 days before the snapshot.", ge=0, of=["interaction_date"]
    )
    interactions_last_365d: int = column(
        "Notes 1 to 365 days before the snapshot.", ge=0, of=["interaction_date"]
    )
    owner_key: str = column(
        "Owner of the supply: customers with the same key are one owner.",
        of=[
            "customer_first_activation_date",
            "contract_start_date",
            "last_product_change_date",
            "next_renewal_date",
            "sales_channel",
            "province_code",
        ],
    )


#: What the bands and the money of a month are computed from.
_BANDS = ["silver/customer.province_code", *(f"elec_{block}_kwh" for block in BLOCKS)]
_ELEC_PRICES = [f"elec_price_{band}_eur_kwh" for band in BANDS]
_ELEC_COST = [
    "elec_kwh",
    "elec_energy_cost_eur_kwh",
    "elec_toll_eur_kwh",
    "elec_fixed_cost_eur_month",
]
_GAS_REVENUE = ["gas_m3", "gas_price_eur_m3", "gas_fixed_revenue_eur_year"]
_GAS_COST = ["gas_m3", "gas_energy_cost_eur_m3", "gas_fixed_cost_eur_year"]
_TOTAL_REVENUE = [*_BANDS, *_ELEC_PRICES, "elec_fixed_fee_eur_month", *_GAS_REVENUE]


class CustomerMonth(Contract):
    """Use, price, cost and margin of one customer in one of the twelve months before a snapshot.

    Grain: one row per (customer_id, month). Amounts in EUR without VAT. Prices are imputed only
    where the matching fuel was used, and ``*_source`` says how each came to be known.
    """

    customer_id: str = column("Customer.")
    month: date = column("First day of the calendar month.")
    elec_kwh: float = column("Electricity used.", unit="kWh", ge=0)
    elec_peak_kwh: float = column(
        "Electricity in 2.0TD period P1, hours of the customer's zone.",
        unit="kWh",
        ge=0,
        of=_BANDS,
    )
    elec_standard_kwh: float = column("Electricity in P2, likewise.", unit="kWh", ge=0, of=_BANDS)
    elec_offpeak_kwh: float = column("Electricity in P3, likewise.", unit="kWh", ge=0, of=_BANDS)
    elec_weekend_kwh: float = column(
        "Electricity of Saturdays and Sundays, part of the periods above.", unit="kWh", ge=0
    )
    gas_m3: float = column("Gas used, volume.", unit="m3", ge=0)
    gas_kwh: float = column("Gas used, energy.", unit="kWh", ge=0)
    pricing_date: date = column(
        "Day the month's prices were set.", null="no price row for the month"
    )
    elec_price_peak_eur_kwh: float = column(
        "Price in P1, imputed.", unit="EUR/kWh", null=_NOT_USED, structural=True, gt=0
    )
    elec_price_peak_source: str = column(
        "How that price is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["elec_price_peak_eur_kwh"],
    )
    elec_price_standard_eur_kwh: float = column(
        "Price in P2, imputed.", unit="EUR/kWh", null=_NOT_USED, structural=True, gt=0
    )
    elec_price_standard_source: str = column(
        "How that price is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["elec_price_standard_eur_kwh"],
    )
    elec_price_offpeak_eur_kwh: float = column(
        "Price in P3, imputed.", unit="EUR/kWh", null=_NOT_USED, structural=True, gt=0
    )
    elec_price_offpeak_source: str = column(
        "How that price is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["elec_price_offpeak_eur_kwh"],
    )
    elec_fixed_fee_eur_month: float = column(
        "Fixed fee, imputed.", unit="EUR/month", null=_NOT_USED, structural=True, ge=0
    )
    elec_fixed_fee_source: str = column(
        "How that fee is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["elec_fixed_fee_eur_month"],
    )
    elec_fixed_cost_eur_month: float = column(
        "Fixed cost, imputed.", unit="EUR/month", null=_NOT_USED, structural=True, ge=0
    )
    elec_fixed_cost_source: str = column(
        "How that cost is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["elec_fixed_cost_eur_month"],
    )
    gas_price_eur_m3: float = column(
        "Gas price, imputed.", unit="EUR/m3", null=_NOT_USED, structural=True, gt=0
    )
    gas_price_source: str = column(
        "How that price is known.",
        null=_NOT_USED,
        structural=True,
        isin=PRICE_SOURCES,
        of=["gas_price_eur_m3"],
    )
    gas_fixed_revenue_eur_month: float = column(
        "Fixed gas fee of the month (a twelfth of the year's), imputed for gas customers.",
        unit="EUR/month",
        null=_NO_GAS_SUPPLY,
        structural=True,
        ge=0,
        of=["gas_fixed_revenue_eur_year"],
    )
    gas_fixed_revenue_source: str = column(
        "How that fee is known.",
        null=_NO_GAS_SUPPLY,
        structural=True,
        isin=PRICE_SOURCES,
        of=["gas_fixed_revenue_eur_year"],
    )
    gas_fixed_cost_eur_month: float = column(
        "Fixed gas cost of the month (a twelfth of the year's), imputed for gas customers.",
        unit="EUR/month",
        null=_NO_GAS_SUPPLY,
        structural=True,
        ge=0,
        of=["gas_fixed_cost_eur_year"],
    )
    gas_fixed_cost_source: str = column(
        "How that cost is known.",
        null=_NO_GAS_SUPPLY,
        structural=True,
        isin=PRICE_SOURCES,
        of=["gas_fixed_cost_eur_year"],
    )
    elec_energy_cost_eur_kwh: float = column(
        "Province's cost of electricity.", unit="EUR/kWh", gt=0
    )
    gas_energy_cost_eur_m3: float = column("Province's cost of gas.", unit="EUR/m3", gt=0)
    elec_toll_eur_kwh: float = column(
        "Province's network toll: one for all three periods, as the source has no others.",
        unit="EUR/kWh",
        ge=0,
    )
    elec_variable_revenue_eur: float = column(
        "Sum over bands of energy times price.", unit="EUR", of=[*_BANDS, *_ELEC_PRICES]
    )
    elec_energy_cost_eur: float = column(
        "Energy times cost.", unit="EUR", of=["elec_kwh", "elec_energy_cost_eur_kwh"]
    )
    elec_toll_cost_eur: float = column(
        "Energy times toll.", unit="EUR", of=["elec_kwh", "elec_toll_eur_kwh"]
    )
    elec_revenue_eur: float = column(
        "Variable revenue and fixed fee.",
        unit="EUR",
        of=[*_BANDS, *_ELEC_PRICES, "elec_fixed_fee_eur_month"],
    )
    elec_cost_eur: float = column("Energy cost, toll and fixed cost.", unit="EUR", of=_ELEC_COST)
    elec_margin_eur: float = column(
        "Electricity revenue less cost.",
        unit="EUR",
        of=[*_BANDS, *_ELEC_PRICES, "elec_fixed_fee_eur_month", *_ELEC_COST],
    )
    gas_variable_revenue_eur: float = column(
        "Volume times price.", unit="EUR", of=["gas_m3", "gas_price_eur_m3"]
    )
    gas_energy_cost_eur: float = column(
        "Volume times cost.", unit="EUR", of=["gas_m3", "gas_energy_cost_eur_m3"]
    )
    gas_revenue_eur: float = column(
        "Variable revenue and fixed fee; 0 without a gas supply.",
        unit="EUR",
        of=_GAS_REVENUE,
    )
    gas_cost_eur: float = column(
        "Energy cost and fixed cost; 0 without a gas supply.", unit="EUR", of=_GAS_COST
    )
    gas_margin_eur: float = column(
        "Gas revenue less cost.", unit="EUR", of=[*_GAS_REVENUE, *_GAS_COST]
    )
    total_revenue_eur: float = column("Both fuels.", unit="EUR", of=_TOTAL_REVENUE)
    total_margin_eur: float = column(
        "Both fuels.", unit="EUR", of=[*_TOTAL_REVENUE, *_ELEC_COST, *_GAS_COST]
    )


#: Why a customer is set aside whom the files know already, and the snapshot not yet.
NOT_YET_ACTIVE = "activated after the snapshot"
#: Why a customer is set aside whom the files still know, and the snapshot no longer.
LEFT = "left before the snapshot"
#: What speaks against the ids of notes, and of customers.
NO_NOTE_CUSTOMER, NO_READINGS = "note of no customer", "no month of the trailing year"

CUSTOMER = Table(
    "silver",
    "customer",
    Customer,
    ("customer_id",),
    "snapshot",
    (bronze.CUSTOMER, bronze.INTERACTIONS, bronze.CUSTOMER_MONTH),
    # The notes of former customers stay in the file.
    reason_limits={NOT_YET_ACTIVE: NO_LIMIT, LEFT: NO_LIMIT, NO_NOTE_CUSTOMER: 0.5},
)
CUSTOMER_MONTH = Table(
    "silver",
    "customer_month",
    CustomerMonth,
    ("customer_id", "month"),
    "snapshot",
    (bronze.CUSTOMER_MONTH, bronze.COST_MONTH, CUSTOMER),
    # Who came in the last month has no complete one yet.
    reason_limits={bronze.UNKNOWN_CUSTOMER: bronze.UNKNOWN_CUSTOMER_LIMIT, NO_READINGS: 0.1},
)
