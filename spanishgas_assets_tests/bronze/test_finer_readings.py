# ruff: noqa: DTZ001  # labels of readings are naive
"""Powers in kW, given by the quarter of an hour, are told from energies."""

from datetime import date, datetime, timedelta

import polars as pl

from spanishgas_assets.bronze.finer_readings_check import finer_readings_finding
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets_tests.bronze.readings import month_of, readings, summed

FEBRUARY, MARCH = date(2024, 2, 1), date(2024, 3, 1)
QUARTER = timedelta(minutes=15)


def judged(quarter: float, *, others: float = 1.0) -> Finding:
    """Judge February, in which twelve meters give quarters and twelve hours; January had hours."""
    rows = [row for number in range(24) for row in month_of(f"C{number:02d}")]
    for number in range(12):
        name, first = f"C{number:02d}", datetime(2024, 2, 1)
        rows += [(name, first + QUARTER * place, quarter, 0.0) for place in range(29 * 96)]
    for number in range(12, 24):
        rows += month_of(f"C{number:02d}", others, start=FEBRUARY, days=29)
    result = summed(readings(rows), end=MARCH)
    assert result.finer.height == 12
    return finer_readings_finding(result.rows, result.finer, "2024-02-01")


def test_a_meter_changed_to_quarters_changes_no_use() -> None:
    finding = judged(0.25)
    assert finding.passed
    assert finding.metadata == {
        "customers_of_quarters": 12,
        "customers_of_quarters_with_much_more": 0,
    }


def test_powers_of_quarters_are_told_with_their_factor() -> None:
    finding = judged(1.0)
    assert not finding.passed
    assert finding.description == (
        "12 of 12 customers with quarter-hourly readings, and 0 of 12 others, use over 2.5 times "
        "what they did in 2024-01: they are likely powers in kW, not kWh of each quarter, a factor "
        "of 4. Ask the source, and deliver energies"
    )


def test_a_season_that_all_have_is_none_of_units() -> None:
    assert judged(1.0, others=4.0).passed


def test_the_month_before_a_run_counts_as_well() -> None:
    february = pl.DataFrame(
        {
            "customer_id": [f"C{number:02d}" for number in range(20)],
            "month": [FEBRUARY] * 20,
            "elec_kwh": [400.0] * 20,
            "hours_seen": [696] * 20,
        }
    )
    january = february.with_columns(month=pl.lit(date(2024, 1, 1)), elec_kwh=pl.lit(100.0))
    finer = february.select("customer_id", "month").head(12)
    alone = finer_readings_finding(february, finer, "2024-02-01")
    assert alone.metadata["customers_of_quarters"] == 0
    hourly = january.with_columns(
        elec_kwh=pl.when(pl.col("customer_id") < "C12").then(100.0).otherwise(400.0)
    )
    assert not finer_readings_finding(february, finer, "2024-02-01", hourly).passed
