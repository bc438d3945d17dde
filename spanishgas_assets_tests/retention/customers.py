"""Customers for retention tests: a plain gold_master row, changed where a test cares."""

import polars as pl

from spanishgas_assets.gold.tables import GOLD_MASTER

_PLAIN = {
    "months_to_renewal": 8.0,
    "tenure_months": 60.0,
    "segment": "Residential",
    "sales_channel": "Office",
    "portfolio_type": "Residential_SingleFuel",
    "avg_monthly_elec_kwh": 200.0,
    "active_months_count": 12,
    "avg_monthly_margin_eur": 10.0,
    "has_interaction": False,
}


def gold_master(*customers):
    """Build gold_master rows; what is not given is plain, false or null."""
    schema = GOLD_MASTER.empty().schema
    flags = {name: False for name, kind in schema.items() if kind == pl.Boolean}
    rows = [dict.fromkeys(schema) | flags | _PLAIN | customer for customer in customers]
    return pl.LazyFrame(rows, schema=schema)


def scores(**probabilities):
    """Build scores from ``customer_id=probability``."""
    return pl.LazyFrame(
        {
            "customer_id": list(probabilities),
            "churn_probability": list(probabilities.values()),
            "score_source": ["model"] * len(probabilities),
        },
        schema={
            "customer_id": pl.String,
            "churn_probability": pl.Float64,
            "score_source": pl.String,
        },
    )
