"""Small frames for tests: a test names the columns it is about, the rest is a plain example row.

>>> frame(bronze.CUSTOMER, {"customer_id": "C1"}, {"customer_id": "C2", "is_urban": False})
"""

from datetime import date
from typing import Any

import polars as pl

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.gold import tables as gold
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.tables.contracts import Table

#: A snapshot: its window is January to December 2024.
AS_OF = date(2025, 1, 6)

CUSTOMER_ID = "C00001"
JANUARY = date(2024, 1, 1)

_USE = {"elec_kwh": 100.0, "elec_weekend_kwh": 25.0}
_BANDS = {"elec_peak_kwh": 30.0, "elec_standard_kwh": 30.0, "elec_offpeak_kwh": 40.0}
#: The blocks of those bands by the hours of the Peninsula.
_BLOCKS = {
    "elec_valley_kwh": 36.0,
    "elec_side_kwh": 16.0,
    "elec_h09_kwh": 6.0,
    "elec_h10_kwh": 7.0,
    "elec_core_kwh": 15.0,
    "elec_h14_kwh": 5.0,
    "elec_h18_kwh": 8.0,
    "elec_h22_kwh": 3.0,
    "elec_holiday_kwh": 4.0,
}
_PRICES = {
    "elec_price_peak_eur_kwh": 0.20,
    "elec_price_standard_eur_kwh": 0.15,
    "elec_price_offpeak_eur_kwh": 0.10,
    "elec_fixed_fee_eur_month": 10.0,
    "elec_fixed_cost_eur_month": 6.0,
}
_COSTS = {
    "elec_energy_cost_eur_kwh": 0.08,
    "gas_energy_cost_eur_m3": 0.75,
    "elec_toll_eur_kwh": 0.02,
}
_DATES = {
    "customer_first_activation_date": date(2020, 1, 6),
    "contract_start_date": date(2024, 6, 1),
    "last_product_change_date": None,
    "next_renewal_date": date(2025, 6, 1),
}

#: One complete, valid row of each table that tests build: an electricity-only home without notes.
EXAMPLES: dict[str, dict[str, Any]] = {
    bronze.CUSTOMER.title: {
        "customer_id": CUSTOMER_ID,
        "churn": 0,
        "contracted_power_kw": 4.6,
        "is_industrial": False,
        "is_second_residence": False,
        "province_code": 28,
        "region": "Madrid",
        "is_high_competition_province": False,
        "is_urban": True,
        "sales_channel": "oficina",
        **_DATES,
    },
    bronze.INTERACTIONS.title: {
        "record": 1,
        "customer_id": CUSTOMER_ID,
        "interaction_date": date(2024, 11, 15),
        "channel": "phone",
        "interaction_summary": "Cust inquired about renewal options. Info provided.",
        "language": "en",
        "customer_intent": "Contract Renewal",
        "intent_phrase": "renewal",
        "intent_confidence": 0.9,
        "intent_cancellation": 0.0,
        "intent_complaint": 0.0,
        "intent_billing": 0.0,
        "intent_renewal": 0.9,
        "intent_pricing": 0.1,
        "intent_product": 0.0,
        "intent_account": 0.0,
        "intent_operational": 0.0,
        "intent_other": 0.0,
        "likeness": 0.8,
        "intent_backend": "embedded",
        "intent_revision": "0a1b2c",
        "sentiment_negative": 0.1,
        "sentiment_neutral": 0.7,
        "sentiment_positive": 0.2,
        "sentiment_label": "neutral",
        "sentiment_backend": "lexicon",
        "sentiment_revision": "0a1b2c",
    },
    bronze.COST_MONTH.title: {"province_code": 28, "month": JANUARY, **_COSTS},
    bronze.CUSTOMER_MONTH.title: {
        "customer_id": CUSTOMER_ID,
        "month": JANUARY,
        **_USE,
        **_BLOCKS,
        "gas_m3": 0.0,
        "gas_kwh": 0.0,
        "hours_seen": 744,
        "elec_negative_hours": 0,
        "elec_negative_kwh": 0.0,
        "gas_negative_hours": 0,
        "gas_negative_m3": 0.0,
        "pricing_date": JANUARY,
        **_PRICES,
        "gas_price_eur_m3": None,
        "gas_fixed_revenue_eur_year": None,
        "gas_fixed_cost_eur_year": None,
    },
    silver.CUSTOMER.title: {
        "customer_id": CUSTOMER_ID,
        "segment": "Residential",
        "residential_type": "Primary",
        "contracted_power_kw": 4.6,
        "is_second_residence": False,
        "is_urban": True,
        "province_code": 28,
        "region": "Madrid",
        "is_high_competition_province": False,
        "sales_channel": "Office",
        **_DATES,
        "last_interaction_date": None,
        "customer_intent": None,
        "sentiment_label": None,
        "sentiment_negative": None,
        "sentiment_neutral": None,
        "sentiment_positive": None,
        "interactions_last_30d": 0,
        "interactions_last_90d": 0,
        "interactions_last_365d": 0,
        "owner_key": "2020-01-06|2024-06-01|-|2025-06-01|Office|28",
    },
    silver.CUSTOMER_MONTH.title: {
        "customer_id": CUSTOMER_ID,
        "month": JANUARY,
        **_USE,
        **_USE,
        **_BANDS,
        "gas_m3": 0.0,
        "gas_kwh": 0.0,
        "pricing_date": JANUARY,
        **_PRICES,
        "elec_price_peak_source": "observed",
        "elec_price_standard_source": "observed",
        "elec_price_offpeak_source": "observed",
        "elec_fixed_fee_source": "observed",
        "elec_fixed_cost_source": "observed",
        "gas_price_eur_m3": None,
        "gas_price_source": None,
        "gas_fixed_revenue_eur_month": None,
        "gas_fixed_revenue_source": None,
        "gas_fixed_cost_eur_month": None,
        "gas_fixed_cost_source": None,
        **_COSTS,
        "elec_variable_revenue_eur": 14.5,
        "elec_energy_cost_eur": 8.0,
        "elec_toll_cost_eur": 2.0,
        "elec_revenue_eur": 24.5,
        "elec_cost_eur": 16.0,
        "elec_margin_eur": 8.5,
        "gas_variable_revenue_eur": 0.0,
        "gas_energy_cost_eur": 0.0,
        "gas_revenue_eur": 0.0,
        "gas_cost_eur": 0.0,
        "gas_margin_eur": 0.0,
        "total_revenue_eur": 24.5,
        "total_margin_eur": 8.5,
    },
    gold.LIFECYCLE.title: {
        "customer_id": CUSTOMER_ID,
        "months_to_renewal": 4.8,
        "renewal_bucket": "3-6m",
        "is_within_3m_of_renewal": False,
        "tenure_months": 60.0,
        "tenure_bucket": "2-5y",
        "is_expired_contract": False,
        "segment": "Residential",
        "sales_channel": "Office",
        "is_high_competition_province": False,
        "is_second_residence": False,
        "is_dual_fuel": False,
        "portfolio_type": "Residential_SingleFuel",
        "is_digital_channel": False,
        "is_comparison_channel": False,
        "is_own_website_channel": False,
    },
    gold.BEHAVIORAL.title: {
        "customer_id": CUSTOMER_ID,
        "has_interaction": False,
        "customer_intent": None,
        "is_cancellation_intent": False,
        "is_complaint_intent": False,
        "recent_complaint_flag": False,
        "intent_severity_score": 0,
        "last_interaction_days_ago": None,
        "interaction_within_3m_of_renewal": False,
        "is_interaction_within_30d_of_renewal": False,
        "complaint_near_renewal": False,
        "months_since_last_change": None,
    },
    gold.SENTIMENT.title: {
        "customer_id": CUSTOMER_ID,
        "sentiment_label": None,
        "is_negative_sentiment": False,
        "complaint_x_negative_sentiment": False,
    },
}


def row(table: Table, **values: Any) -> dict[str, Any]:
    """The example row of a table with the given values in place of the example's.

    Raises:
        KeyError: a value belongs to no column of the table.
    """
    unknown = sorted(set(values) - set(table.columns))
    if unknown:
        raise KeyError(f"{table.title} has no column {', '.join(unknown)}")
    return EXAMPLES[table.title] | values


def frame(table: Table, *rows: dict[str, Any]) -> pl.LazyFrame:
    """Rows of a table, each completed from the example row, with the contract's types."""
    return pl.LazyFrame([row(table, **values) for values in rows], schema=table.empty().schema)


def month(number: int) -> date:
    """First day of the numbered month of 2024; 13 is January 2025."""
    return date(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def only_row(result: pl.LazyFrame) -> dict[str, Any]:
    """The one row of a result, by column."""
    return result.collect().row(named=True)


def values(result: pl.LazyFrame, column: str) -> list[Any]:
    """One column of a result, in the result's order."""
    return result.collect()[column].to_list()
