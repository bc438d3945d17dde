"""A week in which nothing happened moves no feature."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.gold.ageing import AGEING, aged, months_turned
from spanishgas_assets.gold.checks import distribution_finding
from spanishgas_assets.gold.distribution_shift import moved_limit
from spanishgas_assets.gold.durations import MONTHS_PER_DAY
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets_tests.builders import AS_OF
from spanishgas_assets_tests.gold.test_leakage_check import NOTES, retailer

WEEK = timedelta(days=7)


@pytest.mark.parametrize("days", [7, 14, 21])
def test_an_earlier_snapshot_moved_on_is_the_snapshot_of_a_quiet_retailer(days):
    before, later = (
        snapshot(retailer(NOTES), day).gold_master.filter(customer_id="C1")
        for day in (AS_OF, AS_OF + timedelta(days=days))
    )
    quiet = [name for name in later.columns if not name.startswith("interactions_last")]
    moved_on = aged(before, AS_OF, AS_OF + timedelta(days=days))
    assert_frame_equal(moved_on.select(quiet), later.select(quiet), check_exact=True)


def test_a_bucket_changes_on_the_day_on_which_its_edge_is_passed():
    before = snapshot(retailer(), AS_OF).gold_master.head(1)
    one = before.with_columns(months_to_renewal=pl.lit(5 * MONTHS_PER_DAY))
    told = aged(one, AS_OF, AS_OF + WEEK).row(0, named=True)
    assert told["months_to_renewal"] == -2 * MONTHS_PER_DAY
    assert told["renewal_bucket"] == "expired"
    assert told["is_expired_contract"]
    assert not told["is_within_3m_of_renewal"]
    assert told["tenure_x_renewal_bucket"].endswith("_x_expired")


def test_the_table_of_an_earlier_release_ages_in_what_it_has():
    before = pl.DataFrame({"customer_id": ["C1"], "days_since_price_change": [36], "other": ["a"]})
    assert aged(before, AS_OF, AS_OF + WEEK).rows() == [("C1", 43, "a")]


def test_what_only_ages_is_declared_with_the_unit_in_which_it_is_moved():
    assert {name: spec.unit for name, spec in AGEING.items()} == {
        "months_to_renewal": "months",
        "tenure_months": "months",
        "last_interaction_days_ago": "days",
        "months_since_last_change": "months",
        "days_since_price_change": "days",
        "contract_age_months": "months",
        "days_to_renewal": "days",
    }


def test_a_week_later_nobody_is_told_that_the_days_since_a_change_have_grown():
    before = pl.DataFrame({"days_since_price_change": [36] * 70 + [66] * 30})
    later = before.with_columns(pl.col("days_since_price_change") + 7)
    assert distribution_finding(later, before, AS_OF, AS_OF + WEEK).passed
    changed = later.with_columns(
        pl.when(pl.int_range(pl.len()) < 20)
        .then(5)
        .otherwise("days_since_price_change")
        .alias("days_since_price_change")
    )
    told = distribution_finding(changed, before, AS_OF, AS_OF + WEEK)
    assert told.description == ("days_since_price_change (20%) moved in 7 days; the limit is 10%")


@pytest.mark.parametrize(("days", "limit"), [(1, 0.10), (7, 0.10), (14, 0.19), (35, 0.40951)])
def test_more_may_move_in_more_weeks(days, limit):
    assert moved_limit(days) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("before", "as_of", "newest", "oldest"),
    [
        (date(2025, 1, 20), date(2025, 1, 27), (50, 57), (325, 332)),
        (date(2025, 1, 27), date(2025, 2, 3), (57, 33), (332, 308)),
        (date(2025, 2, 24), date(2025, 3, 3), (54, 30), (329, 306)),
        (date(2025, 3, 31), date(2025, 4, 7), (58, 37), (334, 310)),
        (date(2025, 3, 24), date(2025, 5, 5), (51, 34), (327, 308)),
    ],
)
def test_price_changes_are_as_many_months_ago_as_before_when_months_have_turned(
    before, as_of, newest, oldest
):
    changes = pl.DataFrame(
        {"customer_id": ["new", "old"], "days_since_price_change": [newest[0], oldest[0]]}
    )
    told = aged(changes, before, as_of)["days_since_price_change"].to_list()
    assert told == [newest[1], oldest[1]]


@pytest.mark.parametrize(
    ("before", "as_of", "months"),
    [
        (date(2025, 1, 27), date(2025, 2, 3), 1),
        (date(2025, 12, 29), date(2026, 1, 5), 1),
        (date(2025, 11, 24), date(2026, 1, 5), 2),
        (date(2025, 2, 3), date(2025, 2, 10), 0),
    ],
)
def test_months_turn_between_the_first_days_of_calendar_months(before, as_of, months):
    assert months_turned(before, as_of) == months


@pytest.mark.parametrize(
    ("before", "as_of", "passed"),
    [
        (date(2025, 2, 3), date(2025, 2, 10), False),
        (date(2025, 1, 27), date(2025, 2, 3), True),
    ],
)
def test_what_is_made_from_months_has_a_month_to_move_when_one_has_turned(before, as_of, passed):
    earlier = pl.DataFrame(
        {"customer_id": [f"C{n}" for n in range(100)], "loss_months_count": [0] * 100}
    )
    later = earlier.with_columns(
        loss_months_count=pl.when(pl.int_range(pl.len()) < 25).then(1).otherwise(0)
    )
    assert distribution_finding(later, earlier, before, as_of).passed is passed
