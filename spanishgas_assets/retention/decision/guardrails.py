"""Guardrails over the whole table: judged from the tables alone, not by the code that decided."""

import polars as pl

from spanishgas_assets.retention.column_values import (
    CHANNELS,
    CONTACT_BLOCKS,
    NO_OFFER,
    PHONE,
    RISK_TIERS,
)
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.tables.table_checks import Finding

_SHOWN = 10
_CENT = 0.01


def guardrail_findings(
    recommendations: pl.DataFrame, scored: pl.DataFrame, permissions: pl.DataFrame, rules: Rules
) -> list[Finding]:
    """Hold every recommendation against every guardrail: one finding each.

    Grain of all three tables: one row per customer_id.
    """
    rows = recommendations.join(
        scored.select("customer_id", "avg_monthly_margin_eur", "churn_probability"),
        on="customer_id",
        how="left",
    ).join(permissions.drop("owner_id", "in_holdout"), on="customer_id", how="left")
    drawn = permissions.filter("in_holdout")["customer_id"].implode()
    offered = pl.col("action") != NO_OFFER
    blocked = pl.any_horizontal(
        (pl.col("channel") == channel) & pl.col(f"{channel}_block").is_not_null()
        for channel in CHANNELS
    )
    named_block = pl.col("reason_codes").str.split(",").list.last()
    broken = {
        "one_row_per_customer": pl.col("customer_id").is_duplicated()
        | pl.col("churn_probability").is_null(),
        "no_offer_on_negative_margin": offered & (pl.col("avg_monthly_margin_eur") < 0),
        "no_offer_at_a_loss": offered
        & (pl.col("expected_margin_impact_eur") < rules.policy.least_value_eur - _CENT / 2),
        "risk_score_in_range": ~pl.col("risk_score").is_between(0, 1)
        | (pl.col("risk_score") != pl.col("churn_probability")),
        "reasons_given": (pl.col("reason_codes") == "")
        | (pl.col("reasons") == "")
        | (pl.col("reasons_es") == ""),
        "withheld_offers_explained": pl.col("withheld_action").is_not_null()
        & (named_block != pl.col("block_reason")).fill_null(value=True),
        "contact_rules_kept": offered & blocked,
        "cool_down_kept": offered & pl.col("in_cool_down"),
        "holdout_untouched": offered & pl.col("customer_id").is_in(drawn),
        "one_offer_per_owner": offered & (offered.sum().over("owner_id") > 1),
        "known_actions": ~pl.col("action").is_in([NO_OFFER, *rules.offers.names]),
    }
    findings = [
        _finding(name, rows.filter(rule.fill_null(value=True))) for name, rule in broken.items()
    ]
    return [*findings, *_limit_findings(recommendations, rules)]


#: Names of the checks, in the order of the findings.
GUARDRAILS = {
    "one_row_per_customer": "Every scored customer has one recommendation.",
    "no_offer_on_negative_margin": "No offer goes to an unprofitable customer.",
    "no_offer_at_a_loss": "Every offer is expected to bring the policy's least value.",
    "risk_score_in_range": "The risk score is the scored probability, in 0..1.",
    "reasons_given": "Every customer has a reason, in both languages.",
    "withheld_offers_explained": "A withheld offer has a block reason, as its last reason code.",
    "contact_rules_kept": f"No offer uses a blocked channel ({', '.join(CONTACT_BLOCKS)}).",
    "cool_down_kept": "No offer goes to a customer who was offered one within the cool-down.",
    "holdout_untouched": "No customer of the holdout gets an offer.",
    "one_offer_per_owner": "An owner gets at most one offer.",
    "known_actions": "Every action is no_offer or an offer of the offer table.",
    "budget_respected": "The cost of offers and contacts is within the budget.",
    "calls_respected": "The number of calls is within the limit.",
}


def tier_migration(today: pl.DataFrame, before: pl.DataFrame | None) -> Finding:
    """Count customers by tier in the last snapshot and in this one: a matrix, and who moved.

    ``before`` is the last snapshot's scored customers; None where there is none.
    """
    name = "tier_migration"
    if before is None:
        return Finding(name, passed=True, description="no earlier snapshot to compare")
    both = today.select("customer_id", "risk_tier").join(
        before.select("customer_id", was="risk_tier"), on="customer_id"
    )
    moved = both.filter(pl.col("risk_tier") != pl.col("was")).height
    counted = {(was, now): rows.height for (was, now), rows in both.group_by("was", "risk_tier")}
    matrix = "\n".join(
        [
            f"| was \\ is | {' | '.join(RISK_TIERS)} |",
            "| " + " | ".join(["---"] * (len(RISK_TIERS) + 1)) + " |",
            *(
                f"| {was} | "
                + " | ".join(str(counted.get((was, now), 0)) for now in RISK_TIERS)
                + " |"
                for was in RISK_TIERS
            ),
        ]
    )
    share = moved / both.height if both.height else 0.0
    return Finding(
        name,
        share <= MOST_MOVED,
        f"{moved:,} of {both.height:,} customers moved ({share:.1%}), "
        f"{today.height - both.height:,} are new, {before.height - both.height:,} are gone",
        {"moved_share": share, "matrix": matrix},
    )


#: Above this share of customers in another tier than a snapshot ago, the check warns.
MOST_MOVED = 0.20


def _finding(name: str, broken: pl.DataFrame) -> Finding:
    shown = ", ".join(broken["customer_id"].unique().sort().head(_SHOWN))
    return Finding(
        name,
        broken.is_empty(),
        "kept" if broken.is_empty() else f"{broken.height:,} customers: {shown}",
        {"broken": broken.height},
    )


def _limit_findings(recommendations: pl.DataFrame, rules: Rules) -> list[Finding]:
    policy = rules.policy
    made = recommendations.filter(pl.col("action") != NO_OFFER)
    spent = float(made["offer_cost_eur"].sum()) + float(made["contact_cost_eur"].sum())
    calls = made.filter(pl.col("channel") == PHONE).height
    return [
        Finding(
            "budget_respected",
            policy.budget_eur is None or spent <= policy.budget_eur + _CENT,
            f"{spent:,.2f} EUR of {_limit(policy.budget_eur)}",
            {"spent_eur": spent},
        ),
        Finding(
            "calls_respected",
            policy.calls is None or calls <= policy.calls,
            f"{calls:,} calls of {_limit(policy.calls)}",
            {"calls": calls},
        ),
    ]


def _limit(limit: float | None) -> str:
    return "no limit" if limit is None else f"{limit:,.0f}"
