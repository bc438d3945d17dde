"""How customers of the live retailer react to offers, and what is reported of it."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.demo.live.campaign_file import campaign_table
from spanishgas_assets.demo.live.reactions import after_offers


def _customers(*rows: tuple[str, int | None, bool, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, leaves, kept, woken, 52, 3, 0) for name, leaves, kept, woken in rows],
        schema={
            "customer_id": pl.String,
            "leaves": pl.Int64,
            "kept_by_small": pl.Boolean,
            "woken_by_call": pl.Boolean,
            "stays_weeks": pl.Int64,
            "woken_weeks": pl.Int64,
            "kept": pl.Int64,
        },
        orient="row",
    )


def _offers(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, "small", channel) for name, channel in rows],
        schema={"customer_id": pl.String, "offer": pl.String, "channel": pl.String},
        orient="row",
    )


def _leaves(customers: pl.DataFrame, offers: pl.DataFrame, week: int) -> dict[str, int | None]:
    after = after_offers(customers, offers, week)
    return dict(after.select("customer_id", "leaves").iter_rows())


def test_an_offer_keeps_whom_it_persuades_for_a_year_more():
    customers = _customers(("persuaded", 8, True, False), ("not", 8, False, False))
    offers = _offers(("persuaded", "email"), ("not", "email"))
    assert _leaves(customers, offers, 5) == {"persuaded": 60, "not": 8}


def test_nobody_is_kept_without_an_offer():
    assert _leaves(_customers(("a", 8, True, True)), _offers(), 5) == {"a": 8}


@pytest.mark.parametrize(("leaves", "after"), [(5, 5), (6, 58), (18, 70), (19, 19)])
def test_an_offer_works_on_who_leaves_within_the_quarter_after_it(leaves, after):
    assert _leaves(_customers(("a", leaves, True, False)), _offers(("a", "email")), 5) == {
        "a": after
    }


def test_a_call_wakes_who_would_stay_and_a_mail_does_not():
    customers = _customers(("called", None, False, True), ("mailed", None, False, True))
    offers = _offers(("called", "phone"), ("mailed", "email"))
    assert _leaves(customers, offers, 5) == {"called": 8, "mailed": None}


def test_who_is_about_to_leave_needs_no_waking():
    assert _leaves(_customers(("a", 12, False, True)), _offers(("a", "phone")), 5) == {"a": 12}


def test_an_offer_of_which_no_outcome_is_stated_is_refused():
    offers = _offers(("a", "phone")).with_columns(offer=pl.lit("huge"))
    with pytest.raises(ValueError, match="no outcome is stated for the offer huge"):
        after_offers(_customers(("a", 8, True, False)), offers, 5)


def _campaign(week: int) -> pl.DataFrame:
    customers = _customers(
        ("offered", 9, True, False), ("missed", 9, True, False), ("withheld", 9, False, False)
    )
    offers = pl.DataFrame(
        [
            ("offered", "small", "phone", True, 2),
            ("missed", "small", "phone", False, 2),
            ("withheld", "small", None, False, 2),
            ("withheld", "small", None, False, 3),
        ],
        schema=["customer_id", "offer", "channel", "made", "week"],
        orient="row",
    )
    return campaign_table(offers, customers, week, date(2025, 1, 6))


def test_everybody_for_whom_an_offer_was_chosen_is_reported_with_the_day_after_their_monday():
    day = date(2025, 1, 21)
    assert _campaign(14).drop("offer", "churned_within_days").rows() == [
        ("missed", day, 0, None, None, 0),
        ("offered", day, 1, 1, None, 0),
        ("withheld", day, 0, None, None, 1),
        ("withheld", date(2025, 1, 28), 0, None, None, 1),
    ]


def test_leaving_is_reported_when_the_declared_days_after_the_offer_are_over():
    told = _campaign(15).select("churned", "churned_within_days").rows()
    assert told == [(1, 91), (1, 91), (1, 91), (None, 91)]
