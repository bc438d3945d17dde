"""Prices, costs, customers and tariff periods from rows, and what is set aside on the way."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.clock_check import clock_finding
from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.price_month import price_months, zero_prices
from spanishgas_assets.bronze.tables import TARIFF_MONTH
from spanishgas_assets.bronze.tariff_month import (
    months_of_unknown_customers,
    supplies_an_hour_late,
    tariff_months,
)
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.table_checks import volume_finding
from spanishgas_assets.tariffs.periods import BLOCKS

ASIDE = {
    "file": pl.String,
    "row": pl.Int64,
    "reason": pl.String,
    "values": pl.String,
    "month": pl.Date,
}


def reading(*rows: dict) -> Reading:
    frame = pl.DataFrame(
        [{"file": "f.csv", "row": place, **row} for place, row in enumerate(rows, 1)]
    )
    return Reading(frame, pl.DataFrame(schema=ASIDE))


def test_rows_that_say_the_same_are_kept_once() -> None:
    result = without_duplicates(
        reading({"id": "A", "v": 1}, {"id": "B", "v": 2}, {"id": "A", "v": 1}), ["id"]
    )
    assert result.rows["row"].to_list() == [1, 2]
    assert result.set_aside.select("file", "row", "reason", "values").rows() == [
        ("f.csv", 3, "repeats row 1", '{"id":"A","v":"1"}')
    ]


def test_rows_that_contradict_each_other_are_all_set_aside() -> None:
    result = without_duplicates(
        reading({"id": "A", "v": 1}, {"id": "B", "v": 2}, {"id": "A", "v": 3}), ["id"]
    )
    assert result.rows["row"].to_list() == [2]
    assert result.set_aside["row"].to_list() == [1, 3]
    assert set(result.set_aside["reason"]) == {
        "rows of the same id contradict each other, first at row 1"
    }


def test_two_prices_of_one_month_contradict_each_other() -> None:
    days = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 2, 1)]
    result = without_duplicates(
        reading(*({"customer_id": "A", "pricing_date": day} for day in days)),
        ["customer_id", pl.col("pricing_date").dt.truncate("1mo")],
    )
    assert result.rows["pricing_date"].to_list() == [days[2]]
    assert result.set_aside["month"].to_list() == [date(2024, 1, 1)] * 2


def test_zero_prices_are_missing_and_zero_fees_are_not() -> None:
    rows = pl.DataFrame(
        {
            "customer_id": ["A"],
            "pricing_date": [date(2024, 1, 15)],
            "variable_price_tier1_eur_kwh": [0.0],
            "variable_price_tier2_eur_kwh": [0.15],
            "variable_price_tier3_eur_kwh": [0.0],
            "gas_variable_price_eur_m3": [0.0],
            "elec_fixed_fee_eur_month": [0.0],
            "elec_fixed_cost_eur_month": [6.0],
            "gas_fixed_revenue_eur_year": [None],
            "gas_fixed_cost_eur_year": [None],
        },
        schema_overrides={
            "gas_fixed_revenue_eur_year": pl.Float64,
            "gas_fixed_cost_eur_year": pl.Float64,
        },
    )
    row = price_months(rows.lazy()).collect().row(0, named=True)
    assert row["month"] == date(2024, 1, 1)
    assert row["elec_price_peak_eur_kwh"] is None
    assert row["elec_price_standard_eur_kwh"] == 0.15
    assert row["gas_price_eur_m3"] is None
    assert row["elec_fixed_fee_eur_month"] == 0.0
    assert zero_prices(rows) == 2


def file_rows(name: str, ids: list[str], **columns: object) -> pl.DataFrame:
    return pl.DataFrame(
        {"file": name, "row": range(1, len(ids) + 1), "customer_id": ids, **columns}
    )


def test_orphans_on_every_side_are_set_aside_with_their_row() -> None:
    rows = {
        "labels": file_rows("churn_label.csv", ["A", "X"], churn=1),
        "attributes": file_rows("customer_attributes.csv", ["A", "B"], sales_channel="Oficina"),
        "contracts": file_rows("customer_contracts.csv", ["A", "C"]),
    }
    found = orphans(rows)
    assert found.select("file", "row", "reason").rows() == [
        (
            "churn_label.csv",
            2,
            "customer not in customer_attributes.csv and customer_contracts.csv",
        ),
        ("customer_attributes.csv", 2, "customer not in customer_contracts.csv"),
        ("customer_contracts.csv", 2, "customer not in customer_attributes.csv"),
    ]


@pytest.mark.parametrize(
    ("customers_as_of", "reason"),
    [
        (date(2025, 1, 13), "label of a former customer"),
        (
            date(2025, 1, 6),
            "customer not in customer_attributes.csv and customer_contracts.csv",
        ),
    ],
)
def test_a_label_of_before_the_customer_files_is_of_a_former_customer(
    customers_as_of: date, reason: str
) -> None:
    none = pl.Series([None, None], dtype=pl.Date)
    rows = {
        "labels": file_rows("churn_label.csv", ["A", "gone"], churn=1, label_date=none),
        "attributes": file_rows("customer_attributes.csv", ["A"], sales_channel="Oficina"),
        "contracts": file_rows("customer_contracts.csv", ["A"]),
    }
    found = orphans(rows, date(2025, 1, 6), customers_as_of)
    assert found.select("row", "reason").rows() == [(2, reason)]


def test_customer_without_a_label_stays() -> None:
    flags = dict.fromkeys(
        ("is_industrial", "is_second_residence", "is_high_competition_province", "is_urban"), 1
    )
    known = customers(
        file_rows("l", ["B"], churn=1, label_date=pl.Series([None], dtype=pl.Date)).lazy(),
        file_rows("a", ["A", "B"], sales_channel="Oficina", **flags).lazy(),
        file_rows("c", ["A", "B"]).lazy(),
    ).collect()
    assert dict(known.sort("customer_id").select("customer_id", "churn").iter_rows()) == {
        "A": None,
        "B": 1,
    }
    assert known["sales_channel"].to_list() == ["oficina"] * 2


def test_a_label_without_a_day_of_its_own_is_of_the_drops() -> None:
    flags = dict.fromkeys(
        ("is_industrial", "is_second_residence", "is_high_competition_province", "is_urban"), 1
    )
    own, drops = date(2025, 1, 6), date(2025, 4, 7)
    known = customers(
        file_rows("l", ["A", "B"], churn=1, label_date=[own, None]).lazy(),
        file_rows("a", ["A", "B", "C"], sales_channel="Oficina", **flags).lazy(),
        file_rows("c", ["A", "B", "C"]).lazy(),
        drops,
    ).collect()
    assert dict(known.select("customer_id", "label_date").iter_rows()) == {
        "A": own,
        "B": drops,
        "C": None,
    }


def consumption(*ids: str, month: date = date(2024, 1, 1)) -> pl.LazyFrame:
    """Blocks of 1, 2, 4, ... kWh: every sum of blocks is a number of its own."""
    return pl.LazyFrame(
        {"customer_id": ids, "month": month}
        | {f"elec_{block}_kwh": 2.0**place for place, block in enumerate(BLOCKS)}
    )


def kwh(*blocks: str) -> float:
    return sum(2.0 ** BLOCKS.index(block) for block in blocks)


SUPPLY = pl.LazyFrame(
    {
        "customer_id": ["home", "ceuta", "plant", "island"],
        "contracted_power_kw": [4.6, 15.0, 15.5, 80.0],
        "province_code": [28, 51, 8, 35],
    }
)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("home", {1: ("h10", "core", "h18"), 2: ("side", "h09", "h14", "h22"),
                  3: ("valley", "holiday")}),
        ("ceuta", {1: ("core", "h14", "h22"), 2: ("side", "h09", "h10", "h18"),
                   3: ("valley", "holiday")}),
        # January: the dearer hours of the Peninsula are P1, the cheaper P2.
        ("plant", {1: ("h09", "h10", "core", "h18"), 2: ("side", "h14", "h22"), 3: (), 4: (), 5: (),
                   6: ("valley", "holiday")}),
        # The Canaries in January: P2 and P4.
        ("island", {1: (), 2: ("h10", "core", "h14", "h18"), 3: (), 4: ("side", "h09", "h22"),
                    5: (), 6: ("valley", "holiday")}),
    ],
)  # fmt: skip
def test_electricity_by_the_periods_of_the_own_tariff(customer: str, expected: dict) -> None:
    row = tariff_months(consumption(customer), SUPPLY).collect().row(0, named=True)
    assert row["tariff"] == ("3.0TD" if len(expected) == 6 else "2.0TD")
    for number in range(1, 7):
        wanted = kwh(*expected[number]) if number in expected else None
        assert row[f"elec_p{number}_kwh"] == wanted


def test_periods_keep_the_contract_and_unknown_customers_are_told() -> None:
    months = consumption("home", "plant", "nobody")
    verdict = TARIFF_MONTH.judge(TARIFF_MONTH.arrange(tariff_months(months, SUPPLY)))
    assert verdict.explain() == ""
    assert verdict.rows == 2
    assert months_of_unknown_customers(months, SUPPLY).collect()["customer_id"].to_list() == [
        "nobody"
    ]


def test_supplies_of_the_canaries_are_an_hour_late_by_utc_alone() -> None:
    february = date(2024, 2, 1)
    months = pl.concat(
        [consumption("home", "island"), consumption("home", "island", month=february)]
    )
    rows = tariff_months(months, SUPPLY).collect()
    told = {clock: supplies_an_hour_late(rows, clock) for clock in Clock}
    assert told == {Clock.GRID: 0, Clock.LOCAL: 0, Clock.UTC: 1}


def on_change(month: date, having: dict[int, int]) -> pl.DataFrame:
    """How many customers have so many readings on the day of the month's change."""
    return pl.DataFrame(
        {
            "month": [month] * len(having),
            "readings": list(having),
            "customers": list(having.values()),
        },
        schema={"month": pl.Date, "readings": pl.Int64, "customers": pl.Int64},
    )


@pytest.mark.parametrize(
    ("declared", "month", "having", "passes"),
    [
        ("grid", 3, {24: 100}, True),
        ("grid", 3, {23: 99, 24: 1}, False),
        ("grid", 10, {24: 96, 25: 4}, True),
        ("grid", 10, {24: 90, 25: 10}, False),
        ("utc", 3, {24: 100}, True),
        ("utc", 10, {25: 100}, False),
        ("local", 3, {23: 100}, True),
        ("local", 3, {24: 100}, False),
        ("local", 10, {25: 97, 24: 3}, True),
        ("local", 10, {24: 1}, False),
    ],
)
def test_clock_is_held_against_the_days_of_its_changes(
    declared: str, month: int, having: dict[int, int], passes: bool
) -> None:
    start = date(2024, month, 1)
    finding = clock_finding(on_change(start, having), start.isoformat(), Clock(declared))
    assert finding.passed is passes
    assert ("SPANISHGAS_CLOCK" in finding.description) is not passes
    assert finding.metadata["customers"] == sum(having.values())


def test_customers_of_two_clocks_are_told_apart() -> None:
    seen = on_change(date(2024, 10, 1), {24: 60, 25: 40})
    assert clock_finding(seen, "2024-10-01", Clock.GRID).description == (
        "40 of 100 customers have 25 readings on 2024-10-27; 'grid' expects 24: their labels look "
        "like local. Ask the source, and set SPANISHGAS_CLOCK; 60 have 24: deliver all of them by "
        "one clock"
    )


@pytest.mark.parametrize(("clock", "passes"), [("grid", False), ("local", True), ("utc", True)])
def test_instants_are_no_grid_in_any_month(clock: str, passes: bool) -> None:
    empty = on_change(date(2024, 5, 1), {})
    assert clock_finding(empty, "2024-05-01", Clock(clock), "UTC").passed is passes


def test_month_without_a_change_says_nothing_of_the_clock() -> None:
    empty = on_change(date(2024, 3, 1), {})
    assert clock_finding(empty, "2024-03-01", Clock.GRID).passed
    assert clock_finding(empty, "2024-05-01", Clock.GRID).passed


@pytest.mark.parametrize("rows", [1200, 12_000])
def test_table_ten_times_larger_or_smaller_is_told(rows: int) -> None:
    before = {"rows": 120 if rows == 1200 else 120_000}
    finding = volume_finding({"rows": rows}, {"the previous partition's": before})
    assert not finding.passed
    assert "times the previous partition's" in finding.description
    assert volume_finding({"rows": rows}, {"the previous partition's": {"rows": rows}}).passed


@pytest.mark.parametrize(
    ("now", "then", "passed"),
    [(7, 15, True), (3, 25, False), (30, 100, False), (0, 9, True), (0, 10, False), (20, 8, True)],
)
def test_small_counts_may_differ_by_chance(now: int, then: int, passed: bool) -> None:
    finding = volume_finding({"rows": now}, {"the snapshot before's": {"rows": then}})
    assert finding.passed is passed


def test_rows_that_follow_from_results_are_held_against_nothing_but_their_raw_file() -> None:
    counts, before = {"rows": 4, "offers.csv": 100}, {"rows": 400, "offers.csv": 1000}
    told = volume_finding(counts, {"the snapshot before's": before}, of_results=True)
    assert told.description == "offers.csv: 100, 0.10 times the snapshot before's 1,000"
    assert volume_finding({"rows": 0}, {"the last run's": {"rows": 400}}, of_results=True).passed
