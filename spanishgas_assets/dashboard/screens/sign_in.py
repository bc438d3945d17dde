"""Who is looking: a name and password, OpenID Connect, a load balancer's word, or nobody."""

import time
from typing import NoReturn

import streamlit as st

from spanishgas_assets.dashboard.access_log import SIGN_IN_REFUSED, SIGNED_IN
from spanishgas_assets.dashboard.identity_header import mail_address
from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.screens.page_context import LANGUAGE, Viewer, access
from spanishgas_assets.dashboard.users import DATA, NOBODY, User, configured_users, is_password
from spanishgas_assets.settings import Settings

#: Attempts after which a name has to wait, and for how long.
MOST_ATTEMPTS = 5
WAIT_SECONDS = 60.0

_VIEWER, _CLICKED_AT, _LEFT = "viewer", "clicked_at", "left"
_BY_ITSELF = "by_itself"
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def viewer_of(settings: Settings, words: Words, records: KeptRecords) -> Viewer:
    """Return who is signed in; else draw the way in, and end the page there."""
    if not settings.dashboard_has_users:
        return _nobody(words)
    users = configured_users(settings)
    _end_old_session(settings, words)
    viewer: Viewer | None = st.session_state.get(_VIEWER)
    if viewer is not None and viewer.name in users:
        return _viewer(users[viewer.name])
    if settings.dashboard_identity_header:
        return _by_load_balancer(settings.dashboard_identity_header, users, words, records)
    if settings.dashboard_oidc:
        return _by_company_account(users, words, records)
    return _ask_password(users, words, records)


def draw_again_by_itself(settings: Settings) -> None:
    """Draw the page again though nobody clicked; a session that has ended stays as it is.

    Only a person's next click shows the sign-in, so that what is being typed is not taken away;
    and what the page does by itself keeps no session alive.
    """
    if not _is_over(settings):
        st.session_state[_BY_ITSELF] = True
        st.rerun()


def leave_if_over(settings: Settings) -> None:
    """Draw the whole page, and with it the way in, where a session ended before a part of it."""
    if _is_over(settings):
        st.rerun()


def count_click(settings: Settings) -> None:
    """Note that a person does something, which keeps a session that has not ended."""
    if _CLICKED_AT in st.session_state and not _is_over(settings):
        st.session_state[_CLICKED_AT] = time.time()


def sign_out(settings: Settings) -> None:
    """Forget who is signed in."""
    st.session_state.pop(_VIEWER, None)
    st.session_state.pop(_CLICKED_AT, None)
    st.session_state[_LEFT] = True
    if settings.dashboard_oidc:
        st.logout()


def _nobody(words: Words) -> Viewer:
    if st.get_option("server.address") not in _THIS_MACHINE:
        st.error(words("sign_in.not_local"))
        st.stop()
    return Viewer(NOBODY, DATA)


def _viewer(user: User) -> Viewer:
    return Viewer(user.name, user.role, tuple(user.provinces))


def _enter(user: User, records: KeptRecords) -> Viewer:
    viewer = _viewer(user)
    st.session_state[_VIEWER] = viewer
    st.session_state[_CLICKED_AT] = time.time()
    st.session_state.pop(_LEFT, None)
    records.log(access(user.name, user.role, SIGNED_IN))
    return viewer


def _end_old_session(settings: Settings, words: Words) -> None:
    by_itself = st.session_state.pop(_BY_ITSELF, False)
    if _is_over(settings):
        for key in set(st.session_state) - {LANGUAGE}:
            del st.session_state[key]
        sign_out(settings)
        st.warning(words("sign_in.expired", minutes=settings.dashboard_session_minutes))
    elif not by_itself:
        count_click(settings)


def _is_over(settings: Settings) -> bool:
    clicked_at = st.session_state.get(_CLICKED_AT)
    return (
        clicked_at is not None
        and time.time() - clicked_at > settings.dashboard_session_minutes * 60
    )


def _ask_password(users: dict[str, User], words: Words, records: KeptRecords) -> NoReturn:
    st.title(words("sign_in.title"))
    with st.form("sign_in", width=420):
        name = st.text_input(words("sign_in.name"), autocomplete="username")
        password = st.text_input(
            words("sign_in.password"), type="password", autocomplete="current-password"
        )
        if not st.form_submit_button(words("sign_in.button"), type="primary"):
            st.stop()
    attempts = _attempts()
    if attempts.blocked(name):
        st.error(words("sign_in.blocked"))
        st.stop()
    user = users.get(name)
    if user is None or not is_password(user, password):
        attempts.count(name)
        records.log(access(name if user else "?", "", SIGN_IN_REFUSED))
        st.error(words("sign_in.refused"))
        st.stop()
    _enter(user, records)
    st.rerun()


def _by_company_account(users: dict[str, User], words: Words, records: KeptRecords) -> Viewer:
    if not st.user.is_logged_in:
        st.title(words("sign_in.title"))
        if st.button(words("sign_in.oidc"), type="primary"):
            st.login()
        st.stop()
    return _enter_by_name(str(st.user.email), users, words, records)


def _by_load_balancer(
    header: str, users: dict[str, User], words: Words, records: KeptRecords
) -> Viewer:
    """Let in whom the load balancer names; who has left comes back with a click."""
    if st.session_state.get(_LEFT):
        st.title(words("sign_in.title"))
        if not st.button(words("sign_in.again"), type="primary"):
            st.stop()
        del st.session_state[_LEFT]
        st.rerun()
    name = mail_address(st.context.headers.get(header) or "")
    if not name:
        st.error(words("sign_in.no_identity"))
        st.stop()
    return _enter_by_name(name, users, words, records)


def _enter_by_name(name: str, users: dict[str, User], words: Words, records: KeptRecords) -> Viewer:
    if name not in users:
        records.log(access(name, "", SIGN_IN_REFUSED))
        st.error(words("sign_in.unknown", name=name))
        st.stop()
    return _enter(users[name], records)


class _Attempts:
    """Failed attempts of each name within the last minute, over all sessions."""

    def __init__(self) -> None:
        self._failed: dict[str, list[float]] = {}

    def count(self, name: str) -> None:
        """Count a failed attempt."""
        self._failed.setdefault(name, []).append(time.monotonic())

    def blocked(self, name: str) -> bool:
        """Say whether a name has to wait."""
        since = time.monotonic() - WAIT_SECONDS
        self._failed = {
            one: recent
            for one, times in self._failed.items()
            if (recent := [at for at in times if at >= since])
        }
        return len(self._failed.get(name, [])) >= MOST_ATTEMPTS


@st.cache_resource(show_spinner=False)
def _attempts() -> _Attempts:
    return _Attempts()
