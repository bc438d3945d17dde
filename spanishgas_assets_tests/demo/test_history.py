"""A longer history of the same retailer: who leaves, who follows, and what a label date knows."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import ks_2samp

from spanishgas_assets.demo import SHIFTS, build_world
from spanishgas_assets.demo.history.quarters import RetailerHistory, build_history
from spanishgas_assets.demo.history.shifts import NO_SHIFT

CUSTOMERS, SEED = 2_000, 5
LABEL_DATES = [date(2025, 1, 6), date(2025, 4, 7), date(2025, 7, 7)]
KIND = ["province_code", "segment", "contracted_power_kw", "is_second_residence", "has_gas"]


@pytest.fixture(scope="module")
def history() -> RetailerHistory:
    return build_history(CUSTOMERS, SEED, "2024-01", 18)


def test_label_dates_are_the_first_mondays_after_each_quarter_from_the_twelfth_month(
    history: RetailerHistory,
) -> None:
    assert [label.day for label in history.label_dates] == LABEL_DATES
    later = build_history(100, SEED, "2025-01", 15)
    assert [label.day for label in later.label_dates] == [date(2026, 1, 5), date(2026, 4, 6)]


def test_the_first_year_is_that_of_the_plain_retailer(history: RetailerHistory) -> None:
    world = build_world(CUSTOMERS, SEED)
    first = history.label_dates[0]
    assert_frame_equal(first.customer, world.customer.select(first.customer.columns))
    assert_frame_equal(first.interaction, world.interaction)
    assert_frame_equal(history.price.head(world.price.height), world.price)
    assert_frame_equal(
        history.cost.filter(pl.col("month") < "2025"), world.cost, check_row_order=False
    )
    block = history.blocks[0].readings.block(3)
    assert np.array_equal(block.elec_kwh, world.readings.block(3).elec_kwh)


def test_what_comes_later_changes_no_label_date_before_it() -> None:
    """The proof that a drop knows nothing of the future but its own labels."""
    short, long = (build_history(300, 2, "2024-01", months) for months in (15, 21))
    for early, same in zip(short.label_dates, long.label_dates[:2], strict=True):
        assert_frame_equal(early.customer, same.customer)
        assert_frame_equal(early.interaction, same.interaction)


def test_churners_are_gone_at_the_next_label_date_and_all_others_are_there(
    history: RetailerHistory,
) -> None:
    for before, after in zip(history.label_dates, history.label_dates[1:], strict=False):
        there = set(after.customer["customer_id"])
        stays = dict(before.customer.select("customer_id", "churn").iter_rows())
        assert {name for name, leaves in stays.items() if not leaves} <= there
        assert not {name for name, leaves in stays.items() if leaves} & there
        assert after.customer.height == CUSTOMERS


def test_readings_and_prices_end_with_the_month_of_leaving_within_the_quarter(
    history: RetailerHistory,
) -> None:
    first = history.label_dates[0].customer
    leaves = (first["churn"] == 1).to_numpy()
    second_leaves = _churners(history, 1)
    last = history.blocks[1].last_month
    assert set(last[leaves]) == {12, 13, 14}  # January to March
    later = np.isin(history.blocks[1].ids, list(second_leaves))
    assert set(last[later]) == {15, 16, 17}
    assert set(last[~leaves & ~later]) == {17}
    newest = dict(history.price.group_by("customer_id").agg(pl.col("pricing_date").max()).rows())
    for name, month in zip(history.blocks[1].ids[leaves], last[leaves], strict=True):
        assert newest[name] <= date(2025, month - 11, 1)


def _churners(history: RetailerHistory, index: int) -> set[str]:
    customer = history.label_dates[index].customer
    return set(customer.filter(pl.col("churn") == 1)["customer_id"])


def test_followers_are_new_ids_of_the_same_kind_with_a_year_behind_them(
    history: RetailerHistory,
) -> None:
    joined = history.blocks[2]
    assert list(joined.ids[:2]) == ["C02001", "C02002"]
    gone = _churners(history, 0)
    before, after = (label.customer for label in history.label_dates[:2])
    newcomers = after.filter(pl.col("customer_id") > "C02000")
    assert newcomers.height == len(gone) == (joined.first_month == 3).sum()
    left = before.filter(pl.col("customer_id").is_in(gone))
    assert_frame_equal(newcomers.select(KIND).sort(KIND), left.select(KIND).sort(KIND))
    # The newest joined in the quarter, the others come with a contract taken over.
    days = (LABEL_DATES[1] - newcomers["customer_first_activation_date"]).dt.total_days()
    assert days.min() > 0
    assert (days <= 98).sum() >= 50


def test_dates_only_move_forward_for_who_stays(history: RetailerHistory) -> None:
    before, after = (label.customer for label in history.label_dates[:2])
    both = before.join(after, on="customer_id", suffix="_later")
    same = both["customer_first_activation_date"] == both["customer_first_activation_date_later"]
    assert same.all()
    change = both.drop_nulls("last_product_change_date")
    assert (change["last_product_change_date_later"] >= change["last_product_change_date"]).all()
    moved = both.filter(pl.col("next_renewal_date") != pl.col("next_renewal_date_later"))
    assert 0.2 < moved.height / both.height < 0.6
    ended = both.filter(pl.col("next_renewal_date") < date(2025, 3, 1))
    assert (ended["next_renewal_date_later"] > date(2025, 3, 1)).all()


def test_contacts_are_of_the_customers_of_the_drop_and_of_the_quarter_before_it(
    history: RetailerHistory,
) -> None:
    ends = [date(2024, 11, 30), date(2025, 2, 28), date(2025, 5, 31)]
    for label, end in zip(history.label_dates, ends, strict=True):
        assert label.interaction["date"].max() == end
        assert (end - label.interaction["date"].min()).days == 89
        assert set(label.interaction["customer_id"]) <= set(label.customer["customer_id"])
        assert label.interaction["customer_id"].is_unique().all()


def test_labels_follow_the_true_probabilities_of_their_date(history: RetailerHistory) -> None:
    for label in history.label_dates:
        chance, leaves = label.customer["churn_probability"], label.customer["churn"]
        assert abs(leaves.sum() - chance.sum()) < 1
        assert 0.085 < chance.mean() < 0.105
        risky = chance > chance.quantile(0.9)
        # The draw is systematic: the tenth at the highest risk leaves as often as stated.
        assert leaves.filter(risky).mean() == pytest.approx(chance.filter(risky).mean(), abs=0.05)


def test_without_a_shift_the_portfolio_keeps_its_shape(history: RetailerHistory) -> None:
    """By chance alone two such portfolios differ by about 0.03; drift begins at 0.10."""
    first = _days(history, 0)
    for index in (1, 2):
        later = _days(history, index)
        for name in first.columns:
            gap = ks_2samp(first[name].drop_nulls(), later[name].drop_nulls()).statistic
            assert gap < 0.04, (name, index)
        blank = [frame["change"].null_count() / CUSTOMERS for frame in (first, later)]
        assert blank[1] == pytest.approx(blank[0], abs=0.01)


def _days(history: RetailerHistory, index: int) -> pl.DataFrame:
    label = history.label_dates[index]
    day = pl.lit(label.day)
    return label.customer.select(
        renewal=(pl.col("next_renewal_date") - day).dt.total_days(),
        tenure=(day - pl.col("customer_first_activation_date")).dt.total_days(),
        change=(day - pl.col("last_product_change_date")).dt.total_days(),
    )


def test_costs_have_the_same_yearly_mean_and_rise_at_every_label_date(
    history: RetailerHistory,
) -> None:
    elec = history.cost["elec_var_cost_eur_kwh"].to_numpy().reshape(52, 18)
    gas = history.cost["gas_var_cost_eur_m3"].to_numpy().reshape(52, 18)
    years = [slice(0, 12), slice(3, 15), slice(6, 18)]
    rise = [elec[:, span][:, -1] / elec[:, span][:, 0] - 1 for span in years]
    for span, one in zip(years[1:], rise[1:], strict=True):
        np.testing.assert_allclose(
            elec[:, span].mean(axis=1), elec[:, :12].mean(axis=1), atol=1e-12
        )
        np.testing.assert_allclose(gas[:, span].mean(axis=1), gas[:, :12].mean(axis=1), atol=1e-12)
        np.testing.assert_allclose(one, rise[0], atol=2e-5)  # costs have six decimals


def test_twelve_months_are_one_label_date_and_nothing_later() -> None:
    history = build_history(100, 1, "2024-01", 12)
    assert [label.day for label in history.label_dates] == LABEL_DATES[:1]
    assert len(history.blocks) == 1
    assert history.price["pricing_date"].max() == date(2024, 12, 1)


@pytest.mark.parametrize(
    ("start", "months", "shift", "message"),
    [
        ("2024-02", 18, NO_SHIFT, "begins with a January"),
        ("2023-01", 18, NO_SHIFT, "from 2024-01"),
        ("soon", 18, NO_SHIFT, "start='soon'"),
        ("2024-01", 13, NO_SHIFT, "in steps of 3"),
        ("2024-01", 9, NO_SHIFT, "months=9"),
        ("2024-01", 39, NO_SHIFT, "12 to 36"),
        ("2024-01", 12, SHIFTS["price-rise"], "15 months or more"),
    ],
)
def test_a_span_that_cannot_be_made_is_refused(start, months, shift, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_history(100, 1, start, months, shift)


def test_more_followers_than_ids_are_refused() -> None:
    with pytest.raises(ValueError, match="a history of 15 months can begin with 86,955"):
        build_history(86_956, 1, "2024-01", 15)
