import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.market_core import market_core
from spanishgas_assets.silver import tables as silver
from spanishgas_assets_tests.builders import frame, month, only_row, values

CUSTOMER = frame(silver.CUSTOMER, {})
amount = st.floats(0, 1e6, allow_subnormal=False)


def of(*months, customers=CUSTOMER):
    return only_row(market_core(customers, frame(silver.CUSTOMER_MONTH, *months)))


def test_use_is_summed_and_averaged_over_the_months_of_the_window():
    features = of(
        {"month": month(1), "elec_kwh": 100.0, "gas_m3": 30.0},
        {"month": month(2), "elec_kwh": 50.0, "gas_m3": 0.0},
    )
    assert features["total_elec_12m_kwh"] == 150.0
    assert features["avg_monthly_elec_kwh"] == 75.0
    assert features["total_gas_12m_m3"] == 30.0
    assert features["avg_monthly_gas_m3"] == 15.0


def test_gas_share_counts_the_fixed_part_once():
    features = of(
        # 18 for the volume and 5 for the fixed part of the month
        {
            "month": month(1),
            "gas_variable_revenue_eur": 18.0,
            "gas_revenue_eur": 23.0,
            "total_revenue_eur": 46.0,
        },
        {"month": month(2), "gas_revenue_eur": 5.0, "total_revenue_eur": 10.0},
    )
    assert features["gas_share_of_revenue"] == pytest.approx(28 / 56)


def test_without_revenue_there_is_no_share():
    assert of({"total_revenue_eur": 0.0})["gas_share_of_revenue"] is None


@pytest.mark.parametrize(
    ("prices", "updates"),
    [
        ([(0.150, "observed")], 0),
        ([(0.150, "observed"), (0.150, "observed"), (0.150, "observed")], 0),
        ([(0.150, "observed"), (0.151, "observed"), (0.152, "observed")], 0),
        ([(0.150, "observed"), (0.152, "observed"), (0.149, "observed")], 2),
        ([(0.150, "observed"), (0.900, "segment_month"), (0.150, "observed")], 0),
        ([(0.150, "observed"), (None, None), (0.180, "observed")], 1),
    ],
)
def test_price_updates_are_moves_between_observed_prices(prices, updates):
    features = of(
        *(
            {
                "month": month(number),
                "elec_price_peak_eur_kwh": price,
                "elec_price_peak_source": source,
            }
            for number, (price, source) in enumerate(prices, 1)
        )
    )
    assert features["price_update_count"] == updates


def test_province_costs_are_means_over_the_provinces_months():
    def cost(customer, number, elec, gas):
        return {
            "customer_id": customer,
            "month": month(number),
            "elec_energy_cost_eur_kwh": elec,
            "gas_energy_cost_eur_m3": gas,
        }

    customers = frame(
        silver.CUSTOMER,
        {"customer_id": "C1"},
        {"customer_id": "C2"},
        {"customer_id": "C3", "province_code": 8},
        {"customer_id": "C4", "province_code": 1},
    )
    months = frame(
        silver.CUSTOMER_MONTH,
        cost("C1", 1, 0.07, 0.7),
        cost("C1", 2, 0.09, 0.9),
        # a neighbour's month does not weigh twice, nor does its missing one
        cost("C2", 2, 0.09, 0.9),
        cost("C3", 1, 0.10, 1.0),
    )
    result = market_core(customers, months)
    elec = values(result, "province_avg_elec_cost_12m_eur_kwh")
    gas = values(result, "province_avg_gas_cost_12m_eur_m3")
    assert elec == [pytest.approx(0.08), pytest.approx(0.08), 0.10, None]
    assert gas == [pytest.approx(0.8), pytest.approx(0.8), 1.0, None]


def test_a_customer_without_months_used_nothing():
    customers = frame(silver.CUSTOMER, {"customer_id": "C1"})
    features = of({"customer_id": "C2"}, customers=customers)
    assert features == {
        "customer_id": "C1",
        "avg_monthly_elec_kwh": 0.0,
        "total_elec_12m_kwh": 0.0,
        "avg_monthly_gas_m3": 0.0,
        "total_gas_12m_m3": 0.0,
        "gas_share_of_revenue": None,
        "price_update_count": 0,
        "province_avg_elec_cost_12m_eur_kwh": None,
        "province_avg_gas_cost_12m_eur_m3": None,
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(amount, amount, amount, amount), min_size=1, max_size=12))
def test_totals_are_the_sums_of_the_months_and_shares_are_shares(rows):
    features = market_core(
        CUSTOMER,
        frame(
            silver.CUSTOMER_MONTH,
            *(
                {
                    "month": month(number),
                    "elec_kwh": elec,
                    "gas_m3": gas,
                    "gas_revenue_eur": gas_revenue,
                    "total_revenue_eur": gas_revenue + elec_revenue,
                }
                for number, (elec, gas, gas_revenue, elec_revenue) in enumerate(rows, 1)
            ),
        ),
    )
    verdict = gold.MARKET_CORE.judge(features)
    assert verdict.passed, verdict.explain()
    customer = only_row(features)
    assert customer["total_elec_12m_kwh"] == pytest.approx(sum(row[0] for row in rows))
    assert customer["total_gas_12m_m3"] == pytest.approx(sum(row[1] for row in rows))
    share = customer["gas_share_of_revenue"]
    assert share is None or 0 <= share <= 1
