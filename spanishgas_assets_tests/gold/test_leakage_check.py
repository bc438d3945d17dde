"""No row dated on or after the snapshot changes it: the audit says so, and finds the leaks."""

from datetime import date, timedelta

import polars as pl
import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.gold import snapshot as making
from spanishgas_assets.gold.checks import future_finding
from spanishgas_assets.gold.leakage_check import changed_features, with_false_future
from spanishgas_assets.gold.snapshot import Bronze, snapshot
from spanishgas_assets.silver import customer as silver_customer
from spanishgas_assets_tests.builders import AS_OF, frame, month

DAY_BEFORE = AS_OF - timedelta(1)


def retailer(notes=()):
    """Three customers with a year of months, one of whom is activated on the snapshot's day."""
    customers = ("C1", "C2", "C3")
    return Bronze(
        customer=frame(
            bronze.CUSTOMER,
            {"customer_id": "C1", "last_product_change_date": DAY_BEFORE},
            {
                "customer_id": "C2",
                "last_product_change_date": AS_OF,
                "contract_start_date": date(2025, 2, 1),
                "churn": None,
            },
            {"customer_id": "C3", "customer_first_activation_date": AS_OF, "churn": 1},
        ),
        interactions=frame(
            bronze.INTERACTIONS,
            *({"sentiment_backend": "lexicon", "intent_confidence": 1.0} | note for note in notes),
        ),
        months=frame(
            bronze.CUSTOMER_MONTH,
            *(
                {
                    "customer_id": customer,
                    "month": month(number),
                    "elec_kwh": 100.0 + number,
                    "elec_price_peak_eur_kwh": None if customer == "C2" else 0.2,
                }
                for customer in customers
                for number in range(1, 15)
            ),
        ),
        costs=frame(bronze.COST_MONTH, *({"month": month(number)} for number in range(1, 15))),
    )


NOTES = (
    {"record": 1, "customer_id": "C1", "interaction_date": DAY_BEFORE},
    {"record": 2, "customer_id": "C2", "interaction_date": AS_OF},
)


def audited(known=None):
    known = known or retailer(NOTES)
    return changed_features(
        snapshot(known, AS_OF).gold_master,
        snapshot(with_false_future(known, AS_OF), AS_OF).gold_master,
    )


@pytest.mark.parametrize("notes", [(), NOTES])
def test_a_false_future_changes_nothing(notes):
    assert audited(retailer(notes)) == {}


def test_the_false_future_is_false_and_the_past_is_not():
    known = retailer(NOTES)
    false = with_false_future(known, AS_OF)
    notes = false.interactions.collect()
    before = notes.filter(pl.col("interaction_date") < AS_OF)
    assert before.equals(known.interactions.filter(pl.col("interaction_date") < AS_OF).collect())
    assert set(notes.filter(pl.col("interaction_date") >= AS_OF)["sentiment_label"]) == {"negative"}
    months = false.months.filter(pl.col("customer_id").is_in(["C1", "C2", "C3"])).collect()
    past = months.filter(pl.col("month") < date(2025, 1, 1))
    assert past.equals(known.months.filter(pl.col("month") < date(2025, 1, 1)).collect())
    assert months.filter(pl.col("month") >= date(2025, 1, 1))["elec_kwh"].min() == 113_000.0
    customer = false.customer.collect()
    assert customer["churn"].to_list()[:3] == [1, 1, 0]
    assert customer["contracted_power_kw"].to_list()[:3] == [4.6, 4.6, 4600.0]
    assert customer["last_product_change_date"].to_list()[:2] == [
        DAY_BEFORE,
        AS_OF + timedelta(17),
    ]


def test_a_label_of_an_earlier_day_stays_and_one_of_the_snapshot_is_turned_round():
    known = retailer()
    dated = Bronze(
        known.customer.with_columns(
            churn=pl.lit(1), label_date=pl.Series([DAY_BEFORE, AS_OF, None], dtype=pl.Date)
        ),
        known.interactions,
        known.months,
        known.costs,
    )
    false = with_false_future(dated, AS_OF).customer.collect()
    labels = false.filter(pl.col("customer_id").is_in(["C1", "C2", "C3"])).sort("customer_id")
    assert labels["churn"].to_list() == [1, 0, 0]


def test_future_months_are_made_where_the_source_has_none():
    known = retailer()
    before = pl.col("month") < date(2025, 1, 1)
    cut = Bronze(
        known.customer, known.interactions, known.months.filter(before), known.costs.filter(before)
    )
    false = with_false_future(cut, AS_OF)
    later = false.months.filter(pl.col("month") == date(2025, 1, 1)).collect()
    assert later["elec_kwh"].to_list() == [112_000.0] * 3
    assert false.costs.filter(~before).collect().height == 1


@pytest.mark.parametrize(
    ("module", "name", "leaky", "betrayed"),
    [
        (making, "trailing_year", lambda months, as_of: months, "total_elec_12m_kwh"),
        (
            silver_customer,
            "latest_interaction",
            lambda notes, as_of: _latest(notes, as_of + timedelta(3)),
            "customer_intent",
        ),
        (
            silver_customer,
            "interaction_counts",
            lambda notes, as_of: _counts(notes, as_of + timedelta(3)),
            "interactions_last_30d",
        ),
        (silver_customer, "_activates_later", lambda as_of: pl.lit(value=False), "customer_id"),
        (silver_customer, "_PAST_DATES", (), "contract_age_months"),
    ],
)
def test_a_leak_is_found_and_named(monkeypatch, module, name, leaky, betrayed):
    monkeypatch.setattr(module, name, leaky)
    assert betrayed in audited()


_latest = silver_customer.latest_interaction
_counts = silver_customer.interaction_counts


def test_the_finding_names_the_features_and_counts_the_customers():
    stored = pl.DataFrame({"customer_id": ["C1", "C2"], "a": [1, None], "b": [1.0, 2.0]})
    again = pl.DataFrame({"customer_id": ["C1", "C3"], "a": [None, 1], "b": [1.0, 9.0]})
    assert changed_features(stored, stored.clone()) == {}
    assert changed_features(stored, again) == {"customer_id": 2, "a": 1}
    finding = future_finding(stored, again)
    assert not finding.passed
    assert "a (1 customers)" in finding.description
    assert future_finding(stored, stored.clone()).passed
