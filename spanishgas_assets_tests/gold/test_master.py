import random
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.master import gold_master
from spanishgas_assets.gold.snapshot import feature_tiers
from spanishgas_assets.partitions import trailing_year
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.text.vocabulary import INTENTS
from spanishgas_assets_tests.builders import AS_OF, frame, month, only_row, values

PRICES = st.sampled_from(
    [(None, None), (0.1, "observed"), (0.2, "observed"), (0.3, "segment_month")]
)


def tiers(customers, months):
    """Every tier of the customers, in the order of ``gold.TIERS``."""
    return [tier.lazy() for tier in feature_tiers(customers, months, AS_OF).values()]


def master(customers, months):
    return gold_master(tiers(customers, months), customers, months, AS_OF)


@st.composite
def customer_rows(draw):
    """Up to four customers, with or without a note."""
    rows = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        row = {
            "customer_id": f"C{number}",
            "province_code": draw(st.sampled_from([8, 28])),
            "next_renewal_date": AS_OF + timedelta(draw(st.integers(-40, 400))),
            "customer_first_activation_date": AS_OF - timedelta(draw(st.integers(1, 5000))),
        }
        if draw(st.booleans()):
            row |= {
                "last_interaction_date": AS_OF - timedelta(draw(st.integers(1, 90))),
                "customer_intent": draw(st.sampled_from(INTENTS)),
                "sentiment_label": "negative",
            }
        rows.append(row)
    return rows


@st.composite
def month_rows(draw):
    """Months of some of four customers, some of them after the snapshot."""
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(["C1", "C2", "C3", "C4"]), st.integers(1, 14)),
            max_size=20,
            unique=True,
        )
    )
    rows = []
    for customer, number in keys:
        price, source = draw(PRICES)
        rows.append(
            {
                "customer_id": customer,
                "month": month(number),
                "elec_kwh": draw(st.sampled_from([0.0, 10.0, 250.0])),
                "gas_m3": draw(st.sampled_from([0.0, 30.0])),
                "elec_price_peak_eur_kwh": price,
                "elec_price_peak_source": source,
                "elec_energy_cost_eur_kwh": 0.07 + number / 1000,
                "total_margin_eur": draw(st.sampled_from([-5.0, 0.0, 8.5])),
            }
        )
    return rows


def test_the_master_holds_each_tier_and_the_money():
    customers = frame(silver.CUSTOMER, {})
    months = frame(
        silver.CUSTOMER_MONTH,
        {"month": month(1), "total_margin_eur": 8.0},
        {"month": month(2), "total_margin_eur": -3.0},
    )
    row = only_row(master(customers, months))
    assert row["avg_monthly_margin_eur"] == 2.5
    assert row["total_margin_12m_eur"] == 5.0
    for tier in tiers(customers, months):
        assert only_row(tier).items() <= row.items()


def test_the_master_holds_days_to_renewal_and_the_last_observed_price():
    customers = frame(silver.CUSTOMER, {"next_renewal_date": AS_OF - timedelta(3)})
    months = frame(
        silver.CUSTOMER_MONTH,
        {"month": month(1), "elec_price_peak_eur_kwh": 0.30},
        {"month": month(2), "elec_price_peak_eur_kwh": 0.25},
        {
            "month": month(3),
            "elec_price_peak_eur_kwh": 0.99,
            "elec_price_peak_source": "segment_month",
        },
    )
    row = only_row(master(customers, months))
    assert (row["days_to_renewal"], row["elec_price_last_eur_kwh"]) == (-3, 0.25)
    unused = only_row(master(customers, frame(silver.CUSTOMER_MONTH).clear()))
    assert unused["elec_price_last_eur_kwh"] is None


def test_a_customer_without_months_has_a_margin_of_zero():
    row = only_row(master(frame(silver.CUSTOMER, {}), frame(silver.CUSTOMER_MONTH).clear()))
    assert row["avg_monthly_margin_eur"] == 0.0
    assert row["total_margin_12m_eur"] == 0.0


def test_a_customer_twice_in_a_tier_is_refused():
    customers = frame(silver.CUSTOMER, {})
    months = frame(silver.CUSTOMER_MONTH, {})
    first, second, *rest = tiers(customers, months)
    twice = pl.concat([second, second])
    with pytest.raises(pl.exceptions.ComputeError, match="1:1"):
        gold_master([first, twice, *rest], customers, months, AS_OF).collect()


@settings(max_examples=15, deadline=None)
@given(customer_rows(), month_rows())
def test_each_table_keeps_its_contract_with_one_row_per_customer(customers, months):
    known = frame(silver.CUSTOMER, *customers)
    window = trailing_year(frame(silver.CUSTOMER_MONTH, *months), AS_OF)
    built = [*tiers(known, window), master(known, window)]
    for table, result in zip([*gold.TIERS.values(), gold.GOLD_MASTER], built, strict=True):
        assert values(result, "customer_id") == [row["customer_id"] for row in customers]
        verdict = table.judge(result)
        assert verdict.passed, f"{table.title}: {verdict.explain()}"


@settings(max_examples=15, deadline=None)
@given(customer_rows(), month_rows(), st.randoms())
def test_neither_row_order_nor_later_months_change_a_feature(
    customers, months, shuffled: random.Random
):
    before = [row for row in months if row["month"] < AS_OF.replace(day=1)]
    expected = master(frame(silver.CUSTOMER, *customers), frame(silver.CUSTOMER_MONTH, *before))
    shuffled.shuffle(customers)
    shuffled.shuffle(months)
    cut = trailing_year(frame(silver.CUSTOMER_MONTH, *months), AS_OF)
    assert_frame_equal(
        master(frame(silver.CUSTOMER, *customers), cut).collect(), expected.collect()
    )
