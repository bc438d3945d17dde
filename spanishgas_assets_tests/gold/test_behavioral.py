from datetime import timedelta

import pytest

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.behavioral import behavioral
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.text.vocabulary import INTENTS
from spanishgas_assets_tests.builders import AS_OF, frame, only_row

WEEK_AGO = AS_OF - timedelta(7)


def of(**customer):
    return only_row(behavioral(frame(silver.CUSTOMER, customer), AS_OF))


def note(intent="Contract Renewal", **customer):
    return of(**{"last_interaction_date": WEEK_AGO, "customer_intent": intent} | customer)


def test_a_customer_without_a_note_said_nothing():
    features = of()
    assert features == {
        "customer_id": "C00001",
        "has_interaction": False,
        "customer_intent": None,
        "is_cancellation_intent": False,
        "is_complaint_intent": False,
        "recent_complaint_flag": False,
        "intent_severity_score": 0,
        "last_interaction_days_ago": None,
        "interaction_within_3m_of_renewal": False,
        "is_interaction_within_30d_of_renewal": False,
        "complaint_near_renewal": False,
        "months_since_last_change": None,
    }


def test_a_note_has_an_age_and_an_intent():
    features = note()
    assert features["has_interaction"] is True
    assert features["last_interaction_days_ago"] == 7
    assert features["customer_intent"] == "Contract Renewal"


@pytest.mark.parametrize("intent", INTENTS)
def test_intent_flags_and_severity(intent):
    features = note(intent)
    cancels = intent == "Cancellation / Switch"
    complains = intent == "Complaint / Escalation"
    severity = {
        "Cancellation / Switch": 3,
        "Complaint / Escalation": 2,
        "Pricing Offers": 1,
    }.get(intent, 0)
    assert features["is_cancellation_intent"] is cancels
    assert features["is_complaint_intent"] is complains
    assert features["recent_complaint_flag"] is (cancels or complains)
    assert features["intent_severity_score"] == severity


@pytest.mark.parametrize(
    ("days", "within_3m", "within_30d"),
    [
        (-1, False, False),
        (0, True, True),
        (30, True, True),
        (31, True, False),
        (91, True, False),
        (92, False, False),
    ],
)
def test_a_note_is_near_the_renewal_that_follows_it(days, within_3m, within_30d):
    renewal = WEEK_AGO + timedelta(days)
    features = note("Complaint / Escalation", next_renewal_date=renewal)
    assert features["interaction_within_3m_of_renewal"] is within_3m
    assert features["is_interaction_within_30d_of_renewal"] is within_30d
    assert features["complaint_near_renewal"] is within_3m
    calm = note("Contract Renewal", next_renewal_date=renewal)
    assert calm["complaint_near_renewal"] is False


def test_months_since_the_last_product_change():
    features = of(last_product_change_date=AS_OF - timedelta(60))
    assert features["months_since_last_change"] == pytest.approx(60 / 30.4375)


def test_the_tier_keeps_its_contract():
    customers = frame(
        silver.CUSTOMER,
        {},
        {
            "customer_id": "C2",
            "last_interaction_date": WEEK_AGO,
            "customer_intent": "Pricing Offers",
            "last_product_change_date": WEEK_AGO,
        },
    )
    verdict = gold.BEHAVIORAL.judge(behavioral(customers, AS_OF))
    assert verdict.passed, verdict.explain()
