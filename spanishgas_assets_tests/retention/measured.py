"""Assignments and outcomes for tests of what offers did: plain rows, changed where a test cares."""

from datetime import date

import polars as pl

from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES
from spanishgas_assets.retention.column_values import IN_HOLDOUT, OFFERED
from spanishgas_assets.retention.measurement.campaign_effect import campaign_effect
from spanishgas_assets.retention.measurement.units import FollowUp, follow_up
from spanishgas_assets.retention.tables import ASSIGNMENTS, CAMPAIGN_EFFECT

from .customers import RULES

DECIDED, OFFERED_ON = date(2024, 9, 2), date(2024, 9, 3)
#: The first day on which an outcome of OFFERED_ON counts.
OVER = date(2024, 12, 3)
_KINDS = {"id": pl.String, "text": pl.String, "flag": pl.Int64, "number": pl.Float64,
          "date": pl.Date}  # fmt: skip
_ROW = {
    "offer": "offer_small",
    "offer_date": OFFERED_ON,
    "contacted": 1,
    "accepted": 0,
    "churned": 0,
    "in_holdout": None,
    "churned_within_days": None,
}
_ASSIGNMENT = {
    "segment": "Residential",
    "risk_tier": "Medium",
    "offer": "offer_small",
    "arm": OFFERED,
    "probability": 0.8,
    "offer_probability": 1.0,
    "draw": "salt",
    "decision_date": DECIDED,
    "follow_up_days": 91,
    "churn_probability": 0.5,
    "save_rate": 0.15,
    "save_rate_low": 0.05,
    "save_rate_high": 0.25,
    "at_stake_eur": 60.0,
    "spend_eur": 2.0,
}


def outcomes(*rows):
    """Rows of campaign_outcomes.csv, with the number of each."""
    schema = {
        name: _KINDS[kind.removeprefix("optional_")]
        for name, kind in CAMPAIGN_OUTCOMES.columns.items()
    }
    frame = pl.DataFrame([_ROW | row for row in rows], schema=schema)
    return frame.with_row_index("row", 1).with_columns(file=pl.lit("campaign_outcomes.csv"))


def assigned(*rows):
    """Assignments; the holdout's with arm holdout and probability 0.2."""
    whole = [
        _ASSIGNMENT | {"owner_id": f"owner {row['customer_id']}"}
        | ({"probability": 0.2, "spend_eur": 0.0} if row.get("arm") == IN_HOLDOUT else {})
        | row
        for row in rows
    ]  # fmt: skip
    return pl.DataFrame(whole, schema=ASSIGNMENTS.empty().schema)


def group(prefix, count, churned, **assignment):
    """As many customers who were assigned to something, of whom the first ``churned`` left."""
    ids = [f"{prefix}{number}" for number in range(count)]
    offer = {"offer": assignment.get("offer", "offer_small")}
    contacted = int(assignment.get("arm", OFFERED) == OFFERED)
    return (
        [{"customer_id": one, **assignment} for one in ids],
        [
            {"customer_id": one, "churned": int(n < churned), "contacted": contacted, **offer}
            for n, one in enumerate(ids)
        ],
    )


def followed(rows, given=None, *, as_of=OVER, rules=RULES) -> FollowUp:
    """Follow outcomes of assignments; both as :func:`outcomes` and :func:`assigned` take them."""
    return follow_up(outcomes(*rows), assigned(*(given or [])), rules.offers, rules.policy, as_of)


def effect_of(*groups, as_of=OVER, rules=RULES):
    """The table of what offers did, from groups as :func:`group` gives them."""
    given = [row for rows, _ in groups for row in rows]
    told = [row for _, rows in groups for row in rows]
    table = campaign_effect(followed(told, given, as_of=as_of, rules=rules).units, rules.offers)
    assert CAMPAIGN_EFFECT.judge(table).explain() == ""
    return table


def row_of(table, segment="all", offer="offer_small"):
    """One row of that table."""
    return table.row(
        by_predicate=(pl.col("offer") == offer) & (pl.col("segment") == segment), named=True
    )
