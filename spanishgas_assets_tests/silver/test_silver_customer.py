from datetime import date, timedelta

import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.customer import (
    customer_as_of,
    not_yet_customers,
    renewal_before_activation,
    unknown_channels,
)
from spanishgas_assets_tests.builders import AS_OF, frame, only_row, values

DAY_BEFORE = date(2025, 1, 5)
NO_NOTES = frame(bronze.INTERACTIONS).clear()


def seen(notes=NO_NOTES, **customer):
    return only_row(customer_as_of(frame(bronze.CUSTOMER, customer), notes, AS_OF))


@pytest.mark.parametrize(
    ("is_industrial", "power", "segment"),
    [
        (False, 4.6, "Residential"),
        (False, 15.0, "Residential"),
        (True, 5.75, "SME"),
        (True, 10.0, "SME"),
        (True, 10.1, "Corporate"),
        (True, 150.0, "Corporate"),
    ],
)
def test_segment_follows_from_supply_and_power(is_industrial, power, segment):
    customer = seen(is_industrial=is_industrial, contracted_power_kw=power)
    assert customer["segment"] == segment


@pytest.mark.parametrize(
    ("is_industrial", "is_second", "kind"),
    [
        (False, False, "Primary"),
        (False, True, "Second residence"),
        (True, False, None),
        (True, True, None),
    ],
)
def test_only_homes_have_a_residential_type(is_industrial, is_second, kind):
    customer = seen(is_industrial=is_industrial, is_second_residence=is_second)
    assert customer["residential_type"] == kind


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("presencial_comercial", "In-Person Commercial"),
        ("comparador", "Comparison Website"),
        ("oficina", "Office"),
        ("telemarketing", "Telemarketing"),
        ("web_propia", "Own Website"),
        ("desconocido", "Unknown"),
        ("unknown", "Unknown"),
        ("paloma_mensajera", "Unknown"),
    ],
)
def test_channels_read_in_english(spelling, name):
    assert seen(sales_channel=spelling)["sales_channel"] == name


def test_unknown_spellings_are_counted_and_the_known_unknowns_are_not():
    customers = frame(
        bronze.CUSTOMER,
        {"customer_id": "C1", "sales_channel": "paloma"},
        {"customer_id": "C2", "sales_channel": "paloma"},
        {"customer_id": "C3", "sales_channel": "buzon"},
        {"customer_id": "C4", "sales_channel": "desconocido"},
        {"customer_id": "C5", "sales_channel": "oficina"},
    )
    assert unknown_channels(customers).collect().rows() == [("buzon", 1), ("paloma", 2)]


def test_the_latest_note_before_the_snapshot_counts():
    notes = frame(
        bronze.INTERACTIONS,
        {"record": 1, "interaction_date": DAY_BEFORE, "customer_intent": "Billing / Payment"},
        {"record": 2, "interaction_date": AS_OF, "customer_intent": "Cancellation / Switch"},
        {"record": 3, "interaction_date": date(2024, 12, 1), "sentiment_label": "negative"},
    )
    customer = seen(notes)
    assert customer["last_interaction_date"] == DAY_BEFORE
    assert customer["customer_intent"] == "Billing / Payment"
    assert customer["sentiment_label"] == "neutral"
    assert customer["sentiment_negative"] == 0.1
    assert customer["sentiment_neutral"] == 0.7
    assert customer["sentiment_positive"] == 0.2


def test_of_two_notes_on_one_day_the_later_record_counts():
    notes = frame(
        bronze.INTERACTIONS,
        {"record": 9, "customer_intent": "Pricing Offers"},
        {"record": 10, "customer_intent": "Contract Renewal"},
        {"record": 2, "customer_intent": "Billing / Payment"},
    )
    assert seen(notes)["customer_intent"] == "Contract Renewal"


def test_a_customer_without_notes_has_none():
    customer = seen(frame(bronze.INTERACTIONS, {"customer_id": "C99999"}))
    assert customer["last_interaction_date"] is None
    assert customer["customer_intent"] is None
    assert customer["sentiment_label"] is None


def test_notes_are_counted_over_30_90_and_365_days_before_the_snapshot():
    days = [0, 1, 30, 31, 90, 91, 365, 366]
    notes = frame(
        bronze.INTERACTIONS,
        *(
            {"record": record, "interaction_date": AS_OF - timedelta(day)}
            for record, day in enumerate(days, 1)
        ),
    )
    customer = seen(notes)
    assert customer["interactions_last_30d"] == 2
    assert customer["interactions_last_90d"] == 4
    assert customer["interactions_last_365d"] == 6


@pytest.mark.parametrize("notes", [NO_NOTES, frame(bronze.INTERACTIONS, {"customer_id": "C99999"})])
def test_without_notes_the_counts_are_zero(notes):
    customer = seen(notes)
    assert [customer[f"interactions_last_{days}d"] for days in (30, 90, 365)] == [0, 0, 0]


@pytest.mark.parametrize("name", ["last_product_change_date", "contract_start_date"])
@pytest.mark.parametrize(("day", "known"), [(None, None), (DAY_BEFORE, DAY_BEFORE), (AS_OF, None)])
def test_a_change_or_a_start_is_known_the_day_after(name, day, known):
    assert seen(**{name: day})[name] == known


def test_a_renewal_before_the_activation_stays_and_is_returned():
    customers = frame(
        bronze.CUSTOMER,
        {"customer_id": "C1", "next_renewal_date": date(2020, 1, 5)},
        {"customer_id": "C2", "next_renewal_date": date(2020, 1, 6)},
    )
    known = customer_as_of(customers, NO_NOTES, AS_OF).collect()
    assert known["next_renewal_date"].to_list() == [date(2020, 1, 5), date(2020, 1, 6)]
    assert renewal_before_activation(known)["customer_id"].to_list() == ["C1"]


def test_a_customer_enters_the_day_after_the_first_activation():
    customers = frame(
        bronze.CUSTOMER,
        {"customer_id": "C1", "customer_first_activation_date": DAY_BEFORE},
        {"customer_id": "C2", "customer_first_activation_date": AS_OF},
        {"customer_id": "C3", "customer_first_activation_date": date(2025, 3, 1)},
    )
    assert values(customer_as_of(customers, NO_NOTES, AS_OF), "customer_id") == ["C1"]
    assert values(not_yet_customers(customers, AS_OF), "customer_id") == ["C2", "C3"]


def test_the_result_keeps_its_contract_and_holds_no_label():
    customers = frame(
        bronze.CUSTOMER, {}, {"customer_id": "C2", "is_industrial": True, "churn": None}
    )
    result = customer_as_of(customers, frame(bronze.INTERACTIONS, {}), AS_OF)
    assert silver.CUSTOMER.judge(result).passed
    assert "churn" not in result.collect_schema()
