"""Whether notes and readings are of the customers whom the snapshot knows."""

import polars as pl

from spanishgas_assets.silver.key_checks import notes_finding, readings_finding
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.tables.set_aside_limit import limits_of

CUSTOMERS = pl.LazyFrame({"customer_id": [f"C{number:05d}" for number in range(1, 21)]})


def notes(*ids: str, **changed: float):
    records = pl.LazyFrame(
        {"record": range(1, len(ids) + 1), "customer_id": ids},
        schema={"record": pl.Int64, "customer_id": pl.String},
    )
    return notes_finding(records, CUSTOMERS, limits_of(CUSTOMER, changed))


def readings(*ids: str):
    window = pl.LazyFrame({"customer_id": ids}, schema={"customer_id": pl.String})
    return readings_finding(CUSTOMERS, window, limits_of(CUSTOMER_MONTH, {}))


def test_notes_of_customers_pass():
    outcome = notes("C00001", "C00001", "C00020")
    assert (outcome.name, outcome.passed) == ("notes_matched", True)
    assert outcome.description == "no row without a customer"


def test_no_notes_pass():
    assert notes().passed


def test_notes_of_some_former_customers_pass_and_are_told():
    outcome = notes("C00001", "C00002", "X7")
    assert outcome.passed
    assert outcome.description == (
        "bronze/interactions: 1 of 3 rows without a customer (33.3%, limit 50.0%): "
        "note of no customer (1 row, first 3)"
    )


def test_notes_whose_ids_are_numbers_of_a_spreadsheet_fail():
    outcome = notes("5")
    assert not outcome.passed
    assert outcome.description.startswith(
        "bronze/interactions: 1 of 1 rows without a customer (100.0%, limit 1.0%): "
        "id without its letters, zeros or digits (1 row, first 1). Have "
    )
    assert not notes(*["C00001"] * 100, "2", "3").passed


def test_notes_of_strange_ids_alone_fail_unless_that_is_allowed():
    assert not notes("X7", "X8").passed
    assert notes("X7", "X8", **{"silver/customer:note of no customer": 1.0}).passed


def test_a_few_customers_without_readings_pass_and_many_do_not():
    ids = [f"C{number:05d}" for number in range(1, 21)]
    assert readings(*ids).description == "no row without readings"
    assert readings(*ids[:18]).passed
    outcome = readings(*ids[:17])
    assert not outcome.passed
    assert outcome.description.startswith(
        "silver/customer: 3 of 20 rows without readings (15.0%, limit 10.0%): "
        "no month of the trailing year (3 rows)"
    )
