"""Empty cells of a fuel and marks that nobody knows: what is told, and what stops a month."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.reading_checks import fuel_findings, marks_finding
from spanishgas_assets.raw.estimate_marks import MARKS
from spanishgas_assets.raw.meter_readings import SCHEMA, ReadingsFile
from spanishgas_assets_tests.bronze.readings import (
    END,
    FEBRUARY,
    JANUARY,
    NAME,
    month_of,
    readings,
    summed,
)


def year(*rows: tuple[str, date, int, int, int]) -> pl.DataFrame:
    """Customer-months: customer, month, hours seen, hours without electricity, without gas."""
    names = ["customer_id", "month", "hours_seen", "elec_empty_hours", "gas_empty_hours"]
    return pl.DataFrame(list(rows), schema=names, orient="row")


def test_customers_without_gas_are_no_gap() -> None:
    rows = year(("C1", JANUARY, 744, 0, 744), ("C2", JANUARY, 744, 0, 0))
    lost, gaps = fuel_findings(rows, "2024-01-01")
    assert lost.passed
    assert gaps.passed
    assert lost.metadata == {
        "elec_readings_empty": 0,
        "elec_customers_without": 0,
        "gas_readings_empty": 0,
        "gas_customers_without": 0,
    }


def test_supplier_without_gas_customers_has_lost_nothing() -> None:
    lost, gaps = fuel_findings(year(("C1", JANUARY, 744, 0, 744)), "2024-01-01")
    assert (lost.passed, gaps.passed) == (True, True)


def test_some_empty_hours_are_told() -> None:
    rows = year(("C1", JANUARY, 744, 0, 2), ("C2", JANUARY, 744, 0, 744))
    lost, gaps = fuel_findings(rows, "2024-01-01")
    assert lost.passed
    assert not gaps.passed
    assert gaps.description == (
        "consumption_gas_m3: empty in 2 of 744 readings of customers who have it (1 customers); "
        "they count as zero"
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [("C1", FEBRUARY, 696, 696, 0)],
            "consumption_elec_kwh is empty in all 696 readings",
        ),
        (
            [("C1", JANUARY, 744, 0, 0), ("C1", FEBRUARY, 696, 0, 696)],
            "consumption_gas_m3 is empty in all 696 readings; 1 of the customers had it in 2024-01",
        ),
        (
            [(f"C{n}", JANUARY, 744, 0, 0) for n in range(9)]
            + [(f"C{n}", FEBRUARY, 696, 0, 696 * (n < 2)) for n in range(9)],
            "consumption_gas_m3 is empty in all readings of 2 of 9 customers who had it in 2024-01",
        ),
        (
            [("C1", FEBRUARY, 600, 70, 0)],
            "consumption_elec_kwh: empty in 70 of 600 readings of customers who have it, over 10%",
        ),
    ],
    ids=["no electricity", "no gas where there was some", "no gas for some", "many gaps"],
)
def test_lost_fuel_stops_the_month(rows: list, said: str) -> None:
    lost, _ = fuel_findings(year(*rows), "2024-02-01")
    assert not lost.passed
    assert lost.description == f"{said}. Deliver the readings again with values of that fuel"


def test_a_month_before_the_run_tells_a_lost_fuel() -> None:
    january = year(*((f"C{n}", JANUARY, 744, 0, 0) for n in range(10)))
    february = year(*((f"C{n}", FEBRUARY, 696, 0, 696) for n in range(12)))
    alone, _ = fuel_findings(february, "2024-02-01")
    assert alone.passed
    lost, _ = fuel_findings(february, "2024-02-01", january)
    assert lost.description.startswith(
        "consumption_gas_m3 is empty in all 8,352 readings; 10 of the customers had it in 2024-01."
    )
    assert fuel_findings(february, "2024-02-01", january.drop("gas_empty_hours"))[0].passed


def test_a_customer_who_gives_gas_up_is_no_loss() -> None:
    rows = year(
        *((f"C{n}", JANUARY, 744, 0, 0) for n in range(10)),
        *((f"C{n}", FEBRUARY, 696, 0, 696 * (n < 1)) for n in range(10)),
    )
    assert fuel_findings(rows, "2024-02-01")[0].passed


def test_unknown_marks_are_found_by_the_pass_and_told() -> None:
    frame = pl.DataFrame(month_of("C00001"), schema=SCHEMA, orient="row").with_columns(
        is_estimated=pl.Series(["E"] * 3 + ["prov."] * 2 + ["R"] * 739)
    )
    result = summed(ReadingsFile(NAME, frame.lazy(), JANUARY, END))
    # Whatever the word means, it does not mark a measured reading.
    assert result.rows["estimated_hours"].item() == 5
    told = marks_finding(result.marks)
    assert not told.passed
    assert told.description.startswith("2 readings are marked 'prov.', which is no known word")


def test_known_marks_pass() -> None:
    assert summed(readings(month_of("C00001"))).marks.is_empty()
    assert marks_finding(MARKS.to_frame()).passed
