"""Checks of the gold master alone: no future, no label, nothing lost, nothing moved unseen.

The first three are judged before the write, from what the store holds of bronze; the last warns.
"""

from collections.abc import Iterator
from datetime import date
from math import isclose
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import COST_MONTH, CUSTOMER, CUSTOMER_MONTH, INTERACTIONS
from spanishgas_assets.gold.ageing import aged, months_turned
from spanishgas_assets.gold.distribution_shift import MOVED_LIMIT, moved_limit, moved_shares
from spanishgas_assets.gold.label_audit import (
    EXPECTED,
    INFORMATION_LIMIT,
    LEAST_OF_A_CLASS,
    named_after_label,
)
from spanishgas_assets.gold.leakage_check import NEW_CUSTOMERS, changed_features
from spanishgas_assets.gold.snapshot import Bronze
from spanishgas_assets.gold.tables import GOLD_MASTER, MARKET_CORE, MARKET_DYNAMICS, MARKET_RISK
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.step_retries import failing_in_words
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import scan_tables, table_key
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.published import published_table
from spanishgas_assets.tables.snapshot_before import snapshot_before
from spanishgas_assets.tables.table_checks import Finding, acknowledgements, evaluations

HARD_CHECKS = {
    "no_future": "Recomputed with every row dated on or after the snapshot corrupted, and more of "
    "them added, the table stays the same.",
    "matches_silver": "Customers, energy and margin are those of the silver tables.",
}

#: It stops a training set, and warns of a gold master, which is also made where nobody trains.
LABEL_CHECK = {
    "label_not_revealed": "No feature is named after the label, and none tells more of it than "
    f"{INFORMATION_LIMIT:.0%} of its entropy, but for those listed with a reason."
}

#: Silver's monthly columns and the gold column that holds their sum over the window.
_TOTALS = {
    "elec_kwh": "total_elec_12m_kwh",
    "gas_m3": "total_gas_12m_m3",
    "total_margin_eur": "total_margin_12m_eur",
}

_DISTRIBUTIONS = dg.AssetCheckSpec(
    "distribution_band",
    asset=dg.AssetKey([GOLD_MASTER.layer, GOLD_MASTER.name]),
    description=f"At most {MOVED_LIMIT:.0%} of the customers a week are in another bin of a "
    "feature than in the snapshot before; what only ages is compared with what it would be by now.",
    partitions_def=SNAPSHOTS,
)


def stored_bronze(store: Store, as_of: date) -> Bronze:
    """Scan the bronze tables that a snapshot was made from.

    Raises:
        StoreError: one of them is not in the store.
    """

    def scan(table: Table, *partitions: str) -> pl.LazyFrame:
        return scan_tables(store, [table_key(table.layer, table.name, key) for key in partitions])

    months = trailing_year_keys(as_of)
    return Bronze(
        customer=scan(CUSTOMER, as_of.isoformat()),
        interactions=scan(INTERACTIONS, as_of.isoformat()),
        months=scan(CUSTOMER_MONTH, *months),
        costs=scan(COST_MONTH, *months),
    )


def future_finding(stored: pl.DataFrame, again: pl.DataFrame) -> Finding:
    """Report the features that differ where the future does."""
    changed = changed_features(stored, again)
    return Finding(
        "no_future",
        not changed,
        f"the same beside a false future with {NEW_CUSTOMERS} new customers, two angry notes a "
        "customer and a thousandfold of use, prices and costs"
        if not changed
        else "knows rows dated on or after the snapshot: "
        + ", ".join(f"{name} ({rows:,} customers)" for name, rows in changed.items()),
        {"features_compared": len(stored.columns) - 1, "features_changed": len(changed)},
    )


def labels_of(customer: pl.LazyFrame, as_of: date) -> tuple[pl.DataFrame, str]:
    """Choose the labels by which the features of a snapshot can be judged, and name the others.

    A feature may know what happened before the label's date, and nothing later: of a snapshot
    after that date it says nothing that it would reveal the label.

    Args:
        customer: customer_id, churn and label_date of bronze customers.
        as_of: the snapshot.
    """
    labelled = customer.select("customer_id", "churn", "label_date").drop_nulls("churn").collect()
    own = pl.col("label_date").is_null() | (pl.col("label_date") == as_of)
    others = labelled.filter(~own)["label_date"].unique().sort()
    said = f"labels of {', '.join(map(str, others))} are judged on that snapshot"
    return labelled.filter(own), said if others.len() else ""


def label_finding(names: list[str], information: pl.DataFrame, others: str = "") -> Finding:
    """Report features named after the label, and what the most telling ones tell of it.

    ``others`` speaks of labels that are not judged here.
    """
    telling = information.filter(pl.col("information") > INFORMATION_LIMIT)
    expected = telling.filter(pl.col("feature").is_in(list(EXPECTED)))
    unexpected = telling.filter(~pl.col("feature").is_in(list(EXPECTED)))
    faults = [f"{name} is named after the label" for name in named_after_label(names)] + [
        f"{row['feature']} explains {row['information']:.0%} of the label"
        for row in unexpected.iter_rows(named=True)
    ]
    if information.is_empty() and others:
        said = others
    elif information.is_empty():
        said = f"fewer than {LEAST_OF_A_CLASS} labels of a class: nothing to compare with"
    elif expected.is_empty():
        said = f"no feature explains more than {INFORMATION_LIMIT:.0%} of the label"
    else:
        first = expected.row(0, named=True)
        said = (
            f"{expected.height} features nearly reveal the label and are listed as such, "
            f"{first['feature']} most ({first['information']:.0%} of it); the rest explain at "
            f"most {INFORMATION_LIMIT:.0%} each"
        )
    return Finding(
        "label_not_revealed",
        not faults,
        "; ".join(faults) or said,
        {
            "limit": INFORMATION_LIMIT,
            "most_telling": dg.MetadataValue.table(
                [
                    dg.TableRecord(
                        {
                            "feature": row["feature"],
                            "share_of_label_explained": round(row["information"], 4),
                            "most_telling_value": row["telling_value"],
                            "customers": row["customers"],
                            "churn_rate": round(row["churn_rate"], 4),
                            "allowed_because": EXPECTED.get(row["feature"], ""),
                        }
                    )
                    for row in information.head(max(15, telling.height)).iter_rows(named=True)
                ],
                # Named here, because a table of no records has no columns to show.
                schema=dg.TableSchema(
                    [
                        dg.TableColumn("feature"),
                        dg.TableColumn("share_of_label_explained", "float"),
                        dg.TableColumn("most_telling_value"),
                        dg.TableColumn("customers", "int"),
                        dg.TableColumn("churn_rate", "float"),
                        dg.TableColumn("allowed_because"),
                    ]
                ),
            ),
        },
    )


def silver_finding(
    gold: pl.DataFrame, customer: pl.DataFrame, customer_month: pl.DataFrame
) -> Finding:
    """Report customers that gold and silver do not share, and sums that differ by over 1e-9."""
    faults = []
    known = set(customer["customer_id"])
    if known != set(gold["customer_id"]):
        faults.append(f"{len(known ^ set(gold['customer_id'])):,} customers are not in both")
    months = customer_month.join(customer, on="customer_id", how="semi")
    sums = {
        total: (float(gold[total].sum()), float(months[column].sum()))
        for column, total in _TOTALS.items()
    }
    faults += [
        f"{total}: {in_gold:,.3f} in gold, {in_silver:,.3f} in silver"
        for total, (in_gold, in_silver) in sums.items()
        if not isclose(in_gold, in_silver, rel_tol=1e-9, abs_tol=1e-6)
    ]
    return Finding(
        "matches_silver",
        not faults,
        "; ".join(faults) or f"{gold.height:,} customers, their energy and their margin",
        {"customers": gold.height, **{total: in_gold for total, (in_gold, _) in sums.items()}},
    )


#: Days of a month, in which new months of readings, prices and costs come.
_MONTH = 31
_FROM_MONTHS = [
    name
    for tier in (MARKET_CORE, MARKET_RISK, MARKET_DYNAMICS)
    for name in tier.columns
    if name != "customer_id"
]


def distribution_finding(
    current: pl.DataFrame,
    previous: pl.DataFrame | None,
    before: date,
    as_of: date,
) -> Finding:
    """Report features whose distribution moved since the snapshot ``before``.

    What only ages is compared with what it would be by now, and more may move in more weeks. What
    is made from months has had a month to move when one has turned.
    """
    if previous is None:
        return Finding("distribution_band", passed=True, description="no earlier snapshot")
    days = (as_of - before).days
    limit = moved_limit(days)
    of_months = moved_limit(max(days, _MONTH)) if months_turned(before, as_of) else limit
    moved = moved_shares(current, aged(previous, before, as_of))
    own = pl.when(pl.col("feature").is_in(_FROM_MONTHS)).then(of_months).otherwise(limit)
    far = moved.filter(pl.col("moved") > own)
    return Finding(
        "distribution_band",
        far.is_empty(),
        f"no feature moved by more than {limit:.0%} of the customers in {days} days"
        if far.is_empty()
        else ", ".join(f"{row[0]} ({row[1]:.0%})" for row in far.iter_rows())
        + f" moved in {days} days; the limit is {limit:.0%}",
        {
            "limit": limit,
            "days": days,
            "features_moved": far.height,
            "farthest": dg.MetadataValue.table(
                [dg.TableRecord(row) for row in moved.head(10).iter_rows(named=True)]
            ),
        },
    )


@dg.multi_asset_check(
    name="gold_gold_master_distributions",
    specs=[_DISTRIBUTIONS],
    ins={"stored": dg.AssetIn(key=_DISTRIBUTIONS.asset_key)},
)
@failing_in_words
def distributions(
    context: dg.AssetCheckExecutionContext,
    settings: dg.ResourceParam[Settings],
    stored: pl.LazyFrame,
) -> Iterator[Any]:
    """Compare every feature with the snapshot before."""
    partition = context.op_execution_context.partition_key
    store = open_store(settings.store)
    day, key = date.fromisoformat(partition), snapshot_before(store, partition)
    rows = published_table(store, GOLD_MASTER, key) if key else None
    before = date.fromisoformat(key) if key else day
    previous = None if rows is None else rows.collect()
    finding = distribution_finding(stored.collect(), previous, before, day)
    yield from evaluations(GOLD_MASTER, partition, [finding], dg.AssetCheckSeverity.WARN)
    yield from acknowledgements([_DISTRIBUTIONS])
