"""Incidents: what belongs together, what is told when, and what is over."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.operations.alerts.advice import advice
from spanishgas_assets.operations.alerts.incidents import (
    GROUPING_SECONDS,
    IncidentLog,
    Kind,
    Observation,
)
from spanishgas_assets.operations.alerts.messages import compose

HOUR, DAY = 3600.0, 86_400.0
START = 1_736_150_400.0  # 2025-01-06 08:00 UTC


def seen(
    subject="bronze/customer: contract", scope="2025-01-06", *, healthy=False, at=START, **more
):
    return Observation(Kind.CHECK, subject, scope, healthy, "3 rows break it", at, **more)


def subjects(incidents):
    return [one.subject for one in incidents]


def test_an_incident_is_told_once():
    incidents = IncidentLog()
    incidents.record([seen(), seen(at=START + 1)])
    assert subjects(incidents.digest(START, DAY).opened) == ["bronze/customer: contract"]
    incidents.record([seen(at=START + HOUR)])
    assert not incidents.digest(START + HOUR, DAY)


def test_a_hundred_failing_months_are_one_incident():
    incidents = IncidentLog()
    incidents.record([seen(scope=f"month {number:03}") for number in range(100)])
    (incident,) = incidents.digest(START, DAY).opened
    assert len(incident.scopes) == 100


def test_a_hundred_failing_checks_are_one_message():
    incidents = IncidentLog()
    incidents.record([seen(subject=f"table {number:03}: contract") for number in range(100)])
    message = compose(incidents.digest(START, DAY), START, "http://ui")
    assert message.subject == "[SpanishGas] 100 new: Check failed: table 000: contract and others"
    assert "and 75 more" in message.text


def test_what_opens_right_after_a_message_waits_for_the_next():
    incidents = IncidentLog()
    incidents.record([seen("a")])
    incidents.digest(START, DAY)
    incidents.record([seen("b"), seen("c")])
    assert not incidents.digest(START + GROUPING_SECONDS - 1, DAY)
    assert subjects(incidents.digest(START + GROUPING_SECONDS, DAY).opened) == ["b", "c"]


def test_an_open_incident_is_told_again_on_schedule():
    incidents = IncidentLog()
    incidents.record([seen()])
    incidents.digest(START, DAY)
    assert not incidents.digest(START + DAY - 1, DAY)
    assert subjects(incidents.digest(START + DAY, DAY).reminded) == ["bronze/customer: contract"]
    assert not incidents.digest(START + DAY + HOUR, DAY)


def test_recovery_is_told_once_when_the_last_place_is_well():
    incidents = IncidentLog()
    incidents.record([seen(scope="2024-01-01"), seen(scope="2024-02-01")])
    incidents.digest(START, DAY)
    incidents.record([seen(scope="2024-02-01", healthy=True)])
    assert not incidents.digest(START + HOUR, DAY)
    incidents.record([seen(scope="2024-01-01", healthy=True, at=START + HOUR)])
    (over,) = incidents.digest(START + HOUR, DAY).recovered
    assert over.resolved_at == START + HOUR
    assert not incidents.digest(START + DAY, DAY)


def test_a_later_snapshot_ends_the_incident_of_an_earlier_one_and_a_month_does_not():
    incidents = IncidentLog()
    incidents.record([seen(), seen(scope="2025-01-13", healthy=True)])
    assert incidents.open
    incidents.record([seen(scope="2025-01-13", healthy=True, resolves_earlier=True)])
    assert not incidents.open


def test_what_opened_and_recovered_between_messages_is_still_told():
    incidents = IncidentLog()
    incidents.record([seen(), seen(healthy=True)])
    assert subjects(incidents.digest(START, DAY).recovered) == ["bronze/customer: contract"]


def test_the_message_links_to_run_and_asset():
    incidents = IncidentLog()
    incidents.record([seen(run_id="abc", asset="bronze/customer")])
    message = compose(incidents.digest(START, DAY), START, "https://ui.example/")
    assert message.subject == "[SpanishGas] Check failed: bronze/customer: contract"
    assert message.text == (
        "New (1)\n\n* Check failed: bronze/customer: contract\n  since 2025-01-06 08:00 UTC\n"
        "  2025-01-06: 3 rows break it\n"
        f"  What to do: {advice(Kind.CHECK, 'bronze/customer: contract')}\n"
        "  run: https://ui.example/runs/abc\n"
        "  asset: https://ui.example/assets/bronze/customer\n\nUI: https://ui.example\n"
    )
    assert '<a href="https://ui.example/runs/abc">run</a>' in message.html


def test_what_failures_say_cannot_break_the_page():
    incidents = IncidentLog()
    incidents.record([replace(seen(), message="<script>alert(1)</script>")])
    assert "<script>" not in compose(incidents.digest(START, DAY), START, "http://ui").html


@pytest.mark.parametrize(
    ("before", "state"), [(0.0, ""), (DAY, "still open: "), (-1.0, "recovered: ")]
)
def test_the_subject_says_the_state(before, state):
    incidents = IncidentLog()
    incidents.record([seen()])
    incidents.digest(START, DAY) if before else None
    if before < 0:
        incidents.record([seen(healthy=True)])
    message = compose(incidents.digest(START + abs(before) * DAY, DAY), START, "http://ui")
    assert message.subject == f"[SpanishGas] {state}Check failed: bronze/customer: contract"


looks = st.builds(
    lambda subject, scope, well: seen(subject, scope, healthy=well),
    st.sampled_from("ab"),
    st.sampled_from(["2024-01-01", "2024-02-01"]),
    st.booleans(),
)


@settings(max_examples=100)
@given(st.lists(looks, max_size=12))
def test_open_is_what_was_last_seen_open(observations):
    incidents = IncidentLog()
    incidents.record(observations)
    last = {(one.subject, one.scope): one.healthy for one in observations}
    assert {
        (incident.subject, scope)
        for incident in incidents.open.values()
        for scope in incident.scopes
    } == {where for where, well in last.items() if not well}
    assert IncidentLog.from_dict(incidents.to_dict()).to_dict() == incidents.to_dict()
