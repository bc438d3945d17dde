"""What the UI shows of scores, permissions and decisions: counts, euros, prices, sensitivity."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.charts.inline import bar_picture
from spanishgas_assets.retention.column_values import (
    BLOCK_REASONS,
    CHANNELS,
    EVERY_SEGMENT,
    NO_OFFER,
    OFFERED,
)
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.choice import Choice
from spanishgas_assets.retention.measurement.power import SHOWN_WEEKS, smallest_effects
from spanishgas_assets.retention.totals import OFFER_TOTALS, RISK_TOTALS

_BINS = 20


def score_metadata(rows: pl.DataFrame, model_version: str) -> dict[str, Any]:
    """Describe scored customers: who is flagged, by which boosters, tiers, EUR a month at risk."""
    counted = rows["churn_probability"].hist(bin_count=_BINS)["count"].to_list()
    at_risk = rows.select(RISK_TOTALS).row(0, named=True)
    return {
        "model_version": model_version,
        "flagged": at_risk["flagged"],
        "out_of_fold": int((rows["score_source"] == "out_of_fold").sum()),
        "expected_monthly_loss_eur": at_risk["expected_monthly_loss_eur"],
        **counts("tier", rows["risk_tier"]),
        "probabilities": dg.MetadataValue.md(
            bar_picture("Customers by churn probability", counted)
        ),
    }


def permission_metadata(
    rows: pl.DataFrame, preferences: int, rules: Rules, day: date
) -> dict[str, Any]:
    """Describe whom one may contact, and the contact rules in force on the day."""
    blocked = {
        f"no_{channel}": int(rows[f"{channel}_block"].is_not_null().sum()) for channel in CHANNELS
    }
    in_force = [
        (rule.reason, str(rule.begins), rule.source) for rule in rules.contact if rule.holds(day)
    ]
    return {
        "preferences_known": preferences,
        "in_holdout": int(rows["in_holdout"].sum()),
        "in_cool_down": int(rows["in_cool_down"].sum()),
        **blocked,
        "rules_in_force": dg.MetadataValue.md(
            markdown_table(("Reason", "Since", "Source"), in_force)
        ),
    }


def effect_metadata(rows: pl.DataFrame, outcomes: pl.DataFrame) -> dict[str, Any]:
    """Describe a measurement: outcomes read, offers that are proven, what remains prior."""
    whole = rows.filter(pl.col("segment") == EVERY_SEGMENT)
    shown = rows.select(
        "offer",
        "segment",
        "chosen",
        "holdout",
        *(_percent(name) for name in ("measured_save_rate", "measured_low", "measured_high")),
        *(_percent(name) for name in ("save_rate", "save_rate_low", "save_rate_high")),
        _percent("prior_weight"),
    )
    head = (
        "Offer", "Segment", "Chosen", "Holdout", "Measured %", "from", "to", "Believed %", "from",
        "to", "Prior left %",
    )  # fmt: skip
    return {
        "outcomes": outcomes.height,
        "proven_effects": ", ".join(whole.filter("effect_is_proven")["offer"]) or "none",
        "still_prior": ", ".join(whole.filter(pl.col("prior_weight") == 1)["offer"]) or "none",
        **whole.select(pl.col("crossed_over", "open", "unlabelled").sum()).row(0, named=True),
        "save_rates": dg.MetadataValue.md(markdown_table(head, shown.rows())),
    }


def assignment_metadata(rows: pl.DataFrame, policy: Policy) -> dict[str, Any]:
    """Describe assignments: customers by arm, what is promised, what the campaign could show."""
    offered = rows.filter(pl.col("arm") == OFFERED)
    promised = (pl.col("save_rate") * pl.col("at_stake_eur") - pl.col("spend_eur")).sum()
    head = ("Offer", *(f"{weeks} weeks" for weeks in SHOWN_WEEKS), "Least gain it can show EUR")
    return {
        **counts("arm", rows["arm"]),
        "promised_eur": round(offered.select(promised).item(), 2),
        "smallest_effect": dg.MetadataValue.md(
            markdown_table(head, smallest_effects(rows, policy).rows())
        ),
    }


def _percent(name: str) -> pl.Expr:
    return (pl.col(name) * 100).round(1)


def recommendation_metadata(
    rows: pl.DataFrame, choice: Choice, scenarios: pl.DataFrame, limits: Mapping[str, float]
) -> dict[str, Any]:
    """Describe a choice: figures, actions, what rules and limits cost, what other rates mean.

    ``limits`` says what each limit costs, EUR.
    """
    lost = value_lost(rows, limits)
    return {
        **choice_figures(rows, choice),
        **{f"lost_to_{rule}_eur": euros for rule, _, euros in lost.iter_rows()},
        "value_lost": dg.MetadataValue.md(
            markdown_table(("Rule or limit", "Customers", "EUR"), lost.rows())
        ),
        "actions": dg.MetadataValue.md(actions_table(rows)),
        "save_rate_sensitivity": dg.MetadataValue.md(sensitivity_table(scenarios)),
    }


def value_lost(rows: pl.DataFrame, limits: Mapping[str, float]) -> pl.DataFrame:
    """Add up what offers that were withheld would have brought, by rule, and what limits cost.

    Grain: one row per block reason that withholds something, in the order in which they are told,
    and one per limit: rule, customers (null for a limit) and eur.
    """
    order = pl.Enum(BLOCK_REASONS)
    by_rule = (
        rows.filter(pl.col("withheld_value_eur") > 0)
        .group_by(pl.col("block_reason").cast(order).alias("rule"))
        .agg(pl.len().cast(pl.Int64).alias("customers"), pl.col("withheld_value_eur").sum())
        .sort("rule")
        .select(pl.col("rule").cast(pl.String), "customers", eur="withheld_value_eur")
    )
    of_limits = pl.DataFrame(
        [{"rule": f"limit_{name.removesuffix('_eur')}", "customers": None, "eur": lost}
         for name, lost in limits.items()],
        schema=by_rule.schema,
    )  # fmt: skip
    return pl.concat([by_rule, of_limits]).with_columns(pl.col("eur").round(2))


def counts(prefix: str, values: pl.Series) -> dict[str, int]:
    """Count each value that is not null, as metadata ``<prefix>_<value in lower case>``."""
    counted = values.drop_nulls().value_counts(sort=True)
    return {f"{prefix}_{name.lower()}": int(count) for name, count in counted.iter_rows()}


def choice_figures(rows: pl.DataFrame, choice: Choice) -> dict[str, float]:
    """Tell a choice in numbers: customers per action, why others get none, euros and prices."""
    allocation = choice.allocation
    made = rows.select(OFFER_TOTALS).drop("offers").row(0, named=True)
    return {
        **counts("action", rows["action"]),
        **counts("withheld", rows["block_reason"]),
        **made,
        "value_of_one_more_euro": allocation.euro_price,
        "value_of_one_more_call_eur": allocation.call_price,
        "unproven_gap_eur": allocation.gap_eur,
    }


def actions_table(rows: pl.DataFrame) -> str:
    """Set the actions with their customers and euros as Markdown."""
    by_action = (
        rows.filter(pl.col("action") != NO_OFFER)
        .group_by("action", "channel")
        .agg(
            pl.len(),
            pl.col("offer_cost_eur").sum().round(2),
            pl.col("contact_cost_eur").sum().round(2),
            pl.col("expected_margin_impact_eur").sum().round(2),
        )
        .sort("action")
    )
    head = ("Action", "Channel", "Customers", "Offers EUR", "Contacts EUR", "Gain EUR")
    return markdown_table(head, by_action.rows())


def sensitivity_table(scenarios: pl.DataFrame) -> str:
    """Set what other save rates would mean as Markdown."""
    head = ("Save rates", "Offers", "Spent EUR", "Gain EUR", "Gain of the stated choice EUR")
    return markdown_table(head, scenarios.rows())


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Set a small table as Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
