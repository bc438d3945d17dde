import pytest

from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.margins import monthly_margin
from spanishgas_assets_tests.builders import frame, only_row

AMOUNTS = [name for name in silver.CUSTOMER_MONTH.columns if name.endswith("_eur")]
GAS = {
    "gas_m3": 20.0,
    "gas_price_eur_m3": 0.9,
    "gas_fixed_revenue_eur_month": 5.0,
    "gas_fixed_cost_eur_month": 3.0,
}


def margin(**month):
    return only_row(monthly_margin(frame(silver.CUSTOMER_MONTH, month).drop(AMOUNTS)))


def test_electricity_sells_by_band_and_pays_energy_toll_and_fixed_cost():
    month = margin()
    # 30 x 0.20 + 30 x 0.15 + 40 x 0.10 + 10; 100 x (0.08 + 0.02) + 6
    assert month["elec_revenue_eur"] == pytest.approx(24.5)
    assert month["elec_cost_eur"] == pytest.approx(16.0)
    assert month["elec_margin_eur"] == pytest.approx(8.5)


def test_revenue_and_cost_are_the_sums_of_their_named_parts():
    month = margin(**GAS)
    # 30 x 0.20 + 30 x 0.15 + 40 x 0.10; 100 x 0.08; 100 x 0.02, whatever the period; 20 x 0.75
    assert month["elec_variable_revenue_eur"] == pytest.approx(14.5)
    assert month["elec_energy_cost_eur"] == pytest.approx(8.0)
    assert month["elec_toll_cost_eur"] == pytest.approx(2.0)
    assert month["gas_energy_cost_eur"] == pytest.approx(15.0)
    assert month["elec_revenue_eur"] == pytest.approx(14.5 + 10)
    assert month["elec_cost_eur"] == pytest.approx(8.0 + 2.0 + 6)
    assert month["gas_cost_eur"] == pytest.approx(15.0 + 3)


def test_gas_sells_volume_and_fixed_fee():
    month = margin(**GAS)
    # 20 x 0.9 = 18, + 5; 20 x 0.75 + 3
    assert month["gas_variable_revenue_eur"] == pytest.approx(18.0)
    assert month["gas_revenue_eur"] == pytest.approx(23.0)
    assert month["gas_cost_eur"] == pytest.approx(18.0)
    assert month["gas_margin_eur"] == pytest.approx(5.0)


def test_totals_join_both_fuels():
    month = margin(**GAS)
    assert month["total_revenue_eur"] == pytest.approx(24.5 + 23.0)
    assert month["total_margin_eur"] == pytest.approx(8.5 + 5.0)


def test_a_customer_without_gas_earns_nothing_from_gas():
    month = margin()
    assert month["gas_variable_revenue_eur"] == 0.0
    assert month["gas_revenue_eur"] == 0.0
    assert month["gas_cost_eur"] == 0.0
    assert month["gas_margin_eur"] == 0.0
    assert month["total_margin_eur"] == month["elec_margin_eur"]


def test_a_summer_month_of_a_gas_customer_still_pays_the_fixed_fee():
    month = margin(**GAS | {"gas_m3": 0.0, "gas_price_eur_m3": None})
    assert month["gas_variable_revenue_eur"] == 0.0
    assert month["gas_revenue_eur"] == 5.0
    assert month["gas_margin_eur"] == 2.0


@pytest.mark.parametrize(
    ("missing", "amount", "expected"),
    [
        ("elec_price_peak_eur_kwh", "elec_revenue_eur", 18.5),
        ("elec_price_standard_eur_kwh", "elec_revenue_eur", 20.0),
        ("elec_price_offpeak_eur_kwh", "elec_revenue_eur", 20.5),
        ("elec_fixed_fee_eur_month", "elec_revenue_eur", 14.5),
        ("elec_fixed_cost_eur_month", "elec_cost_eur", 10.0),
        ("elec_toll_eur_kwh", "elec_cost_eur", 14.0),
        ("elec_energy_cost_eur_kwh", "elec_cost_eur", 8.0),
        ("gas_price_eur_m3", "gas_revenue_eur", 5.0),
        ("gas_fixed_revenue_eur_month", "gas_revenue_eur", 18.0),
        ("gas_fixed_cost_eur_month", "gas_cost_eur", 15.0),
        ("gas_energy_cost_eur_m3", "gas_cost_eur", 3.0),
    ],
)
def test_a_missing_part_counts_as_zero(missing, amount, expected):
    assert margin(**GAS | {missing: None})[amount] == pytest.approx(expected)
