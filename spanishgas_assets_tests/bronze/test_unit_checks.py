"""Values that could each be right, and together cannot: another unit, dates out of order."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.energy_unit_check import energy_units_finding
from spanishgas_assets.bronze.tables import PRICE_MONTH
from spanishgas_assets.bronze.unit_checks import (
    COST_UNITS,
    PRICE_UNITS,
    order_finding,
    power_finding,
    price_units_finding,
)
from spanishgas_assets_tests.bronze.platform import MONTHS, Bronze
from spanishgas_assets_tests.raw.drops import CSV_ROWS, csv_text, write

MARCH = "2024-03-01"
PEAK, GAS = "elec_price_peak_eur_kwh", "gas_price_eur_m3"


def prices(
    column: str, march: list[float | None], others: list[float | None], **fixed: float
) -> pl.DataFrame:
    rows = [{"month": date(2024, 3, 1), column: price} for price in march]
    rows += [{"month": date(2024, 1, 1), column: price} for price in others]
    every = dict.fromkeys(PRICE_UNITS) | fixed
    return pl.DataFrame([every | row for row in rows], schema_overrides=dict.fromkeys(every, float))


def said(column: str, march: list[float | None], others: list[float | None]) -> str:
    finding = price_units_finding(prices(column, march, others), MARCH, PRICE_UNITS)
    return "" if finding.passed else finding.description


def test_ordinary_prices_pass_also_zero_near_zero_and_none() -> None:
    assert said(PEAK, [0.15, 0.2, 0.0006, 0.0, None, 0.4], [0.1] * 9) == ""
    assert said(GAS, [None], [None]) == ""


@pytest.mark.parametrize(
    ("column", "march", "others", "words"),
    [
        (PEAK, 1.5, 1.5, "median 1.5 EUR/kWh, likely cents/kWh, a factor of 100"),
        (PEAK, 0.00015, 0.00015, "median 0.00015 EUR/kWh, likely EUR/Wh, a factor of 0.001"),
        (GAS, 0.07, 0.07, "median 0.07 EUR/m3, likely EUR/kWh, a factor of 0.09"),
        (PEAK, 0.9, 0.15, "median 0.9 EUR/kWh, 6 times the year's, likely cents/kWh"),
    ],
)
def test_month_in_another_unit_is_told_with_the_likely_one(
    column: str, march: float, others: float, words: str
) -> None:
    assert words in said(column, [march] * 3, [others] * 9)


def test_single_prices_in_another_unit_are_told() -> None:
    told = said(PEAK, [0.15, 0.15, 0.15, 1.7], [0.15] * 9)
    assert "1 of 4 rows over 10 times the median, up to 1.7, likely cents/kWh" in told


def test_costs_are_judged_like_prices() -> None:
    rows = pl.DataFrame(
        {
            "month": [date(2024, 3, 1)] * 2,
            "elec_energy_cost_eur_kwh": [0.014, 0.016],
            "gas_energy_cost_eur_m3": [0.05, 0.07],
        }
    )
    finding = price_units_finding(rows, MARCH, COST_UNITS)
    assert finding.description == (
        "gas_energy_cost_eur_m3: median 0.06 EUR/m3, likely EUR/kWh, a factor of 0.09"
    )


def test_household_with_its_power_in_watts_is_told() -> None:
    customers = pl.DataFrame(
        {"is_industrial": [False, False, True], "contracted_power_kw": [4.6, 4600.0, 4600.0]}
    )
    finding = power_finding(customers)
    assert finding.description == (
        "contracted_power_kw: 1 of 2 households have more than 100 kW, likely W, a factor of 1,000"
    )
    assert power_finding(customers.filter(contracted_power_kw=4.6)).passed


def use(kwh: float) -> str:
    months = pl.LazyFrame(
        {
            "customer_id": ["C1", "C2", "C1"],
            "month": [date(2024, 1, 1), date(2024, 1, 1), date(2024, 2, 1)],
            "elec_kwh": [150.0, 0.0, kwh],
            "hours_seen": [744, 744, 696],
        }
    )
    customers = pl.LazyFrame({"customer_id": ["C1", "C2"], "contracted_power_kw": [4.6, 4.6]})
    finding = energy_units_finding(months, customers)
    return "" if finding.passed else finding.description


def test_month_of_another_unit_of_energy_is_told_by_the_power() -> None:
    assert use(150) == ""
    assert use(150_000) == (
        "2024-02: the median supply uses 46.9 of its power, likely Wh for kWh, a factor of 1,000"
    )
    assert "2024-02" in use(0.15)
    assert "likely MWh for kWh, or W for kW, a factor of 0.001" in use(0.15)


def changed(factor: float, share: int, customers: int = 100) -> str:
    """What is said of customers of whom some use so many times more from February on."""
    ids = [f"C{number:03d}" for number in range(customers)]
    months = pl.concat(
        pl.LazyFrame({"customer_id": ids, "elec_kwh": uses, "hours_seen": [744] * customers})
        .with_columns(pl.lit(month).alias("month"))
        .select("customer_id", "month", "elec_kwh", "hours_seen")
        for month, uses in (
            (date(2024, 1, 1), [100.0] * customers),
            (date(2024, 2, 1), [100.0 * (factor if at < share else 1) for at in range(customers)]),
        )
    )
    power = pl.LazyFrame({"customer_id": ids, "contracted_power_kw": [4.6] * customers})
    finding = energy_units_finding(months, power)
    return "" if finding.passed else finding.description


@pytest.mark.parametrize(
    ("factor", "why"),
    [
        (4.0, "likely kW of each quarter of an hour for kWh, a factor of 4"),
        (0.25, "likely a quarter of each hour alone, or the month before in kW, a factor of 0.25"),
    ],
)
def test_month_of_a_small_factor_is_told_by_the_month_before(factor: float, why: str) -> None:
    told = f"2024-02: the median customer uses {factor:.3g} times what it did the month before, "
    assert changed(factor, 100) == told + why


def test_powers_in_every_month_are_told_where_the_median_is_high() -> None:
    assert use(150 * 7) == (
        "2024-02: the median supply uses 0.328 of its power, likely kW of each quarter of an hour "
        "for kWh, a factor of 4"
    )


def test_some_customers_in_watt_hours_are_told() -> None:
    assert changed(1000.0, 5) == (
        "2024-02: 5 of 100 customers use about 1,000 times what they did the month before, "
        "likely Wh for kWh"
    )


def test_a_house_that_was_empty_but_for_an_hour_is_in_no_other_unit() -> None:
    ids = [f"C{number:03d}" for number in range(100)]
    uses = {1: 100.0, 2: 0.13, 3: 100.0, 4: 100.0}
    months = pl.DataFrame(
        [
            (name, date(2024, month, 1), kwh if name < "C020" else 100.0, 744)
            for name in ids
            for month, kwh in uses.items()
        ],
        schema=["customer_id", "month", "elec_kwh", "hours_seen"],
        orient="row",
    )
    power = pl.LazyFrame({"customer_id": ids, "contracted_power_kw": [4.6] * 100})
    assert energy_units_finding(months.lazy(), power).passed


def test_seasons_and_few_customers_say_nothing_of_units() -> None:
    assert changed(2.0, 100) == ""
    assert changed(1000.0, 1) == ""
    assert changed(4.0, 40, customers=40) == ""


def test_dates_before_the_first_activation_are_counted() -> None:
    day = date(2020, 1, 6)
    customers = pl.DataFrame(
        {
            "customer_first_activation_date": [day] * 50,
            "contract_start_date": [None] * 50,
            "last_product_change_date": [day] * 50,
            "next_renewal_date": [date(2019, 1, 6)] + [day] * 49,
        },
        schema_overrides={"contract_start_date": pl.Date},
    )
    finding = order_finding(customers)
    assert not finding.passed
    assert finding.description == (
        "1 of 50 customers have a date before the first activation (next_renewal_date 1)"
    )
    assert order_finding(customers.tail(49)).passed


def test_month_in_another_unit_warns_and_is_stored(bronze: Bronze) -> None:
    rows = [
        row.replace("2024-01", month[:7]).replace(",0.2,", ",1.9," if month == MARCH else ",0.2,")
        for month in MONTHS
        for row in CSV_ROWS["price_history"]
    ]
    write(bronze.raw, "price_history", csv_text("price_history", rows))
    assert bronze.run_months(), bronze.failures
    (warning,) = [said for said in bronze.warnings if "price_month" in said]
    assert "elec_price_peak_eur_kwh: median 1.9 EUR/kWh, likely cents/kWh" in warning
    assert bronze.table(PRICE_MONTH, MARCH)[PEAK].to_list() == [1.9] * 12
