from datetime import timedelta

import polars as pl
import pytest

from spanishgas_assets.gold.bins import binned
from spanishgas_assets.gold.checks import distribution_finding, silver_finding
from spanishgas_assets.gold.distribution_shift import moved_shares
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets_tests.builders import AS_OF
from spanishgas_assets_tests.gold.test_leakage_check import retailer

NEXT = AS_OF + timedelta(days=7)


def moved(current, previous):
    frames = (pl.DataFrame({"f": values}, strict=False) for values in (current, previous))
    return moved_shares(*frames).row(0, named=True)["moved"]


@pytest.mark.parametrize(
    ("current", "previous", "share"),
    [
        (["a", "b"], ["a", "b"], 0.0),
        (["a", "a"], ["b", "b"], 1.0),
        (["a", "a", "a", "b"], ["a", "a", "b", "b"], 0.25),
        ([True, False], [True, True], 0.5),
        ([1, None], [1, 1], 0.5),
        (["a", "c"], ["a", "b"], 0.5),
        ([float(n) for n in range(100)], [float(n) for n in range(100)], 0.0),
        ([float(n + 1000) for n in range(100)], [float(n) for n in range(100)], 0.9),
        ([float(n) for n in range(50)] * 2, [float(n) for n in range(100)], 0.5),
    ],
)
def test_a_move_is_the_share_of_customers_that_would_have_to_move_back(current, previous, share):
    assert moved(current, previous) == pytest.approx(share)


def test_features_that_only_one_snapshot_has_and_the_key_are_left_out():
    current = pl.DataFrame({"customer_id": ["C1"], "new": [1], "f": [1]})
    previous = pl.DataFrame({"customer_id": ["C1"], "old": [1], "f": [2]})
    assert moved_shares(current, previous).rows() == [("f", 1.0)]


def test_the_check_warns_above_the_limit_and_passes_without_an_earlier_snapshot():
    previous = pl.DataFrame({"f": ["a"] * 90 + ["b"] * 10})
    near = pl.DataFrame({"f": ["a"] * 80 + ["b"] * 20})
    far = pl.DataFrame({"f": ["a"] * 79 + ["b"] * 21})
    assert distribution_finding(near, None, AS_OF, AS_OF).passed
    assert distribution_finding(near, previous, AS_OF, NEXT).passed
    finding = distribution_finding(far, previous, AS_OF, NEXT)
    assert not finding.passed
    assert finding.description == "f (11%) moved in 7 days; the limit is 10%"


def test_few_numbers_are_kept_and_many_are_cut_at_the_references_deciles():
    few = pl.Series([3, 1, None])
    assert binned(few, few).to_list() == ["3", "1", "null"]
    many = pl.Series([float(number) for number in range(101)])
    bins = binned(pl.Series([-5.0, 10.0, 10.5, 90.0, 500.0, None]), many)
    assert bins.to_list() == ["0", "0", "1", "8", "9", "null"]
    assert binned(many, many).value_counts()["count"].max() <= 11


def test_gold_matches_silver_or_says_where_it_does_not():
    made = snapshot(retailer(), AS_OF)
    assert silver_finding(made.gold_master, made.customer, made.customer_month).passed
    short = made.gold_master.head(1)
    finding = silver_finding(short, made.customer, made.customer_month)
    assert not finding.passed
    assert "1 customers are not in both" in finding.description
    assert "total_elec_12m_kwh" in finding.description


def test_a_rounding_error_moves_nobody():
    values = [round(0.07 + n // 4 / 1000, 6) for n in range(100)]
    shifted = [value * (1 + 3e-16) - 1e-17 for value in values]
    frames = (pl.DataFrame({"f": one}) for one in (shifted, values))
    assert moved_shares(*frames).rows() == [("f", 0.0)]
