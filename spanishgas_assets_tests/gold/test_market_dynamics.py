from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.market_dynamics import market_dynamics
from spanishgas_assets.silver import tables as silver
from spanishgas_assets_tests.builders import AS_OF, frame, month, only_row

CUSTOMER = frame(silver.CUSTOMER, {})
NO_MONTHS = frame(silver.CUSTOMER_MONTH).clear()


def of(*months, customers=CUSTOMER):
    return only_row(market_dynamics(customers, frame(silver.CUSTOMER_MONTH, *months), AS_OF))


def year(**amounts):
    """Twelve months; each column has one amount for all months, or one a month."""
    return [
        {
            "month": month(number),
            **{
                name: given[number - 1] if isinstance(given, list) else given
                for name, given in amounts.items()
            },
        }
        for number in range(1, 13)
    ]


def prices(*observed):
    """One row per price, from January; None is a month whose price was imputed."""
    return [
        {
            "month": month(number),
            "pricing_date": month(number) + timedelta(days=4),
            "elec_price_peak_eur_kwh": 0.9 if price is None else price,
            "elec_price_peak_source": "segment_month" if price is None else "observed",
        }
        for number, price in enumerate(observed, 1)
    ]


def test_the_use_trend_is_the_slope_over_the_mean():
    # 10, 20, 60: slope (60 - 10) / 2 = 25 a month, mean 30
    rows = [{"month": month(n), "elec_kwh": kwh} for n, kwh in ((1, 10.0), (2, 20.0), (3, 60.0))]
    assert of(*reversed(rows))["elec_use_trend"] == pytest.approx(25 / 30)


def test_a_missing_month_keeps_its_place_in_the_trend():
    # months 1 and 3: 20 over two months is 10 a month, mean 20
    rows = [{"month": month(n), "elec_kwh": kwh} for n, kwh in ((1, 10.0), (3, 30.0))]
    assert of(*rows)["elec_use_trend"] == pytest.approx(10 / 20)


@pytest.mark.parametrize("rows", [[{}], [{"elec_kwh": 0.0}, {"month": month(2), "elec_kwh": 0.0}]])
def test_one_month_or_no_use_has_no_trend(rows):
    assert of(*rows)["elec_use_trend"] is None


def test_winter_is_december_to_february_of_a_whole_year():
    use = [30.0, 20.0, *[5.0] * 9, 5.0]  # 55 of 100 in winter
    gas = [8.0, 0.0, *[0.0] * 9, 2.0]
    features = of(*year(elec_kwh=use, gas_m3=gas))
    assert features["elec_winter_share"] == pytest.approx(0.55)
    assert features["gas_winter_share"] == pytest.approx(1.0)


def test_a_year_with_a_gap_or_without_use_has_no_seasons():
    gap = of(*year(elec_kwh=10.0, gas_m3=1.0)[1:])
    unused = of(*year(elec_kwh=0.0, gas_m3=0.0))
    for features in (gap, unused):
        assert features["elec_winter_share"] is None
        assert features["gas_winter_share"] is None
        assert features["elec_recent_use_vs_season"] is None
        assert features["is_sharp_elec_use_drop"] is False


def test_period_shares_are_of_all_electricity():
    rows = [
        {"elec_kwh": 100.0, "elec_peak_kwh": 30.0, "elec_offpeak_kwh": 40.0},
        {"month": month(2), "elec_kwh": 100.0, "elec_peak_kwh": 10.0, "elec_offpeak_kwh": 80.0},
    ]
    features = of(*rows)
    assert features["elec_peak_share"] == pytest.approx(0.2)
    assert features["elec_offpeak_share"] == pytest.approx(0.6)
    unused = of({"elec_kwh": 0.0, "elec_peak_kwh": 0.0, "elec_offpeak_kwh": 0.0})
    assert unused["elec_peak_share"] is None
    assert unused["elec_offpeak_share"] is None


def test_the_weekend_share_is_of_all_electricity():
    # 20 and 70 of 100 and 200 kWh
    rows = [
        {"elec_kwh": 100.0, "elec_weekend_kwh": 20.0},
        {"month": month(2), "elec_kwh": 200.0, "elec_weekend_kwh": 70.0},
    ]
    assert of(*reversed(rows))["elec_weekend_share"] == pytest.approx(0.3)
    assert of({"elec_kwh": 0.0, "elec_weekend_kwh": 0.0})["elec_weekend_share"] is None


@pytest.mark.parametrize(("last", "drop"), [(25.0, False), (13.0, False), (12.0, True)])
def test_a_sharp_drop_is_less_than_half_of_what_the_season_says(last, drop):
    # of the year's 100 kWh, the neighbours use 25 in the last quarter and the customer ``last``
    rows = [
        {**row, "customer_id": customer}
        for customer, quarter in (("C1", 25.0), ("C2", 25.0), ("C3", last))
        for row in year(elec_kwh=[*[(100.0 - quarter) / 9] * 9, *[quarter / 3] * 3])
    ]
    customers = frame(silver.CUSTOMER, *({"customer_id": f"C{n}"} for n in (1, 2, 3)))
    result = market_dynamics(customers, frame(silver.CUSTOMER_MONTH, *rows), AS_OF).collect()
    assert result["elec_recent_use_vs_season"].to_list() == pytest.approx([1.0, 1.0, last / 25])
    assert result["is_sharp_elec_use_drop"].to_list() == [False, False, drop]


def test_the_season_is_that_of_the_customers_segment():
    customers = frame(
        silver.CUSTOMER, {"customer_id": "C1"}, {"customer_id": "C2", "segment": "SME"}
    )
    rows = [
        *({**row, "customer_id": "C1"} for row in year(elec_kwh=10.0)),
        *({**row, "customer_id": "C2"} for row in year(elec_kwh=[10.0] * 9 + [0.0] * 3)),
    ]
    result = market_dynamics(customers, frame(silver.CUSTOMER_MONTH, *rows), AS_OF).collect()
    # the only customer of a segment is the season; a season without use has no ratio
    assert result["elec_recent_use_vs_season"].to_list() == [1.0, None]


def test_the_last_observed_price_stands_against_the_market_of_its_month():
    def priced(customer, price, number=2, source="observed"):
        return {
            "customer_id": customer,
            "month": month(number),
            "elec_price_peak_eur_kwh": price,
            "elec_price_peak_source": source,
        }

    customers = frame(silver.CUSTOMER, *({"customer_id": f"C{n}"} for n in (1, 2, 3)))
    months = frame(
        silver.CUSTOMER_MONTH,
        priced("C1", 0.5, 1),
        priced("C1", 0.3),
        priced("C1", 0.9, 3, "customer_forward"),
        priced("C2", 0.2),
        priced("C3", 0.1),
    )
    # the median of February is 0.2
    result = market_dynamics(customers, months, AS_OF).collect()
    assert result["elec_price_vs_market"].to_list() == pytest.approx([0.5, 0.0, -0.5])


def test_the_last_move_of_the_price_has_a_size_and_an_age():
    features = of(*prices(0.20, None, 0.25, 0.2505, 0.20, 0.2005))
    # from April's 0.2505 to May's 0.20, set on 5 May 2024; June's 0.0005 does not count
    assert features["last_price_change"] == pytest.approx(0.20 / 0.2505 - 1)
    assert features["days_since_price_change"] == (AS_OF - date(2024, 5, 5)).days


@pytest.mark.parametrize("observed", [(), (0.2,), (0.2, 0.2), (0.2, None), (None, None)])
def test_a_price_that_never_moved_has_no_last_move(observed):
    features = of(*prices(*observed), customers=CUSTOMER)
    assert features["last_price_change"] is None
    assert features["days_since_price_change"] is None


def test_without_an_observed_price_there_is_no_place_in_the_market():
    assert of(*prices(None, None))["elec_price_vs_market"] is None


def test_margin_per_kwh_is_of_the_whole_window():
    rows = [
        {"elec_kwh": 100.0, "elec_margin_eur": 8.0},
        {"month": month(2), "elec_kwh": 0.0, "elec_margin_eur": -2.0},
    ]
    assert of(*rows)["elec_margin_eur_kwh"] == pytest.approx(0.06)
    assert of({"elec_kwh": 0.0})["elec_margin_eur_kwh"] is None


@pytest.mark.parametrize(
    ("margins", "streak"),
    [([1.0], 0), ([-1.0, 1.0], 0), ([1.0, -1.0, -2.0], 2), ([-1.0, 0.0, -1.0], 1), ([-1.0], 1)],
)
def test_losses_in_a_row_end_with_the_newest_month(margins, streak):
    rows = [{"month": month(n), "total_margin_eur": eur} for n, eur in enumerate(margins, 1)]
    assert of(*reversed(rows))["loss_streak_months"] == streak


def test_note_counts_pass_through():
    customers = frame(
        silver.CUSTOMER,
        {"interactions_last_30d": 1, "interactions_last_90d": 2, "interactions_last_365d": 5},
    )
    features = of({}, customers=customers)
    assert [features[f"interactions_last_{days}d"] for days in (30, 90, 365)] == [1, 2, 5]


@pytest.mark.parametrize(
    ("start", "change", "age", "into"),
    [
        (AS_OF - timedelta(300), AS_OF - timedelta(100), 300, 200),
        (AS_OF - timedelta(100), AS_OF - timedelta(300), 100, -200),
        (AS_OF - timedelta(100), None, 100, None),
        (None, AS_OF - timedelta(100), None, None),
    ],
)
def test_the_contract_has_an_age_and_the_last_change_a_place_in_it(start, change, age, into):
    customers = frame(
        silver.CUSTOMER, {"contract_start_date": start, "last_product_change_date": change}
    )
    features = of({}, customers=customers)
    months = [None if days is None else pytest.approx(days / 30.4375) for days in (age, into)]
    assert features["contract_age_months"] == months[0]
    assert features["product_change_into_contract_months"] == months[1]


def test_a_customer_without_months_keeps_what_the_contract_says():
    features = only_row(market_dynamics(CUSTOMER, NO_MONTHS, AS_OF))
    assert features["loss_streak_months"] == 0
    assert features["is_sharp_elec_use_drop"] is False
    assert features["contract_age_months"] == pytest.approx(
        (AS_OF - date(2024, 6, 1)).days / 30.4375
    )
    assert features["elec_margin_eur_kwh"] is None


kwh = st.floats(0, 1e5, allow_subnormal=False)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(kwh, kwh, kwh, kwh), min_size=1, max_size=12), st.floats(0, 1))
def test_shares_are_shares_whatever_was_used(rows, weekend_part):
    months = frame(
        silver.CUSTOMER_MONTH,
        *(
            {
                "month": month(number),
                "elec_kwh": peak + standard + offpeak,
                "elec_peak_kwh": peak,
                "elec_standard_kwh": standard,
                "elec_offpeak_kwh": offpeak,
                "elec_weekend_kwh": weekend_part * (peak + standard + offpeak),
                "gas_m3": gas,
            }
            for number, (peak, standard, offpeak, gas) in enumerate(rows, 1)
        ),
    )
    result = market_dynamics(CUSTOMER, months, AS_OF)
    verdict = gold.MARKET_DYNAMICS.judge(result)
    assert verdict.passed, verdict.explain()
    features = only_row(result)
    if sum(sum(row[:3]) for row in rows) > 0:
        assert features["elec_peak_share"] + features["elec_offpeak_share"] <= 1 + 1e-9
