"""Macro-F1, kappa and calibration error on examples small enough to count by hand."""

import polars as pl
import pytest

from spanishgas_assets.text.head.measures import expected_calibration_error, kappa, macro_f1


def test_macro_f1_is_the_mean_over_the_classes_that_occur():
    wanted, found = pl.Series(["a", "a", "b", "b"]), pl.Series(["a", "b", "b", "c"])
    # a: precision 1, recall 1/2; b: 1/2 and 1/2; c does not occur.
    assert macro_f1(wanted, found) == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_a_class_that_is_never_found_has_no_f1():
    assert macro_f1(pl.Series(["a", "b"]), pl.Series(["a", "a"])) == pytest.approx(1 / 3)


def test_kappa_is_one_for_equal_readers_and_nought_for_chance():
    same = pl.Series(["a", "b", "a", "b"])
    assert kappa(same, same) == 1
    assert kappa(same, pl.Series(["a", "a", "b", "b"])) == 0


def test_calibration_error_is_the_gap_between_confidence_and_right_answers():
    assert expected_calibration_error([0.85, 0.85], [True, True]) == pytest.approx(0.15)
    assert expected_calibration_error([1.0, 0.55, 0.55], [True, True, False]) == pytest.approx(
        2 / 3 * 0.05
    )
