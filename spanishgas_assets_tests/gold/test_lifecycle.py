from datetime import timedelta

import pytest

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.lifecycle import lifecycle
from spanishgas_assets.silver import tables as silver
from spanishgas_assets_tests.builders import AS_OF, frame, month, only_row

NO_MONTHS = frame(silver.CUSTOMER_MONTH).clear()


def of(months=NO_MONTHS, **customer):
    return only_row(lifecycle(frame(silver.CUSTOMER, customer), months, AS_OF))


@pytest.mark.parametrize(
    ("days", "bucket", "near", "expired"),
    [
        (-30, "expired", False, True),
        (-1, "expired", False, True),
        (0, "expired", True, True),
        (1, "0-3m", True, False),
        (91, "0-3m", True, False),  # 2.99 months
        (92, "3-6m", False, False),  # 3.02 months
        (182, "3-6m", False, False),  # 5.98
        (183, "6-12m", False, False),  # 6.01
        (365, "6-12m", False, False),  # 11.99
        (366, "12m+", False, False),  # 12.02
    ],
)
def test_renewal_falls_in_a_bucket_closed_on_the_right(days, bucket, near, expired):
    features = of(next_renewal_date=AS_OF + timedelta(days))
    assert features["months_to_renewal"] == pytest.approx(days / 30.4375)
    assert features["renewal_bucket"] == bucket
    assert features["is_within_3m_of_renewal"] is near
    assert features["is_expired_contract"] is expired


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "0-6m"),
        (1, "0-6m"),
        (182, "0-6m"),
        (183, "6-12m"),
        (365, "6-12m"),
        (366, "1-2y"),
        (730, "1-2y"),
        (731, "2-5y"),
        (1826, "2-5y"),  # 59.99 months
        (1827, "5y+"),  # 60.02
        (9000, "5y+"),
    ],
)
def test_tenure_falls_in_a_bucket_closed_on_the_right(days, bucket):
    features = of(customer_first_activation_date=AS_OF - timedelta(days))
    assert features["tenure_months"] == pytest.approx(days / 30.4375)
    assert features["tenure_bucket"] == bucket


@pytest.mark.parametrize(
    ("uses", "dual"),
    [
        ([(100.0, 0.0)], False),
        ([(0.0, 20.0)], False),
        ([(100.0, 20.0)], True),
        ([(100.0, 0.0), (0.0, 20.0)], True),
        ([], False),
    ],
)
def test_dual_fuel_is_both_fuels_in_the_window(uses, dual):
    months = frame(
        silver.CUSTOMER_MONTH,
        *(
            {"month": month(number), "elec_kwh": elec, "gas_m3": gas}
            for number, (elec, gas) in enumerate(uses, 1)
        ),
    )
    features = of(months, segment="SME")
    assert features["is_dual_fuel"] is dual
    assert features["portfolio_type"] == ("SME_DualFuel" if dual else "SME_SingleFuel")


@pytest.mark.parametrize(
    ("channel", "digital", "comparison", "own"),
    [
        ("Comparison Website", True, True, False),
        ("Own Website", True, False, True),
        ("Office", False, False, False),
        ("Unknown", False, False, False),
    ],
)
def test_channel_flags(channel, digital, comparison, own):
    features = of(sales_channel=channel)
    assert features["sales_channel"] == channel
    assert features["is_digital_channel"] is digital
    assert features["is_comparison_channel"] is comparison
    assert features["is_own_website_channel"] is own


def test_attributes_pass_through():
    features = of(segment="Corporate", is_high_competition_province=True, is_second_residence=True)
    assert features["segment"] == "Corporate"
    assert features["is_high_competition_province"] is True
    assert features["is_second_residence"] is True


def test_the_tier_keeps_its_contract():
    customers = frame(silver.CUSTOMER, {}, {"customer_id": "C2"})
    verdict = gold.LIFECYCLE.judge(lifecycle(customers, frame(silver.CUSTOMER_MONTH, {}), AS_OF))
    assert verdict.passed, verdict.explain()
    assert verdict.rows == 2
