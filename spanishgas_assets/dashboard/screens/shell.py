"""What surrounds every page: sign-in, navigation, the strip, and errors as sentences."""

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import streamlit as st

from spanishgas_assets.dashboard.page_texts import LANGUAGES, Words
from spanishgas_assets.dashboard.screens import (
    access_screen,
    customer_screen,
    data_screen,
    day_calls,
    drift_screen,
    model_screen,
    pipeline_screen,
    recommended_screen,
    this_week,
    trial_screen,
    withheld_screen,
)
from spanishgas_assets.dashboard.screens.page_context import LANGUAGE, Page, Viewer, service, told
from spanishgas_assets.dashboard.screens.sign_in import sign_out, viewer_of
from spanishgas_assets.dashboard.state_of_data import state_of_data
from spanishgas_assets.dashboard.users import CALLER, DATA, MANAGEMENT, MANAGER, NOBODY
from spanishgas_assets.settings import Settings

_CSS = Path(__file__).parents[1] / "dashboard.css"

#: Every page: its key in the texts, what draws it, and who may see it.
PAGES: Sequence[tuple[str, Callable[[Page], None], frozenset[str]]] = (
    ("this_week", this_week.draw, frozenset({MANAGER, MANAGEMENT, DATA})),
    ("call_list", day_calls.draw, frozenset({CALLER, MANAGER, DATA})),
    ("customer", customer_screen.draw, frozenset({CALLER, MANAGER, DATA})),
    ("why_no_offer", withheld_screen.draw, frozenset({MANAGER, MANAGEMENT, DATA})),
    ("what_if", trial_screen.draw, frozenset({MANAGER, DATA})),
    ("recommendations", recommended_screen.draw, frozenset({MANAGER, DATA})),
    ("model", model_screen.draw, frozenset({DATA})),
    ("drift", drift_screen.draw, frozenset({DATA})),
    ("data", data_screen.draw, frozenset({DATA})),
    ("pipeline", pipeline_screen.draw, frozenset({DATA})),
    ("access", access_screen.draw, frozenset({MANAGER, DATA})),
)


def draw() -> None:
    """Draw the page that the browser asks for."""
    st.set_page_config(page_title="SpanishGas", page_icon="🔥", layout="wide")
    st.html(_CSS.read_text(encoding="utf-8"))
    words = _language()
    with told(words):
        _draw(words)


def _draw(words: Words) -> None:
    settings = Settings.from_environment()
    shared = service(settings.store, settings.dashboard_held)
    viewer = viewer_of(settings, words, shared.records)
    _who(viewer, words, settings)
    seen = shared.door.current()
    page = Page(words, viewer, seen.frames, shared, settings)
    chosen = _navigation(page)
    _strip(page)
    if seen.away:
        st.warning(words("strip.away"))
    if waiting := page.records.waiting():
        st.warning(words("strip.waiting", count=waiting))
    st.title(chosen.title)
    chosen.run()


def _navigation(page: Page) -> st.Page:
    """Offer the pages of the viewer's role; the bare address leads to the first of them."""
    pages = {
        name: st.Page(
            functools.partial(draw_page, page), title=page.words(f"pages.{name}"), url_path=name
        )
        for name, draw_page, roles in PAGES
        if page.viewer.role in roles
    }
    first = next(iter(pages))
    home = st.Page(
        lambda: None, title="SpanishGas", url_path="home", default=True, visibility="hidden"
    )
    chosen = st.navigation([home, *pages.values()])
    go_to = st.session_state.pop("go_to", first if chosen == home else None)
    if go_to is not None:
        st.switch_page(pages[go_to])
    return chosen


def _language() -> Words:
    with st.sidebar:
        chosen = st.segmented_control(
            "Idioma · Language",
            list(LANGUAGES),
            default="es",
            format_func=lambda one: LANGUAGES[one],
            key=LANGUAGE,
            required=True,
        )
    return Words(chosen or "es")


def _who(viewer: Viewer, words: Words, settings: Settings) -> None:
    with st.sidebar:
        if viewer.name == NOBODY:
            st.caption(words("strip.nobody"))
            return
        st.caption(words("strip.who", name=viewer.name, role=words(f"roles.{viewer.role}")))
        st.button(words("sign_in.out"), on_click=sign_out, args=(settings,))


def _strip(page: Page) -> None:
    words = page.words
    state = state_of_data(page.frames, datetime.now(UTC).date())
    if state.stale:
        fresh = words("strip.stale", days=words.count(state.age_days), due=words.day(state.due))
    else:
        fresh = words("strip.fresh", days=state.age_days)
    if state.failed:
        checks = words("strip.checks_failed", failed=state.failed, count=state.checks)
    else:
        checks = words("strip.checks_passed", count=state.checks)
    published = f"{words.day(state.published_at)} {state.published_at:%H:%M} UTC"
    viewer = page.viewer
    who = "" if viewer.name == NOBODY else f"{viewer.name} · {words(f'roles.{viewer.role}')}"
    parts = [
        (words("strip.as_of"), words.day(state.as_of), ""),
        ("", fresh, "warn" if state.stale else "well"),
        (words("strip.published"), published, ""),
        (words("strip.model"), state.model_version, ""),
        (words("strip.data"), checks, "warn" if state.failed else "well"),
        *([("", who, "")] if who else []),
    ]
    spans = "".join(
        f'<span class="{kind}">{f"<b>{escape(label)}</b>" if label else ""}{escape(text)}</span>'
        for label, text, kind in parts
    )
    st.html(f'<div class="strip" role="status">{spans}</div>')
