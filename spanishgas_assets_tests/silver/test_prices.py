import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.customer_month import customer_month
from spanishgas_assets.silver.prices import RATES, impute_prices, source_counts
from spanishgas_assets_tests.builders import frame, month

PEAK, PEAK_SOURCE = "elec_price_peak_eur_kwh", "elec_price_peak_source"
HOMES = [{"customer_id": f"C{number}"} for number in range(1, 6)]
GAS_MONTH = {
    "gas_m3": 20.0,
    "gas_price_eur_m3": 0.9,
    "gas_fixed_revenue_eur_year": 60.0,
    "gas_fixed_cost_eur_year": 36.0,
}


def imputed(rows, customers=HOMES):
    months = impute_prices(frame(bronze.CUSTOMER_MONTH, *rows), frame(silver.CUSTOMER, *customers))
    return months.sort("customer_id", "month").collect()


def pairs(result, value=PEAK, source=PEAK_SOURCE):
    return result.select(value, source).rows()


def test_an_observed_price_stays():
    assert pairs(imputed([{PEAK: 0.21}])) == [(0.21, "observed")]


def test_a_gap_takes_the_customers_price_before_it_then_the_one_after():
    prices = [None, 0.20, None, None, 0.30]
    rows = [{"customer_id": "C1", "month": month(n), PEAK: p} for n, p in enumerate(prices, 1)]
    assert pairs(imputed(rows)) == [
        (0.20, "customer_backward"),
        (0.20, "observed"),
        (0.20, "customer_forward"),
        (0.20, "customer_forward"),
        (0.30, "observed"),
    ]


def test_without_a_price_of_its_own_a_customer_takes_the_median_of_segment_and_month():
    rows = [
        {"customer_id": "C1", PEAK: None},
        {"customer_id": "C2", PEAK: 0.10},
        {"customer_id": "C3", PEAK: 0.20},
        {"customer_id": "C4", PEAK: 0.60},
        {"customer_id": "C5", PEAK: 0.90},
        {"customer_id": "C2", "month": month(2), PEAK: 0.50},
    ]
    customers = [*HOMES[:4], {"customer_id": "C5", "segment": "SME"}]
    assert pairs(imputed(rows, customers))[0] == (0.20, "segment_month")


def test_without_a_price_in_the_segment_a_customer_takes_the_median_of_the_month():
    rows = [
        {"customer_id": "C1", PEAK: None},
        {"customer_id": "C2", PEAK: 0.10},
        {"customer_id": "C3", PEAK: 0.40},
        {"customer_id": "C3", "month": month(2), PEAK: 0.90},
    ]
    customers = [{"customer_id": "C1", "segment": "Corporate"}, *HOMES[1:3]]
    assert pairs(imputed(rows, customers))[0] == (pytest.approx(0.25), "national_month")


def test_a_month_without_any_price_keeps_the_gap():
    assert pairs(imputed([{PEAK: None}])) == [(None, None)]


def test_medians_are_over_observed_prices_only():
    rows = [
        {"customer_id": "C1", "month": month(2), PEAK: None},
        {"customer_id": "C2", "month": month(1), PEAK: 0.90},
        {"customer_id": "C2", "month": month(2), PEAK: None},
        {"customer_id": "C3", "month": month(2), PEAK: 0.10},
    ]
    assert pairs(imputed(rows))[0] == (0.10, "segment_month")


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate.name.startswith("elec")])
def test_a_month_without_electricity_has_no_electricity_rate(rate):
    result = imputed([{"elec_kwh": 0.0}, {"month": month(2), rate.column: None}])
    known = frame(bronze.CUSTOMER_MONTH, {}).collect()[rate.column].item()
    assert pairs(result, rate.column, rate.source) == [(None, None), (known, "customer_forward")]


def test_a_month_without_gas_has_no_gas_price_but_keeps_the_fixed_parts():
    summer = {"month": month(7), **GAS_MONTH, "gas_m3": 0.0}
    result = imputed([GAS_MONTH, summer])
    assert pairs(result, "gas_price_eur_m3", "gas_price_source") == [
        (0.9, "observed"),
        (None, None),
    ]
    fixed = ["gas_fixed_revenue_eur_month", "gas_fixed_cost_eur_month"]
    assert result.select(fixed).rows() == [(5.0, 3.0), (5.0, 3.0)]


def test_a_gas_price_is_imputed_like_any_other():
    winter = {**GAS_MONTH, "month": month(12), "gas_price_eur_m3": None}
    result = imputed([GAS_MONTH, winter])
    assert pairs(result, "gas_price_eur_m3", "gas_price_source")[1] == (0.9, "customer_forward")


def test_a_years_gas_fee_of_zero_is_a_value_and_a_missing_one_is_a_gap():
    rows = [
        {**GAS_MONTH, "customer_id": "C1", "gas_fixed_revenue_eur_year": 0.0},
        {**GAS_MONTH, "customer_id": "C2", "gas_fixed_revenue_eur_year": None},
        {**GAS_MONTH, "customer_id": "C3", "gas_fixed_revenue_eur_year": 120.0},
    ]
    result = imputed(rows)
    assert pairs(result, "gas_fixed_revenue_eur_month", "gas_fixed_revenue_source") == [
        (0.0, "observed"),
        (5.0, "segment_month"),
        (10.0, "observed"),
    ]


def test_fixed_gas_parts_of_a_customer_without_gas_are_dropped_and_move_no_median():
    rows = [
        {**GAS_MONTH, "customer_id": "C1", "gas_m3": 0.0, "gas_fixed_cost_eur_year": 999.0},
        {**GAS_MONTH, "customer_id": "C2", "gas_fixed_cost_eur_year": None},
        {**GAS_MONTH, "customer_id": "C3", "gas_fixed_cost_eur_year": 24.0},
    ]
    result = imputed(rows)
    assert pairs(result, "gas_fixed_cost_eur_month", "gas_fixed_cost_source") == [
        (None, None),
        (2.0, "segment_month"),
        (2.0, "observed"),
    ]


def test_a_price_of_a_month_without_use_still_fills_the_customers_gaps():
    rows = [{"elec_kwh": 0.0, PEAK: 0.33}, {"month": month(2), PEAK: None}]
    assert pairs(imputed(rows))[1] == (0.33, "customer_forward")


def test_every_rate_is_counted_by_source():
    rows = [
        {"customer_id": "C1", PEAK: 0.2},
        {"customer_id": "C1", "month": month(2), PEAK: None},
        {"customer_id": "C2", PEAK: None, "elec_fixed_fee_eur_month": None},
        {"customer_id": "C3", "elec_kwh": 0.0},
    ]
    counted = source_counts(imputed(rows))
    assert counted["rate"].to_list() == [rate.name for rate in RATES]
    peak = counted.row(0, named=True)
    assert peak == {
        "rate": "elec_price_peak",
        "observed": 1,
        "customer_forward": 1,
        "customer_backward": 0,
        "segment_month": 1,
        "national_month": 0,
        "not_known": 1,
    }
    assert set(counted.select(counted.columns[1:]).sum_horizontal()) == {4}


@pytest.mark.parametrize(
    ("gas_margin", "margins"),
    [
        # 12 EUR a year for C1's neighbour with gas; C3's fee of 0 and C4's missing one are gaps
        (GasMargin.SUPPLIED, [-2.0, 0.0, 0.0, 0.0]),
        (GasMargin.OLD_CREDIT, [-2.0, 1.0, 5.0, 0.0]),
    ],
)
def test_the_old_credit_is_a_fee_without_a_supply_and_off_by_default(gas_margin, margins):
    no_gas = {"gas_m3": 0.0, "gas_price_eur_m3": None, "gas_fixed_cost_eur_year": 36.0}
    fee = "gas_fixed_revenue_eur_year"
    months = frame(
        bronze.CUSTOMER_MONTH,
        # 20 m3 x 0.75 of cost against 20 x 0.75 of revenue, 1 of fee, 3 of fixed cost
        {**GAS_MONTH, "customer_id": "C1", "gas_price_eur_m3": 0.75, fee: 12.0},
        {**no_gas, "customer_id": "C2", fee: 0.0},
        {**no_gas, "customer_id": "C3", "elec_kwh": 100.0, fee: 60.0},
        {**no_gas, "customer_id": "C4", "elec_kwh": 0.0, fee: 60.0},
    )
    customers = frame(
        silver.CUSTOMER, *HOMES[:2], {"customer_id": "C3", "segment": "SME"}, HOMES[3]
    )
    costs = frame(bronze.COST_MONTH, {})
    result = customer_month(months, costs, customers, gas_margin).collect()
    assert result["gas_margin_eur"].to_list() == pytest.approx(margins)
    verdict = silver.CUSTOMER_MONTH.judge(result)
    assert verdict.passed, verdict.explain()
    if gas_margin is GasMargin.SUPPLIED:
        assert customer_month(months, costs, customers).collect().equals(result)
