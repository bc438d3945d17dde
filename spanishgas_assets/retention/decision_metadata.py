"""What the UI shows of a snapshot's decisions: counts, euros, prices, sensitivity."""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.retention.decision.choice import Choice
from spanishgas_assets.retention.tables import NO_OFFER


def counts(prefix: str, values: pl.Series) -> dict[str, int]:
    """Count each value that is not null, as metadata ``<prefix>_<value in lower case>``."""
    counted = values.drop_nulls().value_counts(sort=True)
    return {f"{prefix}_{name.lower()}": int(count) for name, count in counted.iter_rows()}


def choice_figures(rows: pl.DataFrame, choice: Choice) -> dict[str, float]:
    """Tell a choice in numbers: customers per action, why others get none, euros and prices."""
    made = rows.filter(pl.col("action") != NO_OFFER)
    allocation = choice.allocation
    return {
        **counts("action", rows["action"]),
        **counts("withheld", rows["block_reason"]),
        "offers_eur": float(made["offer_cost_eur"].sum()),
        "contacts_eur": float(made["contact_cost_eur"].sum()),
        "calls": allocation.calls,
        "expected_margin_impact_eur": float(made["expected_margin_impact_eur"].sum()),
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
