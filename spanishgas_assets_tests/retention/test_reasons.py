"""Reasons: contributions told as what a person can say."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS, features
from spanishgas_assets.retention.column_values import BLOCK_REASONS, NO_OFFER_DUE
from spanishgas_assets.retention.reason_inputs import customer_figures, figures
from spanishgas_assets.retention.reasons import _book, block_texts, customer_reasons, topic_sums
from spanishgas_assets_tests.retention.customers import gold_master


def provinces(*codes):
    return pl.LazyFrame(
        {"customer_id": [f"C{n}" for n in range(1, len(codes) + 1)], "province_code": codes}
    )


def told(customer, top=3, **contributions):
    values = {name: [value] for name, value in contributions.items()}
    wide = pl.LazyFrame({"customer_id": ["C1"], **values, "bias": [-2.0]})
    known = customer_figures(gold_master({"customer_id": "C1"} | customer), provinces(28))
    return customer_reasons(wide, known, top).collect().row(0, named=True)


def reasons(customer, top=3, **contributions):
    """Codes and English sentences."""
    row = told(customer, top, **contributions)
    return row["reason_codes"], row["reasons"]


def test_the_strongest_reasons_come_first_with_the_customers_own_figures():
    assert reasons(
        {
            "days_to_renewal": 41,
            "is_within_3m_of_renewal": True,
            "tenure_months": 14.4,
            "elec_price_trend_12m": 0.0631,
            "is_price_increase": True,
        },
        months_to_renewal=0.4,
        renewal_bucket=0.5,
        tenure_months=0.2,
        elec_price_trend_12m=0.7,
        sales_channel=0.1,
    ) == (
        "renewal_near,price_rise,short_tenure",
        (
            "Renews in 41 days; Electricity price up 6.3% in twelve months; "
            "Customer for only 1.2 years"
        ),
    )


def test_spanish_has_its_own_words_and_a_decimal_comma():
    note = {"has_interaction": True, "last_interaction_days_ago": 9, "customer_intent": "Other"}
    row = told(
        {"elec_price_trend_12m": 0.0631, "is_price_increase": True}
        | note
        | {"customer_intent": "Billing / Payment"},
        elec_price_trend_12m=0.7,
        customer_intent=0.6,
        sales_channel=0.5,
    )
    assert row["reasons_es"] == (
        "Su precio de la luz subió un 6,3 % en doce meses; "
        "Nos contactó hace 9 días (facturas y pagos); Llegó por el canal oficina"
    )


def test_a_price_is_held_against_the_provinces_median():
    spread = "elec_price_vs_province_cost_spread_eur_kwh"
    gold = gold_master(
        *(
            {"customer_id": f"C{n}", spread: value, "elec_price_last_eur_kwh": value + 0.05}
            for n, value in enumerate([0.05, 0.05, 0.058, 0.95], 1)
        )
    )
    wide = pl.LazyFrame({"customer_id": [f"C{n}" for n in range(1, 5)], spread: 0.1})
    rows = customer_reasons(wide, customer_figures(gold, provinces(28, 28, 28, 8))).collect()
    assert rows["reasons"].to_list() == [
        "Pays 5.0 cents/kWh above the province's energy cost",
        "Pays 5.0 cents/kWh above the province's energy cost",
        "Pays 8.0% above the province's median price of electricity",
        # alone in the province: its price is the median
        "Pays 95.0 cents/kWh above the province's energy cost",
    ]


def test_only_what_raises_the_score_is_a_reason():
    codes, _ = reasons({}, sales_channel=0.1, tenure_months=-2.0, months_to_renewal=0.0)
    assert codes == "sales_channel"


def test_features_of_one_reason_are_summed_before_they_are_ranked():
    codes, _ = reasons({}, months_to_renewal=0.5, renewal_bucket=-0.6, tenure_months=0.1)
    assert codes == "tenure"


def test_a_customer_whom_nothing_raises_is_monitored():
    assert reasons({}, tenure_months=-1.0) == (
        "low_risk_monitoring",
        "Nothing known raises this customer's risk",
    )


def test_an_unknown_feature_is_other():
    assert reasons({}, moon_phase=0.3) == ("other", "Other signals of the model")


def test_as_many_reasons_are_told_as_asked_for():
    assert reasons({}, top=1, tenure_months=0.1, sales_channel=0.2)[0] == "sales_channel"


def test_equal_strengths_are_told_in_the_order_of_their_names():
    assert reasons({}, tenure_months=0.1, sales_channel=0.1)[0] == "sales_channel,tenure"


def test_two_topics_with_the_same_reason_are_one():
    note = {"has_interaction": True, "last_interaction_days_ago": 9, "customer_intent": "Other"}
    assert reasons(note, has_interaction=0.1, sentiment_label=0.2, tenure_months=0.25) == (
        "recent_contact,tenure",
        "Contacted us 9 days ago (Other); Customer for 5.0 years",
    )


@pytest.mark.parametrize(
    ("customer", "feature", "code", "text"),
    [
        (
            {"days_to_renewal": -15, "is_expired_contract": True},
            "months_to_renewal",
            "contract_expired",
            "Renewal date passed 15 days ago",
        ),
        ({"days_to_renewal": 244}, "renewal_bucket", "renewal_later", "Renews in 244 days"),
        (
            {"is_complaint_intent": True, "last_interaction_days_ago": 12},
            "intent_severity_score",
            "complaint",
            "Complained 12 days ago",
        ),
        (
            {"is_cancellation_intent": True, "last_interaction_days_ago": 3},
            "recent_complaint_flag",
            "cancellation_talk",
            "Spoke of leaving 3 days ago",
        ),
        ({}, "customer_intent", "no_contact", "Has not been in touch"),
        (
            {"is_negative_sentiment": True},
            "sentiment_label",
            "negative_sentiment",
            "Was in a negative mood at the last contact",
        ),
        (
            {
                "elec_price_vs_province_cost_spread_eur_kwh": 0.0512,
                "elec_price_last_eur_kwh": 0.1512,
            },
            "elec_price_vs_province_cost_spread_eur_kwh",
            "price_above_cost",
            "Pays 5.1 cents/kWh above the province's energy cost",
        ),
        (
            {"is_high_competition_province": True},
            "is_competition_x_renewal",
            "competition",
            "Strong competition in the province",
        ),
        ({}, "is_competition_x_renewal", "other", "Other signals of the model"),
        (
            {"months_since_last_change": 7.43},
            "months_since_last_change",
            "product_change",
            "Changed product 7.4 months ago",
        ),
        ({}, "months_since_last_change", "product_unchanged", "Never changed product"),
        (
            {"loss_months_count": 3},
            "std_margin_eur",
            "loss_months",
            "Brought a loss in 3 of 12 months",
        ),
        (
            {"gas_price_trend_12m": 0.02},
            "gas_price_trend_12m",
            "gas_price_rise",
            "Gas price up 2.0% in twelve months",
        ),
        (
            {"is_comparison_channel": True},
            "sales_channel",
            "comparison_channel",
            "Came through a comparison website",
        ),
        # without its figure a sentence cannot be said
        ({}, "price_update_count", "price_changes", "Other signals of the model"),
    ],
)
def test_a_reason_is_what_is_true_for_the_customer(customer, feature, code, text):
    assert reasons(customer, **{feature: 1.0}) == (code, text)


def test_low_use_is_less_than_half_of_the_customers_use():
    gold = gold_master(
        *({"customer_id": f"C{n}", "avg_monthly_elec_kwh": 100.0 * n} for n in (1, 2, 3))
    )
    wide = pl.LazyFrame({"customer_id": ["C3", "C2", "C1"], "total_elec_12m_kwh": 0.1})
    known = customer_figures(gold, provinces(28, 28, 28))
    rows = customer_reasons(wide, known).select("customer_id", "reason_codes", "reasons")
    assert rows.collect().rows() == [
        ("C1", "low_use", "Uses little: 100 kWh of electricity a month"),
        ("C2", "energy_use", "Uses 200 kWh of electricity a month"),
        ("C3", "energy_use", "Uses 300 kWh of electricity a month"),
    ]


def test_every_feature_belongs_to_one_topic():
    mapped = [name for topic in _book()["topics"].values() for name in topic["features"]]
    assert sorted(mapped) == sorted(name for tier in TIERS for name in features(tier))


def test_every_reason_has_a_text_and_every_text_a_reason():
    codes = {reason["code"] for topic in _book()["topics"].values() for reason in topic["reasons"]}
    assert codes | {"low_risk_monitoring"} == set(_book()["texts"])


def test_every_block_has_a_text_in_both_languages():
    assert set(block_texts()) == set(BLOCK_REASONS) - {NO_OFFER_DUE}
    texts = [*block_texts().values(), *_book()["texts"].values()]
    assert all(set(text) == {"en", "es"} for text in texts)


def test_both_languages_quote_the_same_figures():
    for code, text in _book()["texts"].items():
        quoted = [sorted(re.findall(r"{(\w+)}", text[language])) for language in ("en", "es")]
        assert quoted[0] == quoted[1], code


def test_topics_add_up_to_what_the_features_add_up_to():
    wide = pl.LazyFrame({"customer_id": ["C1"], "tenure_months": 0.4, "x": -0.1, "bias": -2.0})
    sums = topic_sums(wide).collect().row(0)[1:]
    assert sum(sums) == pytest.approx(0.3)


def test_the_book_speaks_only_of_known_figures():
    known = set(GOLD_MASTER.columns) | set(figures())
    texts = _book()["texts"].values()
    asked = {name for text in texts for name in re.findall(r"{(\w+)}", text["en"])}
    for topic in _book()["topics"].values():
        *conditional, last = topic["reasons"]
        assert "when" not in last
        asked |= {reason["when"] for reason in conditional}
    assert asked <= known


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_every_customer_has_a_reason_and_no_reason_lowers_the_score(values):
    names = ["tenure_months", "sales_channel", "months_to_renewal", "renewal_bucket"]
    codes = reasons({}, top=9, **dict(zip(names, values, strict=True)))[0].split(",")
    strength = {
        "tenure": values[0],
        "sales_channel": values[1],
        "renewal_later": values[2] + values[3],
    }
    raising = {code for code, value in strength.items() if value > 0}
    assert set(codes) == (raising or {"low_risk_monitoring"})
