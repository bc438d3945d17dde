"""``spanishgas policy evaluate``: another policy on what the published snapshots really did."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from spanishgas_assets.errors import EvidenceError
from spanishgas_assets.retention.config.policy import load_policy
from spanishgas_assets.retention.config.retention_config import Rules, load_rules
from spanishgas_assets.retention.measurement.assignments import published_assignments
from spanishgas_assets.retention.measurement.off_policy import Value, off_policy
from spanishgas_assets.retention.measurement.other_policy import as_it_ran, chosen_by, logged
from spanishgas_assets.retention.measurement.units import COUNTED, follow_up
from spanishgas_assets.retention.outcome_reading import read_outcomes
from spanishgas_assets.retention.tables import (
    CAMPAIGN_EFFECT,
    CONTACT_PERMISSIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables.published import published_table


@dataclass(frozen=True)
class Evaluation:
    """What another policy would have brought.

    Attributes:
        values: mean reward a customer, EUR, by estimate; the policy that ran is among them.
        rows: customers whose outcome counts.
        snapshots: of their decisions.
        effective_rows, unsupported: as :class:`OffPolicy` has them, of the other policy.
        unseen: its offers to customers who were never chosen: no log says what they would bring.
    """

    values: Mapping[str, Value]
    rows: int
    snapshots: int
    effective_rows: float
    unsupported: float
    unseen: int


def evaluate_policy(settings: Settings, file: Path) -> Evaluation:
    """Evaluate a ``policy.yaml`` with the team's offers on all assignments with an outcome.

    Raises:
        SettingsError: the file is wrong; names line and key.
        EvidenceError: there are no such assignments, or what was done does not overlap with what
            this policy does; says how far.
        StoreError: a publication is damaged.
    """
    rules = load_rules(settings.retention)
    other = replace(rules, policy=load_policy(file, rules.offers.names))
    store = open_store(settings.store)
    snapshots = published_snapshots(store)
    last = snapshots[-1] if snapshots else "0001-01-01"
    day = date.fromisoformat(last)
    outcomes = read_outcomes(settings, day)
    assigned = published_assignments(store, last)
    units = follow_up(outcomes.rows, assigned, rules.offers, rules.policy, day).units
    counted = units.filter(pl.col("state") == COUNTED, pl.col("probability").is_not_null())
    if counted.is_empty():
        raise EvidenceError(
            f"{store.root}: no published assignment has an outcome yet as of {last}: report them "
            "in campaign_outcomes.csv, and evaluate once their days of follow-up are over"
        )
    days = counted["decision_date"].unique().sort().to_list()
    chosen = pl.concat([_chosen(store, one, other) for one in days])
    found = logged(units, chosen)
    new, ran = off_policy(found), off_policy(as_it_ran(found, units))
    first = counted.select("customer_id", "decision_date")
    unseen = chosen.join(first, on=["customer_id", "decision_date"], how="anti").height
    return Evaluation(
        values={
            "this policy, IPS": new.ips,
            "this policy, self-normalised": new.self_normalised,
            "this policy, doubly robust": new.doubly_robust,
            "as it ran, doubly robust": ran.doubly_robust,
        },
        rows=len(found.reward),
        snapshots=len(days),
        effective_rows=new.effective_rows,
        unsupported=new.unsupported,
        unseen=unseen,
    )


def _chosen(store: Store, day: date, rules: Rules) -> pl.DataFrame:
    tables = []
    for table in (SCORED_CUSTOMERS, CONTACT_PERMISSIONS, CAMPAIGN_EFFECT):
        rows = published_table(store, table, day.isoformat())
        if rows is None:
            raise EvidenceError(f"{table.title} of {day} is not published any more")
        tables.append(rows)
    return chosen_by(rules, *tables).with_columns(decision_date=pl.lit(day))
