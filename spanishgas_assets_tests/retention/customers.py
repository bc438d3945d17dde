"""Customers for retention tests: plain rows, changed where a test cares."""

from dataclasses import replace
from datetime import date

import polars as pl

from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.decision.choice import choose
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.decision.recommendations import recommendations
from spanishgas_assets.retention.scores import scored_customers
from spanishgas_assets.retention.tables import CAMPAIGN_EFFECT, CONTACT_PERMISSIONS
from spanishgas_assets.silver.segments import SEGMENTS

AS_OF = date(2025, 1, 6)
_PACKAGED = load_rules()
#: The packaged rules, but a save lasts for the whole horizon and any gain will do: round numbers.
RULES = replace(
    _PACKAGED,
    policy=_PACKAGED.policy.model_copy(update={"risk_after_save": 0.0, "least_value_eur": 0.0}),
)

_PLAIN = {
    "months_to_renewal": 8.0,
    "days_to_renewal": 244,
    "tenure_months": 60.0,
    "segment": "Residential",
    "sales_channel": "Office",
    "portfolio_type": "Residential_SingleFuel",
    "avg_monthly_elec_kwh": 200.0,
    "active_months_count": 12,
    "avg_monthly_margin_eur": 10.0,
    "total_margin_12m_eur": 120.0,
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


def scored(*customers, policy=RULES.policy):
    """Scored customers from (probability, monthly margin), named C1, C2, ..."""
    named = {f"C{n}": customer for n, customer in enumerate(customers, 1)}
    return scored_customers(
        scores(**{name: probability for name, (probability, _) in named.items()}),
        gold_master(
            *(
                {"customer_id": name, "avg_monthly_margin_eur": margin}
                for name, (_, margin) in named.items()
            )
        ),
        0.5,
        "v1",
        AS_OF,
        policy.tiers,
    )


def permissions(count, **of_customers):
    """Permissions of C1, C2, ...: everybody an owner, nothing closed, but for what is given.

    ``of_customers`` gives columns by customer: ``C1={"in_holdout": True}``.
    """
    schema = CONTACT_PERMISSIONS.empty().schema
    plain = dict.fromkeys(schema) | {"in_holdout": False, "in_cool_down": False}
    rows = [
        plain | {"customer_id": name, "owner_id": f"owner {name}"} | of_customers.get(name, {})
        for name in (f"C{n}" for n in range(1, count + 1))
    ]
    return pl.LazyFrame(rows, schema=schema)


def reasons(count):
    """One reason for everybody."""
    return pl.LazyFrame(
        {
            "customer_id": [f"C{n}" for n in range(1, count + 1)],
            "reason_codes": ["complaint"] * count,
            "reasons": ["Complained 5 days ago"] * count,
            "reasons_es": ["Reclamó hace 5 días"] * count,
        }
    )


def shifts(**by_offer):
    """What outcomes add to save rates, by offer, the same in every segment."""
    return effect(**by_offer).select("offer", "segment", "shift")


def effect(*, band=0.2, **by_offer):
    """What is believed of offers: the shift of each, and a band of save rates of such a width."""
    rows = [
        {
            "offer": offer,
            "segment": segment,
            "shift": shift,
            "save_rate_low": 0.0,
            "save_rate_high": band,
        }
        for offer, shift in by_offer.items()
        for segment in SEGMENTS
    ]
    return pl.LazyFrame(rows, schema=CAMPAIGN_EFFECT.empty().schema)


def rules(*, holdout_share=RULES.policy.holdout_share, **policy):
    """The packaged rules with another policy."""
    holdout = RULES.policy.holdout.model_copy(update={"share": holdout_share})
    return replace(RULES, policy=RULES.policy.model_copy(update={"holdout": holdout, **policy}))


def recommend(*customers, rules=RULES, given=None, shift=None, band=0.2):
    """Recommend for customers given as (probability, monthly margin): the rows of the table."""
    count = len(customers)
    rows, _ = recommendations(
        scored(*customers, policy=rules.policy).lazy(),
        permissions(count, **(given or {})),
        reasons(count),
        rules,
        effect(band=band, **(dict.fromkeys(RULES.offers.names, 0.0) | (shift or {}))),
    )
    return rows


def choice(*customers, rules=RULES, given=None):
    """Choose for customers given as (probability, monthly margin)."""
    possible = options(
        scored(*customers, policy=rules.policy).lazy(),
        permissions(len(customers), **(given or {})),
        rules,
        shifts(),
    )
    return choose(possible, rules.policy)
