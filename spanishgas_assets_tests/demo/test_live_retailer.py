"""A live retailer's weeks: the same shape all year, one truth, and nothing known too early."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.demo.live.live_retailer import (
    LiveRetailer,
    build_live,
    customer_table,
    in_month,
    interaction_table,
    label_table,
    price_table,
)
from spanishgas_assets.demo.live.worlds import load_world
from spanishgas_assets.demo.population.traits import SEGMENTS

START = date(2025, 1, 6)
RATES = {("offer_small", segment): 0.3 for segment in SEGMENTS}


def live(world: str) -> LiveRetailer:
    return build_live(1000, 3, START, load_world(world), RATES)


@pytest.fixture(scope="module")
def quiet() -> LiveRetailer:
    return live("quiet")


def _left(retailer: LiveRetailer, week: int) -> pl.Series:
    return retailer.outcomes.filter(pl.col("leaves") <= week)["customer_id"]


def test_the_portfolio_keeps_its_size_its_churn_and_its_newcomers(quiet):
    customers = quiet.at_start()
    for week in (0, 26, 52):
        labels = label_table(customers, week)
        table = customer_table(quiet, customers, week)
        new = (
            pl.lit(quiet.monday(week)) - pl.col("customer_first_activation_date")
        ).dt.total_days()
        assert labels.height == 1000
        assert 0.08 < labels["churn"].mean() < 0.14
        assert 0.25 < table.select((new < 365).mean()).item() < 0.38


def test_contracts_are_renewed_before_they_end(quiet):
    for week in (0, 30):
        table = customer_table(quiet, quiet.at_start(), week)
        ahead = table["next_renewal_date"] - quiet.monday(week)
        assert ahead.dt.total_days().min() >= 2 - 37  # the source counts from five weeks before


def test_who_left_is_in_no_later_drop_and_in_no_later_month(quiet):
    customers = quiet.at_start()
    gone = _left(quiet, 20)
    assert not set(customer_table(quiet, customers, 20)["customer_id"]) & set(gone)
    june = quiet.whole.months.index("2025-06")
    assert not set(in_month(quiet, customers, june)["customer_id"]) & set(gone)
    prices = price_table(quiet, customers, june + 1).filter(
        pl.col("pricing_date") == date(2025, 6, 1)
    )
    assert not set(prices["customer_id"].drop_nulls()) & set(gone)


def test_who_joins_has_months_from_then_on(quiet):
    joined = quiet.outcomes.filter(pl.col("joins") == 10).row(0, named=True)
    months = [
        name
        for number, name in enumerate(quiet.whole.months[:17])
        if joined["customer_id"] in set(in_month(quiet, quiet.at_start(), number)["customer_id"])
    ]
    assert months[0] == "2025-03"


def test_a_drop_has_notes_of_the_weeks_before_it_only(quiet):
    notes = interaction_table(quiet, quiet.at_start(), 8)
    assert (notes["date"].min(), notes["date"].max()) == (date(2024, 11, 25), date(2025, 3, 2))


def test_notes_of_who_will_leave_are_there_whenever_the_leaving_is_near(quiet):
    churners = label_table(quiet.at_start(), 26).filter(churn=1)
    noted = interaction_table(quiet, quiet.at_start(), 26)["customer_id"]
    assert 0.45 < churners["customer_id"].is_in(noted.implode()).mean() < 0.65


def test_who_is_kept_by_an_offer_stays_in_the_drops(quiet):
    customers = quiet.at_start()
    churner = customers.filter(pl.col("leaves") == 12)["customer_id"][0]
    kept = customers.with_columns(
        leaves=pl.when(pl.col("customer_id") == churner).then(64).otherwise("leaves")
    )
    row = customer_table(quiet, kept, 30).filter(customer_id=churner).row(0, named=True)
    before = customer_table(quiet, customers, 11).filter(customer_id=churner).row(0, named=True)
    assert row["customer_first_activation_date"] == before["customer_first_activation_date"]
    assert row["next_renewal_date"] in {
        before["next_renewal_date"],
        before["next_renewal_date"].replace(year=before["next_renewal_date"].year + 1),
    }


def test_the_same_seed_gives_the_same_retailer(quiet):
    again = live("quiet")
    assert again.outcomes.equals(quiet.outcomes)
    assert again.price.equals(quiet.price)
    assert again.notes.equals(quiet.notes)


def test_a_world_changes_nothing_before_its_week(quiet):
    war = live("price-war")
    assert _left(war, 20).equals(_left(quiet, 20))
    assert war.notes.filter(pl.col("day") < 0).equals(quiet.notes.filter(pl.col("day") < 0))
    churn = [label_table(one.at_start(), 26)["churn"].mean() for one in (quiet, war)]
    assert churn[1] > 1.5 * churn[0]


def test_whom_an_offer_keeps_where_it_is_half_as_good_it_keeps_as_assumed(quiet):
    half = live("half-as-good").outcomes
    assert (
        half.filter("kept_by_offer_small")
        .join(quiet.outcomes.filter("kept_by_offer_small"), on="customer_id", how="anti")
        .is_empty()
    )


def test_the_angry_are_lost_causes_where_a_world_says_so():
    lost = live("lost-causes").outcomes
    assert lost["angry"].sum() > 50
    assert not lost.filter("angry")["kept_by_offer_small"].any()


def test_the_new_channel_is_that_of_who_joins_from_its_week_on():
    world = live("new-channel")
    table = customer_table(world, world.at_start(), 21)
    newcomers = world.outcomes.filter(pl.col("joins").is_between(9, 21))["customer_id"]
    by_marketplace = table.filter(sales_channel="marketplace")["customer_id"]
    assert set(by_marketplace) == set(newcomers) & set(table["customer_id"])
    assert by_marketplace.len() > 50


@pytest.mark.parametrize(
    ("customers", "start", "message"),
    [
        (
            1000,
            date(2025, 1, 7),
            "start=2025-01-07 is a Tuesday: a live retailer starts on a Monday",
        ),
        (1000, date(2024, 12, 30), "the first Monday with a year before it is 2025-01-06"),
        (299, START, "customers=299: a live retailer begins with 300 to 49,999"),
    ],
)
def test_an_impossible_retailer_is_refused(customers, start, message):
    with pytest.raises(ValueError, match=message):
        build_live(customers, 3, start, load_world("quiet"), RATES)
