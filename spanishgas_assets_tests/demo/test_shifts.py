"""Each planted shift changes what it states, and nothing else."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.demo import SHIFTS
from spanishgas_assets.demo.files.window import window
from spanishgas_assets.demo.history.customers import first_customers
from spanishgas_assets.demo.history.quarters import RetailerHistory, build_history
from spanishgas_assets.demo.history.shifts import NO_SHIFT
from spanishgas_assets.demo.population.world import draw_year

CUSTOMERS, SEED = 1_000, 9
VARIABLE = pl.col("^.*(eur_kwh|eur_m3)$")


@pytest.fixture(scope="module")
def usual() -> RetailerHistory:
    return build_history(CUSTOMERS, SEED, "2024-01", 18)


def _shifted(name: str) -> RetailerHistory:
    return build_history(CUSTOMERS, SEED, "2024-01", 18, SHIFTS[name])


@pytest.mark.parametrize("name", SHIFTS)
def test_the_first_label_date_knows_of_no_shift(usual: RetailerHistory, name: str) -> None:
    shifted = _shifted(name)
    assert_frame_equal(shifted.label_dates[0].customer, usual.label_dates[0].customer)
    assert_frame_equal(shifted.label_dates[0].interaction, usual.label_dates[0].interaction)
    assert_frame_equal(shifted.cost, usual.cost)


def test_price_rise_lifts_every_variable_price_by_15_percent_from_january_2025(
    usual: RetailerHistory,
) -> None:
    key = ["customer_id", "pricing_date"]
    first_year = pl.col("customer_id") <= f"C{CUSTOMERS:05d}"
    both = (
        usual.price.filter(first_year)
        .join(_shifted("price-rise").price, on=key, suffix="_raised")
        .sort(key)
    )
    later = pl.col("pricing_date") >= pl.date(2025, 1, 1)
    for name in usual.price.select(VARIABLE).columns:
        before = both.filter(~later).drop_nulls(name)
        assert (before[name] == before[f"{name}_raised"]).all()
        raised = both.filter(later, pl.col(name) > 0.01)
        assert raised.height > 100
        ratio = raised[f"{name}_raised"] / raised[name]
        assert ratio.to_numpy() == pytest.approx(1.15, abs=1e-5)
    fees = both["elec_fixed_fee_eur_month"] == both["elec_fixed_fee_eur_month_raised"]
    assert fees.all()


def test_price_rise_makes_more_customers_leave(usual: RetailerHistory) -> None:
    raised, before = _shifted("price-rise").label_dates[1], usual.label_dates[1]
    assert raised.customer["churn"].sum() > 1.08 * before.customer["churn"].sum()


def test_new_channel_takes_all_who_join_and_nobody_else(usual: RetailerHistory) -> None:
    label = _shifted("new-channel").label_dates[2]
    joined = pl.col("customer_id") > f"C{CUSTOMERS:05d}"
    assert set(label.customer.filter(joined)["sales_channel"]) == {"marketplace"}
    assert "marketplace" not in set(label.customer.filter(~joined)["sales_channel"])
    assert "marketplace" not in set(usual.label_dates[2].customer["sales_channel"])


def test_mild_winter_halves_gas_and_takes_a_fifth_of_electricity_in_the_cold_months() -> None:
    year = draw_year(CUSTOMERS, SEED, window("2024-01", 12))
    whole = window("2024-01", 24)
    usual, mild = (
        first_customers(year, whole, shift, np.random.SeedSequence(1)).use
        for shift in (NO_SHIFT, SHIFTS["mild-winter"])
    )
    cold = np.isin(np.arange(24), [12, 13, 14, 22, 23])  # January to March, November, December
    elec = mild.elec_kwh.sum(axis=0) / usual.elec_kwh.sum(axis=0)
    gas = mild.gas_m3.sum(axis=0) / usual.gas_m3.sum(axis=0)
    assert elec == pytest.approx(np.where(cold, 0.8, 1.0), abs=1e-9)
    assert gas == pytest.approx(np.where(cold, 0.5, 1.0), abs=1e-4)  # whole units of the meter


def test_price_link_turns_who_leaves_and_leaves_what_is_seen(usual: RetailerHistory) -> None:
    before, turned = usual.label_dates[1].customer, _shifted("price-link").label_dates[1].customer
    truth = ["churn", "churn_probability", "churn_probability_after_text"]
    assert_frame_equal(before.drop(truth), turned.drop(truth))
    assert turned["churn"].sum() == before["churn"].sum()
    agreement = np.corrcoef(before["churn_probability"], turned["churn_probability"])[0, 1]
    assert agreement < 0.7
    rises = _rises(usual)
    rate = {
        name: customer.join(rises, on="customer_id")
        .group_by("rise")
        .agg(pl.col("churn_probability").mean())
        .sort("rise")["churn_probability"]
        for name, customer in (("usual", before), ("turned", turned))
    }
    assert rate["usual"][1] > 1.3 * rate["usual"][0]
    assert rate["turned"][1] < rate["turned"][0]


def _rises(history: RetailerHistory) -> pl.DataFrame:
    """Whether the delivered price rose in the twelve months before the second label date."""
    price = pl.col("variable_price_tier1_eur_kwh")
    return (
        history.price.drop_nulls("customer_id")
        .filter(pl.col("pricing_date").is_between(pl.date(2024, 4, 1), pl.date(2025, 3, 1)))
        .sort("customer_id", "pricing_date")
        .group_by("customer_id")
        .agg(rise=price.last() > price.first())
        .drop_nulls()
    )
