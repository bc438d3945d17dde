"""Whom the team may contact: rules by date, the cool-down, owners, the holdout."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.optional import read_optional
from spanishgas_assets.retention.permissions import (
    contact_permissions,
    in_holdout,
)
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets_tests.builders import frame

from .customers import AS_OF, rules

SOON, LATER = date(2024, 11, 1), date(2026, 3, 2)


def contacted(*rows):
    """Contacts of a customer and day, accepted where a third value says so."""
    return pl.LazyFrame(
        [(*row, None)[:3] for row in rows],
        schema={"customer_id": pl.String, "offer_date": pl.Date, "accepted": pl.Int64},
        orient="row",
    )


def permit(preferences=(), contacts=(), as_of=AS_OF, customers=("C1",), **policy):
    known = pl.DataFrame(
        list(preferences),
        schema={
            "customer_id": pl.String,
            "consent_calls": pl.Int64,
            "opted_out": pl.Int64,
            "vulnerable": pl.Int64,
        },
        orient="row",
    )
    rows = contact_permissions(
        frame(CUSTOMER, *({"customer_id": one} for one in customers)),
        known.lazy(),
        contacted(*contacts),
        rules(**policy),
        as_of,
    )
    assert CONTACT_PERMISSIONS.judge(rows).explain() == ""
    return rows


def blocks(*flags, as_of=AS_OF):
    row = permit([("C1", *flags)], as_of=as_of).row(0, named=True)
    return row["phone_block"], row["email_block"], row["letter_block"]


def test_nothing_known_blocks_nothing_before_consent_is_law():
    assert blocks(None, None, None) == (None, None, None)


def test_who_wants_no_advertising_gets_none():
    assert blocks(1, 1, 0) == ("opted_out", "opted_out", "opted_out")


def test_who_refused_calls_is_not_called_since_the_law_says_so():
    assert blocks(0, 0, 0) == ("no_call_consent", None, None)
    assert blocks(0, 0, 0, as_of=date(2023, 6, 28)) == (None, None, None)


def test_unknown_consent_blocks_calls_from_the_new_regulation_on():
    assert blocks(None, 0, 0, as_of=date(2026, 2, 9)) == (None, None, None)
    assert blocks(None, 0, 0, as_of=date(2026, 2, 10)) == ("no_call_consent", None, None)
    assert blocks(1, 0, 0, as_of=LATER) == (None, None, None)
    # and so does a customer of whom no file says anything
    assert permit(as_of=LATER)["phone_block"].to_list() == ["no_call_consent"]


def test_a_vulnerable_customer_is_not_called():
    assert blocks(1, 0, 1) == ("vulnerable", None, None)


@pytest.mark.parametrize(
    ("day", "cooling"),
    [(date(2024, 10, 8), False), (date(2024, 10, 9), True), (date(2025, 1, 5), True)],
)
def test_a_contact_within_the_cool_down_closes_the_customer(day, cooling):
    rows = permit(contacts=[("C1", day)])
    assert rows.select("last_offer_date", "in_cool_down").row(0) == (day, cooling)


def test_no_cool_down_is_no_cool_down():
    rows = permit(contacts=[("C1", date(2025, 1, 5))], cool_down_days=0)
    assert rows["in_cool_down"].to_list() == [False]


def test_only_a_contact_before_the_snapshot_counts():
    assert permit(contacts=[("C1", AS_OF)])["last_offer_date"].to_list() == [None]


def test_a_contact_on_an_unknown_day_closes_the_customer_whatever_else_is_known():
    rows = permit(contacts=[("C1", None), ("C1", date(2020, 1, 1))])
    assert rows.select("last_offer_date", "in_cool_down").row(0) == (date(2020, 1, 1), True)


def test_owners_are_those_of_silver():
    customer = frame(
        CUSTOMER,
        {"customer_id": "C1", "owner_key": "a"},
        {"customer_id": "C2", "owner_key": "a"},
        {"customer_id": "C3", "owner_key": "b"},
    )
    empty = pl.LazyFrame(
        schema={"customer_id": pl.String}
        | dict.fromkeys(["consent_calls", "opted_out", "vulnerable"], pl.Int64)
    )
    owners = contact_permissions(customer, empty, contacted(), rules(), AS_OF)["owner_id"]
    assert owners[0] == owners[1] != owners[2]


def test_the_holdout_is_the_stated_share():
    ids = pl.Series([f"C{n:05d}" for n in range(20_000)])
    assert in_holdout(ids, 0.05, "s").mean() == pytest.approx(0.05, abs=0.005)
    assert in_holdout(ids, 0.0, "s").sum() == 0
    assert in_holdout(ids, 1.0, "s").all()
    assert (in_holdout(ids, 0.05, "s") != in_holdout(ids, 0.05, "another")).any()


@settings(max_examples=40, deadline=None)
@given(st.sets(st.text(min_size=1, max_size=8)), st.floats(0, 1), st.floats(0, 1))
def test_the_holdout_is_stable_and_only_grows(ids, share, other):
    low, high = sorted((share, other))
    first, again = sorted(ids), sorted(ids, reverse=True)
    drawn = dict(zip(first, in_holdout(pl.Series(first, dtype=pl.String), low, "s"), strict=True))
    wider = dict(zip(again, in_holdout(pl.Series(again, dtype=pl.String), high, "s"), strict=True))
    assert all(wider[one] for one in ids if drawn[one])


@pytest.mark.parametrize("file", [CONTACT_PREFERENCES, CAMPAIGN_OUTCOMES])
def test_an_absent_file_is_no_rows_of_its_kind(tmp_path, file):
    reading = read_optional(str(tmp_path), file, AS_OF)
    assert reading.height == 0
    assert set(file.columns) <= set(reading.rows.columns)


def test_the_last_offer_that_was_accepted_is_told_beside_the_last_one():
    offers = [("C1", SOON, 1), ("C1", date(2024, 12, 1), 0), ("C1", date(2024, 12, 2))]
    row = permit(contacts=offers).row(0, named=True)
    assert (row["last_offer_date"], row["last_accepted_date"]) == (date(2024, 12, 2), SOON)
    assert permit(contacts=offers[1:])["last_accepted_date"].to_list() == [None]
