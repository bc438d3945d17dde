"""Everything that a publication knows of one customer, and finding the one that is meant."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.errors import StoreError
from spanishgas_assets.raw.customer_ids import lookalikes, normal_ids
from spanishgas_assets.retention.tables import (
    CONTACT_PERMISSIONS,
    COUNTERFACTUALS,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH

Row = dict[str, Any]

_MONTH_COLUMNS = [
    "month",
    "elec_peak_kwh",
    "elec_standard_kwh",
    "elec_offpeak_kwh",
    "elec_kwh",
    "gas_kwh",
    "elec_variable_revenue_eur",
    "elec_energy_cost_eur_kwh",
    "elec_toll_eur_kwh",
    "total_margin_eur",
]


@dataclass(frozen=True)
class CustomerSheet:
    """One customer; every row has the columns of its table.

    Attributes:
        customer: of silver/customer.
        score: of retention/scored_customers.
        decision: of retention/recommendations.
        permissions: of retention/contact_permissions.
        counterfactual: of retention/counterfactuals; None in the lowest tier.
        months: twelve months: consumption by period, price paid and cost of energy, EUR/kWh.
        notes: date, channel, intent and sentiment of each contact, newest first.
    """

    customer: Row
    score: Row
    decision: Row
    permissions: Row
    counterfactual: Row | None
    months: pl.DataFrame
    notes: pl.DataFrame


def known_ids(frames: PublishedFrames) -> pl.Series:
    """Return the ids of all customers that were decided about, sorted."""

    def make() -> pl.Series:
        rows = frames.table(RECOMMENDATIONS.title).select("customer_id").collect()
        return rows["customer_id"].sort()

    return frames.once("customer ids", make)


def find_customers(frames: PublishedFrames, written: str, most: int = 5) -> list[str]:
    """Return the customers that a written id may mean: itself in its one form, or lookalikes."""
    ids = known_ids(frames)
    form = normal_ids(pl.Series([written.strip()], dtype=pl.String))
    if form.is_null().all():
        return []
    (wanted,) = form.to_list()
    place = ids.search_sorted(wanted)
    if place < len(ids) and ids[place] == wanted:
        return [wanted]
    return lookalikes(form, ids)["known"].sort().head(most).to_list()


def customer_sheet(frames: PublishedFrames, customer_id: str) -> CustomerSheet:
    """Return one customer; the last ones that were looked at are at hand.

    Raises:
        StoreError: a table is missing or damaged, or does not know the customer.
    """
    return frames.recently(f"customer {customer_id}", lambda: _read(frames, customer_id))


def decision_of(frames: PublishedFrames, customer_id: str) -> Row | None:
    """Return what was decided about a customer, of retention/recommendations; None: unknown."""
    return frames.recently(
        f"decision {customer_id}", lambda: _row(frames, RECOMMENDATIONS.title, customer_id)
    )


def _read(frames: PublishedFrames, customer_id: str) -> CustomerSheet:
    customer = _row(frames, CUSTOMER.title, customer_id)
    score = _row(frames, SCORED_CUSTOMERS.title, customer_id)
    decision = decision_of(frames, customer_id)
    permissions = _row(frames, CONTACT_PERMISSIONS.title, customer_id)
    if customer is None or score is None or decision is None or permissions is None:
        raise StoreError(
            f"not every table of {frames.publication.name} has the customer {customer_id}. Run the "
            "snapshot again"
        )
    of_customer = pl.col("customer_id") == customer_id
    return CustomerSheet(
        customer=customer,
        score=score,
        decision=decision,
        permissions=permissions,
        counterfactual=_row(frames, COUNTERFACTUALS.title, customer_id),
        months=frames.table(CUSTOMER_MONTH.title)
        .filter(of_customer)
        .select(_MONTH_COLUMNS)
        .with_columns(
            # What a kWh brought on average, whatever its period; without use there is no price.
            pl.when(pl.col("elec_kwh") > 0)
            .then(pl.col("elec_variable_revenue_eur") / pl.col("elec_kwh"))
            .alias("price_paid_eur_kwh"),
            (pl.col("elec_energy_cost_eur_kwh") + pl.col("elec_toll_eur_kwh")).alias(
                "market_cost_eur_kwh"
            ),
        )
        .sort("month")
        .collect(),
        notes=frames.table(INTERACTIONS.title)
        .filter(of_customer)
        .select("interaction_date", "channel", "customer_intent", "sentiment_label")
        .sort("interaction_date", descending=True)
        .collect(),
    )


def offer_steps(sheet: CustomerSheet) -> list[tuple[str, float]]:
    """Show how an offer's expected gain is worked out, as (step, value) from top to bottom.

    The steps are those of ``retention/decision/options.py``; gain and costs are the table's own
    figures, and the months those that lead to them, whatever release decided.
    """
    decision, score = sheet.decision, sheet.score
    a_month = decision["risk_score"] * decision["save_rate"] * score["avg_monthly_margin_eur"]
    kept = (
        decision["expected_margin_impact_eur"]
        + decision["offer_cost_eur"]
        + decision["contact_cost_eur"]
    )
    return [
        ("probability", decision["risk_score"]),
        ("save_rate", decision["save_rate"]),
        ("monthly_margin", score["avg_monthly_margin_eur"]),
        ("horizon", kept / a_month),
        ("kept", kept),
        ("offer_cost", -decision["offer_cost_eur"]),
        ("contact_cost", -decision["contact_cost_eur"]),
        ("gain", decision["expected_margin_impact_eur"]),
    ]


def _row(frames: PublishedFrames, table: str, customer_id: str) -> Row | None:
    rows = frames.table(table).filter(pl.col("customer_id") == customer_id).head(1).collect()
    return rows.row(0, named=True) if rows.height else None
