"""What the last page of a run says of customers and rows that are missing."""

import json

import polars as pl

from spanishgas_assets.operations.runs.set_aside_summary import summarise_set_aside
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.quarantine import SCHEMA, keep

SNAPSHOT, MONTH = "2025-01-06", "2024-03-01"
NOT_A_DATE = "next_renewal_date: not a date ({})"


def rows(*given: tuple[str | None, str, str | None]) -> pl.DataFrame:
    """Set-aside rows of a file, a reason and a customer each."""
    told = [
        (file, 1, reason, json.dumps({"customer_id": customer})) for file, reason, customer in given
    ]
    return pl.DataFrame(told, SCHEMA, orient="row")


def summary(tmp_path, bronze: pl.DataFrame, silver: pl.DataFrame | None = None, **prices):
    store = open_store(str(tmp_path))
    keep(store, "bronze", "customer", SNAPSHOT, bronze)
    keep(store, "silver", "customer", SNAPSHOT, SCHEMA.to_frame() if silver is None else silver)
    for partition, frame in prices.items():
        keep(store, "bronze", "price_month", partition.replace("_", "-"), frame)
    return summarise_set_aside(store, [MONTH], SNAPSHOT, pl.Series(["C1", "C2"]))


def test_a_customer_is_missing_once_and_for_the_reason_that_began_it(tmp_path):
    lacking = "customer not in customer_contracts.csv"
    found = summary(
        tmp_path,
        rows(
            ("customer_attributes.csv", lacking, "C3"),
            ("churn_label.csv", lacking, "C3"),
            ("customer_contracts.csv", NOT_A_DATE.format("x"), " c3 "),
            ("customer_contracts.csv", NOT_A_DATE.format("y"), "C4"),
            ("churn_label.csv", lacking, "C5"),
        ),
    )
    assert found.missing == {
        "customer_contracts.csv: next_renewal_date: not a date": 2,
        "churn_label.csv: customer not in customer_contracts.csv": 1,
    }
    assert found.customers == 3


def test_a_customer_with_a_score_is_not_missing(tmp_path):
    found = summary(tmp_path, rows(("churn_label.csv", "repeats row 1", "C1")))
    assert found.missing == {}
    assert found.rows == {"churn_label.csv: repeats another row": 1}


def test_a_customer_who_comes_later_is_told_too(tmp_path):
    later = rows((None, "activated after the snapshot", "C9"))
    found = summary(tmp_path, SCHEMA.to_frame(), later)
    assert found.missing == {"activated after the snapshot": 1}
    assert found.rows == {}


def test_rows_of_other_months_do_not_belong_to_the_snapshot(tmp_path):
    nameless = rows(("price_history.csv", "customer_id: no id (empty)", None))
    found = summary(tmp_path, SCHEMA.to_frame(), **{"2024_03_01": nameless, "2022_03_01": nameless})
    assert found.rows == {"price_history.csv: customer_id: no id": 1}


def test_where_quarantine_is_damaged_that_is_said_and_no_figure(tmp_path):
    summary(tmp_path, rows(("churn_label.csv", "repeats row 1", "C1")))
    pointer = f"quarantine/bronze_customer/{SNAPSHOT}/current.json"
    store = open_store(str(tmp_path))
    store.write(pointer, b"{}")
    found = summarise_set_aside(store, [MONTH], SNAPSHOT, pl.Series(["C1"]))
    assert found.rows == found.missing == {}
    assert pointer in found.damage
