from math import sqrt

import pytest

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.market_risk import market_risk
from spanishgas_assets.silver import tables as silver
from spanishgas_assets_tests.builders import frame, month, only_row

CUSTOMER = frame(silver.CUSTOMER, {})


def of(*months):
    return only_row(market_risk(CUSTOMER, frame(silver.CUSTOMER_MONTH, *months)))


def each_month(column, amounts):
    """One row per amount, from January; None leaves the month out."""
    return [
        {"month": month(number), column: amount}
        for number, amount in enumerate(amounts, 1)
        if amount is not None
    ]


def peak_prices(*prices):
    """One row per (price, source), from January."""
    return [
        {
            "month": month(number),
            "elec_price_peak_eur_kwh": price,
            "elec_price_peak_source": source,
        }
        for number, (price, source) in enumerate(prices, 1)
    ]


def test_spread_of_use_and_margin_are_sample_deviations():
    features = of(
        {"month": month(1), "elec_kwh": 10.0, "gas_m3": 0.0, "total_margin_eur": 5.0},
        {"month": month(2), "elec_kwh": 20.0, "gas_m3": 4.0, "total_margin_eur": -1.0},
    )
    # of two values a and b: |a - b| / sqrt(2)
    assert features["std_monthly_elec_kwh"] == pytest.approx(10 / sqrt(2))
    assert features["std_monthly_gas_m3"] == pytest.approx(4 / sqrt(2))
    assert features["std_margin_eur"] == pytest.approx(6 / sqrt(2))
    assert features["active_months_count"] == 2


def test_one_month_has_no_spread():
    features = of({})
    assert features["std_monthly_elec_kwh"] is None
    assert features["std_monthly_gas_m3"] is None
    assert features["std_margin_eur"] is None
    assert features["active_months_count"] == 1


def test_lowest_margin_and_loss_months():
    features = of(*each_month("total_margin_eur", [5.0, -1.0, 0.0, -7.5]))
    assert features["min_monthly_margin_eur"] == -7.5
    assert features["loss_months_count"] == 2


def test_price_trend_and_volatility_use_observed_prices_in_month_order():
    prices = peak_prices(
        (0.90, "customer_backward"),
        (0.20, "observed"),
        (None, None),
        (0.30, "observed"),
        (0.25, "observed"),
        (0.90, "customer_forward"),
    )
    features = of(*reversed(prices))
    assert features["elec_price_trend_12m"] == pytest.approx(0.25)
    assert features["elec_price_volatility_12m_eur_kwh"] == pytest.approx(0.05)
    # last observed 0.25 less the province's 0.08
    assert features["elec_price_vs_province_cost_spread_eur_kwh"] == pytest.approx(0.17)
    assert features["is_price_increase"] is True


@pytest.mark.parametrize(("last", "increase"), [(0.19, False), (0.20, False), (0.21, True)])
def test_a_price_increase_is_a_positive_trend(last, increase):
    features = of(*peak_prices((0.20, "observed"), (last, "observed")))
    assert features["is_price_increase"] is increase


def test_one_observed_price_gives_a_spread_but_no_trend():
    features = of(*peak_prices((0.20, "observed"), (0.30, "segment_month")))
    assert features["elec_price_trend_12m"] is None
    assert features["elec_price_volatility_12m_eur_kwh"] is None
    assert features["is_price_increase"] is False
    assert features["elec_price_vs_province_cost_spread_eur_kwh"] == pytest.approx(0.12)


def test_without_an_observed_price_there_is_no_spread_over_cost():
    features = of(*peak_prices((0.20, "national_month"), (0.30, "segment_month")))
    assert features["elec_price_vs_province_cost_spread_eur_kwh"] is None


def test_gas_price_trend_uses_observed_prices():
    def gas(number, price, source):
        return {"month": month(number), "gas_price_eur_m3": price, "gas_price_source": source}

    rising = of(gas(1, 0.8, "observed"), gas(2, 1.0, "observed"), gas(3, 2.0, "customer_forward"))
    assert rising["gas_price_trend_12m"] == pytest.approx(0.25)
    assert of({})["gas_price_trend_12m"] is None


def test_province_cost_trend_runs_from_first_to_last_month():
    features = of(*reversed(each_month("elec_energy_cost_eur_kwh", [0.080, 0.090, 0.084])))
    assert features["province_elec_cost_trend"] == pytest.approx(0.05)
    assert of({})["province_elec_cost_trend"] is None


@pytest.mark.parametrize(
    ("margins", "trend"),
    [
        ([9.0] * 6 + [1.0, 2.0, 3.0, 4.0, 5.0, 9.0], 4.0),
        ([1.0, 2.0, 3.0, 4.0, 5.0, 9.0], 4.0),
        ([2.0, 3.0, 4.0, 5.0, 9.0], None),
        ([1.0, 2.0, None, 4.0, 5.0, 9.0], None),
        ([9.0, 9.0, 1.0, 2.0, 3.0, 4.0, None, 9.0], None),
    ],
)
def test_margin_trend_compares_the_last_quarter_with_the_one_before(margins, trend):
    assert of(*each_month("total_margin_eur", margins))["rolling_margin_trend_eur"] == trend


def test_quarters_end_with_the_window_not_with_the_customers_last_reading():
    left_in_june = each_month("total_margin_eur", [1.0] * 6)
    december = {"customer_id": "C2", "month": month(12)}
    assert of(*left_in_june, december)["rolling_margin_trend_eur"] is None


def test_a_customer_without_months_has_counts_of_zero():
    features = of({"customer_id": "C2"})
    assert features["active_months_count"] == 0
    assert features["loss_months_count"] == 0
    assert features["min_monthly_margin_eur"] == 0.0
    assert features["is_price_increase"] is False
    named = {
        "customer_id",
        "active_months_count",
        "loss_months_count",
        "min_monthly_margin_eur",
        "is_price_increase",
    }
    assert {features[name] for name in set(features) - named} == {None}


def test_the_tier_keeps_its_contract():
    customers = frame(silver.CUSTOMER, {}, {"customer_id": "C2"})
    months = frame(silver.CUSTOMER_MONTH, *({"month": month(n)} for n in range(1, 13)))
    result = market_risk(customers, months)
    verdict = gold.MARKET_RISK.judge(result)
    assert verdict.passed, verdict.explain()
    assert verdict.rows == 2
