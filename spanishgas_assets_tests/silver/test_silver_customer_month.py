import random
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.partitions import trailing_year
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.customer_month import (
    customer_month,
    months_without_cost,
    months_without_customer,
)
from spanishgas_assets_tests.builders import AS_OF, frame, month, only_row

CUSTOMERS = frame(
    silver.CUSTOMER,
    {"customer_id": "C1"},
    {"customer_id": "C2", "province_code": 8, "segment": "SME"},
    {"customer_id": "C3", "province_code": 8},
)
COSTS = frame(
    bronze.COST_MONTH,
    *({"province_code": code, "month": month(n)} for code in (8, 28) for n in range(1, 16)),
)

known_price = st.none() | st.sampled_from([0.1, 0.2, 0.3])
bronze_months = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(["C1", "C2", "C3", "C4"]),
            "month": st.sampled_from([month(n) for n in range(1, 15)]),
            "elec_kwh": st.sampled_from([0.0, 100.0]),
            "gas_m3": st.sampled_from([0.0, 30.0]),
            "elec_price_peak_eur_kwh": known_price,
            "gas_price_eur_m3": known_price,
            "gas_fixed_revenue_eur_year": st.none() | st.sampled_from([0.0, 60.0]),
        }
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: (row["customer_id"], row["month"]),
)


def test_a_month_gets_its_provinces_cost():
    costs = frame(
        bronze.COST_MONTH,
        {"province_code": 28, "elec_energy_cost_eur_kwh": 0.07},
        {"province_code": 8, "elec_energy_cost_eur_kwh": 0.09},
    )
    months = frame(bronze.CUSTOMER_MONTH, {"customer_id": "C1"}, {"customer_id": "C2"})
    result = customer_month(months, costs, CUSTOMERS).collect()
    assert result["elec_energy_cost_eur_kwh"].to_list() == [0.07, 0.09]
    # 24.5 of revenue less 100 x (cost + 0.02) + 6
    assert result["total_margin_eur"].to_list() == pytest.approx([9.5, 7.5])


def test_a_month_keeps_its_use_by_period_and_weekend():
    months = frame(bronze.CUSTOMER_MONTH, {"customer_id": "C1", "elec_weekend_kwh": 31.5})
    kept = only_row(customer_month(months, COSTS, CUSTOMERS))
    use = [kept[f"elec_{part}_kwh"] for part in ("peak", "standard", "offpeak", "weekend")]
    assert use == [30.0, 30.0, 40.0, 31.5]


def test_a_month_in_ceuta_is_sold_by_the_hours_of_ceuta():
    months = frame(bronze.CUSTOMER_MONTH, {"customer_id": "C1"})
    customers = frame(silver.CUSTOMER, {"customer_id": "C1", "province_code": 51})
    costs = frame(bronze.COST_MONTH, {"province_code": 51})
    kept = only_row(customer_month(months, costs, customers))
    use = [kept[f"elec_{part}_kwh"] for part in ("peak", "standard", "offpeak")]
    assert use == [23.0, 37.0, 40.0]
    # 23 x 0.20 + 37 x 0.15 + 40 x 0.10
    assert kept["elec_variable_revenue_eur"] == pytest.approx(14.15)


def test_months_of_unknown_customers_fall_out_and_are_returned():
    months = frame(bronze.CUSTOMER_MONTH, {"customer_id": "C1"}, {"customer_id": "C9"})
    assert only_row(customer_month(months, COSTS, CUSTOMERS))["customer_id"] == "C1"
    assert only_row(months_without_customer(months, CUSTOMERS))["customer_id"] == "C9"


def test_an_unknown_customers_price_moves_no_median():
    months = frame(
        bronze.CUSTOMER_MONTH,
        {"customer_id": "C1", "elec_price_peak_eur_kwh": None},
        {"customer_id": "C2", "elec_price_peak_eur_kwh": 0.3},
        {"customer_id": "C9", "elec_price_peak_eur_kwh": 0.1},
    )
    result = customer_month(months, COSTS, CUSTOMERS).collect()
    assert result["elec_price_peak_eur_kwh"].to_list() == [0.3, 0.3]


def test_months_without_a_cost_fall_out_and_are_returned_and_their_price_still_counts():
    months = frame(
        bronze.CUSTOMER_MONTH,
        {"customer_id": "C1", "month": month(1), "elec_price_peak_eur_kwh": 0.31},
        {"customer_id": "C1", "month": month(2), "elec_price_peak_eur_kwh": None},
    )
    costs = COSTS.filter(pl.col("month") == month(2))
    kept = only_row(customer_month(months, costs, CUSTOMERS))
    assert (kept["month"], kept["elec_price_peak_eur_kwh"]) == (month(2), 0.31)
    fallen = only_row(months_without_cost(months, costs, CUSTOMERS))
    assert (fallen["month"], fallen["province_code"]) == (month(1), 28)


@settings(max_examples=25, deadline=None)
@given(bronze_months)
def test_the_result_keeps_its_contract_and_no_row_vanishes(rows):
    window = trailing_year(frame(bronze.CUSTOMER_MONTH, *rows), AS_OF)
    costs = COSTS.filter(pl.col("month") != month(3))
    result = customer_month(window, costs, CUSTOMERS).collect()
    verdict = silver.CUSTOMER_MONTH.judge(result)
    assert verdict.passed, verdict.explain()
    fallen = [
        months_without_customer(window, CUSTOMERS),
        months_without_cost(window, costs, CUSTOMERS),
    ]
    assert result.height + sum(rest.collect().height for rest in fallen) == (
        window.collect().height
    )


@settings(max_examples=25, deadline=None)
@given(bronze_months, st.randoms())
def test_neither_row_order_nor_later_months_change_the_result(rows, shuffled: random.Random):
    before = [row for row in rows if row["month"] < date(2025, 1, 1)]
    expected = customer_month(frame(bronze.CUSTOMER_MONTH, *before), COSTS, CUSTOMERS)
    shuffled.shuffle(rows)
    cut = trailing_year(frame(bronze.CUSTOMER_MONTH, *rows), AS_OF)
    assert_frame_equal(customer_month(cut, COSTS, CUSTOMERS).collect(), expected.collect())


@settings(max_examples=25, deadline=None)
@given(bronze_months)
def test_only_what_was_used_has_a_price_and_only_gas_customers_earn_from_gas(rows):
    result = customer_month(frame(bronze.CUSTOMER_MONTH, *rows), COSTS, CUSTOMERS).collect()
    unused = result.filter(pl.col("elec_kwh") == 0)
    assert unused["elec_price_peak_eur_kwh"].null_count() == unused.height
    assert unused["elec_margin_eur"].abs().sum() == 0
    no_supply = result.filter(pl.col("gas_m3").sum().over("customer_id") == 0)
    assert no_supply["gas_revenue_eur"].sum() == 0
    assert no_supply["gas_cost_eur"].sum() == 0
