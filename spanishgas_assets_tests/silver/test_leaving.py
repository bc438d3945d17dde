"""Who is known to have left before the snapshot is no customer of it."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.silver.leaving import left_before
from spanishgas_assets_tests.builders import frame, values

LABELLED = date(2025, 4, 7)
HORIZON = 91


def months(**last):
    """A month of use each, from January 2025 up to the last that is named."""
    return frame(
        bronze.CUSTOMER_MONTH,
        *(
            {"customer_id": name, "month": date(2025, number, 1), "elec_kwh": 100.0}
            for name, until in last.items()
            for number in range(1, until + 1)
        ),
    )


def left(as_of, used, **label):
    known = {"churn": 1, "label_date": LABELLED} | label
    customers = frame(
        bronze.CUSTOMER, {"customer_id": "C1", **known}, {"customer_id": "C2", "churn": 0}
    )
    return values(left_before(customers, used, as_of, HORIZON), "customer_id")


def test_on_the_labels_own_day_everybody_is_a_customer():
    assert left(LABELLED, months(C1=3, C2=3)) == []


def test_who_leaves_within_the_horizon_and_still_uses_energy_is_a_customer():
    assert left(date(2025, 5, 5), months(C1=4, C2=4)) == []


def test_who_left_by_the_label_and_has_stopped_using_energy_is_none():
    assert left(date(2025, 6, 2), months(C1=4, C2=5)) == ["C1"]


def test_a_month_that_nobody_has_yet_makes_nobody_leave():
    assert left(date(2025, 6, 2), months(C1=4, C2=4)) == []


def test_a_pause_before_the_labels_day_is_no_leaving():
    assert left(date(2025, 4, 14), months(C1=2, C2=3)) == []


@pytest.mark.parametrize(("day", "gone"), [(date(2025, 7, 6), []), (date(2025, 7, 7), ["C1"])])
def test_once_the_horizon_is_over_the_label_alone_counts(day, gone):
    assert left(day, months(C1=6, C2=6)) == gone


def test_who_uses_energy_after_the_horizon_is_a_customer_whatever_the_label_says():
    # A label that counts leaving for a year, under a horizon that was left at a quarter.
    assert left(date(2025, 9, 1), months(C1=8, C2=8)) == []
    assert left(date(2025, 9, 1), months(C1=7, C2=8)) == ["C1"]


@pytest.mark.parametrize("label", [{"churn": 0}, {"churn": None}, {"label_date": None}])
def test_a_label_that_says_nothing_of_leaving_before_the_snapshot_keeps_the_customer(label):
    assert left(date(2025, 9, 1), months(C1=4, C2=8), **label) == []


def test_the_rows_are_those_of_bronze():
    customers = frame(bronze.CUSTOMER, {"customer_id": "C1", "churn": 1, "label_date": LABELLED})
    gone = left_before(customers, months(C1=4, C2=5), date(2025, 6, 2), HORIZON)
    assert gone.collect_schema() == customers.collect_schema()
    assert gone.select(pl.len()).collect().item() == 1
