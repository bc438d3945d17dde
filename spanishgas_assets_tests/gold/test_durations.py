from datetime import date

import polars as pl
import pytest

from spanishgas_assets.gold.durations import DAYS_PER_MONTH, days_between, months_between


def value(expression):
    return pl.DataFrame({"start": [date(2024, 12, 31)]}).select(expression).item()


def test_a_month_is_a_twelfth_of_a_mean_year():
    assert DAYS_PER_MONTH == 30.4375


def test_days_count_from_start_to_end():
    assert value(days_between("start", date(2025, 3, 1))) == 60
    assert value(days_between(date(2025, 1, 1), "start")) == -1


def test_months_are_days_over_the_length_of_a_month():
    assert value(months_between("start", date(2025, 3, 1))) == pytest.approx(60 / 30.4375)
