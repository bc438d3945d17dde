"""What a file forbids: doubt closes, nothing that is unread or unmatched ever opens."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.optional import read_optional
from spanishgas_assets.retention.preferences import read_contacts, read_preferences
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS
from spanishgas_assets.tables.contracts import NO_LIMIT

from .customers import AS_OF

CUSTOMERS = pl.Series([f"C{number:05d}" for number in range(1, 31)])
FORMER = pl.Series(["L00001"])
FLAGS = ("consent_calls", "opted_out", "vulnerable")
#: Enough good rows that a bad one does not refuse the file.
PLENTY = "".join(f"C{number:05d},1,0,0\n" for number in range(11, 31))


def preferences(folder, rows: str, header: str = "customer_id,consent_calls,opted_out,vulnerable"):
    plenty = PLENTY if header.count(",") == 3 else PLENTY.replace("\n", ",\n")
    (folder / "contact_preferences.csv").write_text(f"{header}\n{plenty}{rows}", encoding="utf-8")
    return read_preferences(
        read_optional(str(folder), CONTACT_PREFERENCES, AS_OF), CUSTOMERS, FORMER
    )


def answers(found, customer: str = "C00001"):
    rows = found.rows.filter(customer_id=customer).select(FLAGS).rows()
    return rows[0] if rows else None


def reasons(found) -> list[str]:
    return found.set_aside["reason"].to_list()


@pytest.mark.parametrize(
    ("yes", "no"), [("sí", "no"), ("Si", "NO"), ("true", "False"), ("x", "0"), ("1.0", "0.0")]
)
def test_yes_and_no_are_read_as_people_write_them(tmp_path, yes, no):
    found = preferences(tmp_path, f"C00001,{no},{yes},\n")
    assert answers(found) == (0, 1, None)
    assert reasons(found) == []


def test_an_answer_that_cannot_be_read_closes_and_is_told(tmp_path):
    found = preferences(tmp_path, "c00001 ,1,perhaps,0\n")
    assert answers(found) == (1, 1, 0)
    assert reasons(found) == ["opted_out: not 0 or 1 (perhaps)"]
    found = preferences(tmp_path, "C00001,ask,,0\n")
    assert answers(found) == (0, None, 0)


def test_the_strictest_of_several_rows_counts(tmp_path):
    found = preferences(tmp_path, "C00001,0,1,0\nC00001,1,0,\nC00001,,0,1\n")
    assert answers(found) == (0, 1, 1)
    assert reasons(found) == []
    assert found.used == 23


def test_the_latest_of_dated_rows_counts_with_those_that_have_no_date(tmp_path):
    header = "customer_id,consent_calls,opted_out,vulnerable,recorded_on"
    dated = "C00001,0,1,0,2024-05-01\nC00001,1,0,0,2024-06-01\n"
    found = preferences(tmp_path, dated, header)
    assert answers(found) == (1, 0, 0)
    assert reasons(found) == ["a later row replaces it"]
    assert answers(preferences(tmp_path, dated + "C00001,1,1,0,\n", header)) == (1, 1, 0)


def test_a_row_whose_date_cannot_be_read_still_forbids(tmp_path):
    header = "customer_id,consent_calls,opted_out,vulnerable,recorded_on"
    rows = "C00001,1,1,0,yesterday\nC00001,1,0,0,2024-06-01\n"
    found = preferences(tmp_path, rows, header)
    assert answers(found) == (1, 1, 0)
    assert reasons(found) == ["recorded_on: not a date (yesterday)"]


def test_an_id_that_lost_its_letters_and_zeros_closes_whom_it_may_mean(tmp_path):
    found = preferences(tmp_path, "1,0,1,0\n")
    assert answers(found) == (0, 1, None)
    assert reasons(found) == ["id without its letters, zeros or digits (1 may be C00001)"]


def test_an_id_that_may_mean_somebody_opens_nothing(tmp_path):
    found = preferences(tmp_path, "1,1,0,0\n")
    assert answers(found) == (None, None, None)
    assert answers(preferences(tmp_path, "C00001,0,1,1\n1,1,0,0\n")) == (0, 1, 1)


def test_an_id_in_scientific_notation_closes_all_whom_it_may_mean(tmp_path):
    found = preferences(tmp_path, "2E+01,0,1,0\n")
    closed = found.rows.filter(opted_out=1)["customer_id"].sort().to_list()
    assert closed == [f"C{number:05d}" for number in range(15, 26)]


def test_an_id_of_nobody_closes_nobody_and_is_told(tmp_path):
    found = preferences(tmp_path, "X77777,0,1,0\n")
    assert found.rows["opted_out"].sum() == 0
    assert reasons(found) == ["not a customer of the snapshot"]


@pytest.mark.parametrize(
    ("customer", "reason", "limit"),
    [
        ("L00001", "former customer, of an earlier snapshot", NO_LIMIT),
        ("X77777", "not a customer of the snapshot", 0.05),
    ],
)
def test_a_list_may_outlive_its_customers(tmp_path, customer, reason, limit):
    assert reasons(preferences(tmp_path, f"{customer},0,1,0\n")) == [reason]
    assert CONTACT_PERMISSIONS.reason_limits[reason] == limit


def contacts(folder, rows: str):
    plenty = "".join(f"C{number:05d},offer_small,2024-01-08,0,,\n" for number in range(11, 31))
    (folder / "campaign_outcomes.csv").write_text(
        f"customer_id,offer,offer_date,contacted,accepted,churned\n{plenty}{rows}"
    )
    return read_contacts(read_optional(str(folder), CAMPAIGN_OUTCOMES, AS_OF), CUSTOMERS, AS_OF)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("C00001,offer_small,2024-12-30,1,,", [("C00001", date(2024, 12, 30))]),
        ("C00001,offer_small,2024-12-30,sí,no,", [("C00001", date(2024, 12, 30))]),
        ("C00001,offer_small,2024-12-30,no,,", []),
        ("C00001,offer_small,last week,1,,", [("C00001", None)]),
        ("C00001,offer_small,last week,0,,", []),
        ("C00001,offer_small,2024-12-30,perhaps,,", [("C00001", date(2024, 12, 30))]),
        ("C00001,,2024-12-30,1,,", [("C00001", date(2024, 12, 30))]),
        ("1,offer_small,2024-12-30,1,,", [("C00001", date(2024, 12, 30))]),
        ("X77777,offer_small,2024-12-30,1,,", []),
    ],
)
def test_whoever_may_have_been_contacted_was(tmp_path, row, expected):
    found = contacts(tmp_path, f"{row}\n").rows
    assert found.select("customer_id", "offer_date").rows() == expected


@pytest.mark.parametrize(("cell", "accepted"), [("1", 1), ("no", 0), ("", None), ("maybe", None)])
def test_a_contact_says_whether_the_offer_was_accepted(tmp_path, cell, accepted):
    found = contacts(tmp_path, f"C00001,offer_small,2024-12-30,1,{cell},\n")
    assert found.rows["accepted"].to_list() == [accepted]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2024-12-30", "offer to no customer of the snapshot"),
        ("2024-10-07", "offer to no customer of the snapshot"),
        ("2024-10-06", "offer of over a quarter ago, to no customer any more"),
        ("2023-10-06", "offer of over a quarter ago, to no customer any more"),
    ],
)
def test_an_outcome_of_a_former_customer_is_told_and_an_old_one_is_no_wonder(tmp_path, day, reason):
    assert reasons(contacts(tmp_path, f"X77777,offer_small,{day},1,,\n")) == [reason]
    assert CONTACT_PERMISSIONS.reason_limits["offer to no customer of the snapshot"] == 0.5
    assert (
        CONTACT_PERMISSIONS.reason_limits["offer of over a quarter ago, to no customer any more"]
        == NO_LIMIT
    )
