"""The form in which a caller records what became of a call."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import streamlit as st

from spanishgas_assets.dashboard.screens.page_context import Page, now
from spanishgas_assets.retention.recorded_outcomes import (
    RESULTS,
    Outcome,
    OutcomeConflictError,
)
from spanishgas_assets.text.pii import redact_text

_LONGEST_NOTE = 500


def outcomes_of(outcomes: Sequence[Outcome], customer_id: str) -> list[Outcome]:
    """Return a customer's outcomes, oldest first."""
    return [one for one in outcomes if one.customer_id == customer_id]


def record_form(page: Page, decision: dict[str, Any], history: Sequence[Outcome]) -> None:
    """Draw what is recorded of an offer and the form for the next entry.

    Args:
        page: where it is drawn.
        decision: the customer's row of the recommendations, with an offer.
        history: the customer's outcomes.
    """
    words, customer_id = page.words, decision["customer_id"]
    st.subheader(words("record.title"))
    with st.form(f"record-{customer_id}", clear_on_submit=False):
        result = st.radio(
            words("record.choose"),
            RESULTS,
            index=None,
            horizontal=True,
            format_func=lambda one: words(f"record.{one}"),
            key=f"result-{customer_id}",
        )
        note = st.text_input(
            words("record.note"), max_chars=_LONGEST_NOTE, key=f"note-{customer_id}"
        )
        sent = st.form_submit_button(words("record.button"), type="primary")
    seen_key = f"seen-{customer_id}"
    if sent and result is None:
        st.warning(words("record.missing"))
    elif sent:
        seen = st.session_state.get(seen_key, len(history))
        _record(page, decision, str(result), note, seen)
    history = outcomes_of(page.records.outcomes(page.snapshot), customer_id)
    st.session_state[seen_key] = len(history)
    _history(page, history)


def _record(page: Page, decision: dict[str, Any], result: str, note: str, seen: int) -> None:
    words, customer_id = page.words, decision["customer_id"]
    kept_note = redact_text(note) if note else ""
    outcome = Outcome(
        entry=uuid4().hex,
        customer_id=customer_id,
        snapshot=page.snapshot,
        publication=page.frames.publication.number,
        offer=decision["action"],
        channel=decision["channel"],
        result=result,
        note=kept_note,
        by=page.viewer.name,
        at=now(),
    )
    said = {"customer": customer_id, "result": words(f"record.{result}")}
    try:
        stored = page.records.record(outcome, seen)
    except OutcomeConflictError:
        last = outcomes_of(page.records.outcomes(page.snapshot), customer_id)[-1]
        st.warning(
            words(
                "record.conflict",
                by=last.by,
                result=words(f"record.{last.result}"),
                customer=customer_id,
            )
        )
        return
    if stored:
        st.success(words("record.saved", **said))
    else:
        st.warning(words("record.kept", **said))
    if kept_note != note:
        st.info(words("record.redacted", note=kept_note))


def _history(page: Page, history: Sequence[Outcome]) -> None:
    words = page.words
    st.markdown(f"**{words('record.history')}**")
    if not history:
        st.caption(words("record.nothing"))
    for one in reversed(history):
        when = one.at[:16].replace("T", " ")
        said = f"{when} UTC · {one.by} · {words(f'record.{one.result}')}"
        st.text(f"{said} · {one.note}" if one.note else said)
