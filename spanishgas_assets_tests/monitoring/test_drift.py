"""The drift report: what counts as drift, and what odd columns give."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.monitoring.drift import Reference
from spanishgas_assets.monitoring.drift import drift as drift_from
from spanishgas_assets.monitoring.tables import DRIFT_REPORT, OTHER_SEASON

N = 2000
AS_OF = date(2025, 1, 1)
STEPS = pl.Series(np.arange(N), dtype=pl.Float64)


def drift(reference, current, features, importance=1.0):
    """Compare with a training set of New Year."""
    weights = dict.fromkeys(features, importance)
    return drift_from(Reference("training", AS_OF, reference), current, weights)


def compare(reference, current):
    """Report on one column named x."""
    tables = [pl.DataFrame({"x": values}) for values in (reference, current)]
    report = drift(*tables, ["x"])
    assert DRIFT_REPORT.judge(report).explain() == ""
    return report.row(0, named=True)


def test_equal_samples_have_not_drifted():
    assert compare(STEPS, STEPS) == {
        "reference": "training",
        "feature": "x",
        "reference_snapshot": AS_OF,
        "kind": "numeric",
        "reference_rows": N,
        "current_rows": N,
        "reference_missing_share": 0.0,
        "current_missing_share": 0.0,
        "ks_statistic": 0.0,
        "ks_p_value": 1.0,
        "wasserstein": 0.0,
        "jensen_shannon": None,
        "chi_square_p_value": None,
        "new_levels": None,
        "vanished_levels": None,
        "psi": 0.0,
        "p_value": 1.0,
        "q_value": 1.0,
        "effect": 0.0,
        "importance": 1.0,
        "drifted": False,
        "severity": "none",
        "old_rule_drifted": False,
        "note": None,
    }


def test_a_shift_of_a_fifth_has_drifted():
    row = compare(STEPS, STEPS + N / 5)
    assert row["ks_statistic"] == pytest.approx(0.2)
    assert row["drifted"]
    assert row["old_rule_drifted"]


def test_a_shift_too_small_to_matter_is_what_only_the_old_rule_flags():
    row = compare(STEPS, STEPS + 0.06 * N)
    assert row["ks_statistic"] == pytest.approx(0.06)
    assert row["q_value"] < 0.01
    assert (row["drifted"], row["old_rule_drifted"]) == (False, True)


PROVINCES = pl.Series([province / 51 for province in range(52)] * 400)


@pytest.mark.parametrize(("moved_by", "drifted"), [(1e-15, False), (0.01, False), (0.1, True)])
def test_steps_that_all_move_a_little_have_not_drifted(moved_by, drifted):
    row = compare(PROVINCES, PROVINCES + moved_by)
    # By the numbers alone it had: the provinces on a decile left it together.
    assert (row["psi"] > 0.1, row["q_value"] < 0.01) == (True, True)
    assert row["drifted"] == drifted


def test_steps_that_stay_do_not_hide_values_that_went_missing():
    lost = pl.concat([PROVINCES[:10400], pl.Series([None] * 10400, dtype=pl.Float64)])
    row = compare(PROVINCES, lost + 1e-15)
    assert row["wasserstein"] < 0.05
    assert row["effect"] < row["psi"]
    assert row["drifted"]


def test_a_large_shift_in_few_rows_may_be_chance():
    row = compare([0.0, 1.0] * 15, [0.0] * 11 + [1.0] * 19)
    assert row["psi"] > 0.05
    assert not row["drifted"]


def test_categories_are_compared_by_their_shares():
    row = compare(["a"] * 500 + ["b"] * 500, ["a"] * 500 + ["b"] * 300 + ["new"] * 200)
    assert row["kind"] == "categorical"
    assert row["ks_statistic"] is None
    assert row["jensen_shannon"] > 0.1
    assert row["chi_square_p_value"] < 1e-20
    assert (row["drifted"], row["old_rule_drifted"]) == (True, False)
    assert (row["new_levels"], row["vanished_levels"]) == ("new", None)


def test_vanished_levels_are_named_and_many_are_counted():
    row = compare([f"{n % 40:02}" for n in range(2000)], ["00"] * 2000)
    assert row["vanished_levels"] == "01, 02, 03, 04, 05, 06, 07, 08, 09, 10 and 29 more"


@pytest.mark.parametrize(
    ("importance", "severity"), [(0.6, "high"), (0.05, "medium"), (0.005, "low"), (0.0, "low")]
)
def test_severity_weighs_the_shift_by_what_the_model_owes_to_the_feature(importance, severity):
    tables = [pl.DataFrame({"x": values}) for values in (STEPS, STEPS + N / 5)]
    row = drift(*tables, ["x"], importance).row(0, named=True)
    assert row["effect"] == max(row["psi"], row["ks_statistic"])
    assert row["effect"] == pytest.approx(1.126, abs=0.001)
    assert row["severity"] == severity


def test_flags_are_categories():
    row = compare([True, False] * 500, [True, True, True, False] * 250)
    assert row["kind"] == "categorical"
    assert row["drifted"]


def test_numbers_against_texts_are_categories():
    assert compare(list(range(40)), [str(n) for n in range(40)])["jensen_shannon"] == 0


def test_values_that_went_missing_are_drift():
    values = pl.Series([1.0, 2.0, 3.0, 4.0] * 250)
    row = compare(values, pl.concat([values[:700], pl.Series([None] * 300, dtype=pl.Float64)]))
    assert row["ks_statistic"] == pytest.approx(0)
    assert row["current_missing_share"] == 0.3
    assert row["psi"] > 0.1
    assert (row["drifted"], row["old_rule_drifted"]) == (True, False)


def test_infinite_values_and_nan_are_missing():
    odd = [float("inf"), float("-inf"), float("nan"), None]
    row = compare([1.0, 2.0] * 50 + odd, [1.0, 2.0] * 50 + odd)
    assert row["reference_missing_share"] == row["current_missing_share"] == 4 / 104
    assert (row["ks_statistic"], row["psi"], row["drifted"]) == (0.0, 0.0, False)


def test_a_constant_that_changes_has_drifted():
    assert not compare([5.0] * 100, [5.0] * 100)["drifted"]
    assert compare([5.0] * 100, [6.0] * 100)["drifted"]


@pytest.mark.parametrize("kind", [pl.Float64, pl.String, pl.Boolean, pl.Null])
def test_a_column_missing_on_both_sides_has_not_drifted(kind):
    missing = pl.Series([None] * 100, dtype=kind)
    row = compare(missing, missing)
    assert (row["note"], row["psi"], row["p_value"], row["drifted"]) == (
        "too few values",
        0.0,
        1.0,
        False,
    )


def test_a_column_that_lost_all_its_values_has_drifted():
    row = compare(STEPS, pl.Series([None] * N, dtype=pl.Float64))
    assert (row["note"], row["ks_statistic"], row["drifted"]) == ("too few values", None, True)


def test_few_rows_are_not_compared():
    row = compare([1.0] * 10, [9.0] * 500)
    assert (row["note"], row["psi"], row["q_value"], row["drifted"]) == (
        "too few rows",
        None,
        None,
        False,
    )


def test_no_rows_are_too_few():
    none = pl.Series([], dtype=pl.Float64)
    assert compare(none, none)["note"] == "too few rows"


def test_a_column_that_one_side_lacks_is_missing_there():
    here, there = pl.DataFrame({"x": STEPS}), pl.DataFrame({"y": STEPS})
    report = drift(here, there, ["x", "y"])
    assert DRIFT_REPORT.judge(report).passed
    assert report.select("feature", "note", "current_missing_share", "drifted").rows() == [
        ("x", "absent from the current data", 1.0, True),
        ("y", "absent from the reference", 0.0, True),
    ]


def test_p_values_are_adjusted_for_the_number_of_features():
    shifted = {f"f{n}": STEPS + n for n in (0, 120, 140, 160)}
    report = drift(
        pl.DataFrame(dict.fromkeys(shifted, STEPS)), pl.DataFrame(shifted), list(shifted)
    )
    p = report["p_value"].to_list()
    # f0, f120, f140, f160: the smallest of four counts four times, the next two times ...
    assert report["q_value"].to_list() == pytest.approx([p[0], p[1] * 4 / 3, p[2] * 2, p[3] * 4])


def test_no_features_are_an_empty_report():
    report = drift(pl.DataFrame(), pl.DataFrame(), [])
    assert (report.height, DRIFT_REPORT.judge(report).passed) == (0, True)


def test_the_score_is_a_feature_like_any_other():
    scores = pl.DataFrame({"churn_probability": STEPS})
    assert drift(scores, scores, ["churn_probability"])["feature"].to_list() == [
        "churn_probability"
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats()), min_size=30, max_size=80))
def test_a_table_has_never_drifted_from_itself(values):
    column = pl.Series(values, dtype=pl.Float64)
    row = compare(column, column)
    assert (row["drifted"], row["old_rule_drifted"], row["psi"]) == (False, False, 0.0)


def test_what_follows_the_season_is_measured_and_not_judged_in_another():
    tables = [pl.DataFrame({"x": values, "y": values}) for values in (STEPS, STEPS + N)]
    reference = Reference("training", AS_OF, tables[0], other_season=frozenset({"x"}))
    report = drift_from(reference, tables[1], {"x": 1.0, "y": 1.0})
    told = report.select("feature", "drifted", "severity", "note", pl.col("effect") > 1).rows()
    assert told == [
        ("x", False, "none", OTHER_SEASON, True),
        ("y", True, "high", None, True),
    ]
