"""The form in which a caller records what became of a call."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import streamlit as st

from spanishgas_assets.dashboard.drafts import Draft
from spanishgas_assets.dashboard.screens.page_context import Page, now, told
from spanishgas_assets.dashboard.screens.sign_in import count_click, leave_if_over
from spanishgas_assets.retention.recorded_outcomes import (
    RESULTS,
    Outcome,
    OutcomeConflictError,
)
from spanishgas_assets.text.pii import redact_text

_LONGEST_NOTE = 500
#: Names the customer whose fields were filled from a draft.
_RESTORED = "restored"


def _outcomes_of(outcomes: Sequence[Outcome], customer_id: str) -> list[Outcome]:
    return [one for one in outcomes if one.customer_id == customer_id]


@st.fragment
def record_form(page: Page, decision: dict[str, Any]) -> None:
    """Draw the form for what became of a call, and what is recorded of the offer.

    The fields are no ``st.form``, whose values reach the server with its button alone: what is
    entered has to be kept when the session ends before that. They are a fragment with their button,
    since a click that follows a change at once has to belong to the same part of the page.

    Args:
        page: where it is drawn.
        decision: the customer's row of the recommendations, with an offer.
    """
    leave_if_over(page.settings)
    with told(page.words):
        _draw(page, decision)


def _draw(page: Page, decision: dict[str, Any]) -> None:
    words, customer_id = page.words, decision["customer_id"]
    st.subheader(words("record.title"))
    with st.container(border=True):
        result, note = _entry(page, customer_id)
        sent = st.button(words("record.button"), type="primary", key=f"record-{customer_id}")
    seen_key = f"seen-{customer_id}"
    if sent and result is None:
        st.warning(words("record.missing"))
    elif sent:
        count_click(page.settings)
        _record(page, decision, str(result), note, st.session_state[seen_key])
    history = _outcomes_of(page.records.outcomes(page.snapshot), customer_id)
    st.session_state[seen_key] = len(history)
    _history(page, history)


def _entry(page: Page, customer_id: str) -> tuple[str | None, str]:
    """Draw what is to be filled in; each change is kept, also after the session has ended."""
    words = page.words
    result_key, note_key = _keys(customer_id)
    if note_key not in st.session_state:
        draft = page.drafts.of(page.viewer.name, customer_id)
        st.session_state[result_key] = draft.result if draft else None
        st.session_state[note_key] = draft.note if draft else ""
        st.session_state[_RESTORED] = customer_id if draft else None
    result = st.radio(
        words("record.choose"),
        RESULTS,
        horizontal=True,
        format_func=lambda one: words(f"record.{one}"),
        key=result_key,
        on_change=_keep_draft,
        args=(page, customer_id),
    )
    note = st.text_input(
        words("record.note"),
        max_chars=_LONGEST_NOTE,
        key=note_key,
        on_change=_keep_draft,
        args=(page, customer_id),
    )
    if st.session_state.get(_RESTORED) == customer_id:
        st.caption(words("record.restored"))
    return result, note


def _keep_draft(page: Page, customer_id: str) -> None:
    result, note = (st.session_state[key] for key in _keys(customer_id))
    count_click(page.settings)
    page.drafts.keep(Draft(page.viewer.name, customer_id, result, note, now()))


def _keys(customer_id: str) -> tuple[str, str]:
    return f"result-{customer_id}", f"note-{customer_id}"


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
        last = _outcomes_of(page.records.outcomes(page.snapshot), customer_id)[-1]
        st.warning(
            words(
                "record.conflict",
                by=last.by,
                result=words(f"record.{last.result}"),
                customer=customer_id,
            )
        )
        return
    page.drafts.forget(page.viewer.name, customer_id)
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
