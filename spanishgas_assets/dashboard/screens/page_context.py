"""What every page is drawn with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import streamlit as st

from spanishgas_assets.dashboard.access_log import Access
from spanishgas_assets.dashboard.call_rows import offers_made
from spanishgas_assets.dashboard.drafts import Drafts
from spanishgas_assets.dashboard.held_entries import HeldEntries, held_folder
from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.dashboard.model_figures import CURVES, curve
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.policy_trial import candidates
from spanishgas_assets.dashboard.published_frames import PublicationDoor, PublishedFrames
from spanishgas_assets.dashboard.users import CALLER
from spanishgas_assets.dashboard.week_figures import week_figures, worth_of_limits
from spanishgas_assets.errors import SpanishGasError, StoreError
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

#: The session's key of the language.
LANGUAGE = "language"

_SEND_SECONDS = 5.0


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page.

    Attributes:
        name, role: of the user.
        provinces: whose customers are the person's own; empty is all.
    """

    name: str
    role: str
    provinces: tuple[int, ...] = ()

    @property
    def has_own_list(self) -> bool:
        """Whether the person sees the customers of the call list alone."""
        return self.role == CALLER


@dataclass(frozen=True)
class Service:
    """What all sessions of the process share."""

    door: PublicationDoor
    records: KeptRecords
    drafts: Drafts


@dataclass(frozen=True)
class Page:
    """One drawing of one page."""

    words: Words
    viewer: Viewer
    frames: PublishedFrames
    service: Service
    settings: Settings

    @property
    def records(self) -> KeptRecords:
        """Outcomes and accesses."""
        return self.service.records

    @property
    def drafts(self) -> Drafts:
        """What was entered and not recorded."""
        return self.service.drafts

    @property
    def snapshot(self) -> str:
        """The as-of date of what is shown."""
        return self.frames.publication.snapshot

    def log(self, action: str, about: str, rows: int = 0) -> None:
        """Write to the access log what the viewer does."""
        self.records.log(access(self.viewer.name, self.viewer.role, action, about, rows))


@contextmanager
def told(words: Words) -> Iterator[None]:
    """Say in a sentence what went wrong while something was drawn."""
    try:
        yield
    except SpanishGasError as error:
        st.error(str(error))
    except OSError:
        st.error(words("strip.no_answer"))


def access(who: str, role: str, action: str, about: str = "", rows: int = 0) -> Access:
    """Return an entry of the access log, as of now."""
    return Access(uuid4().hex, now(), who, role, action, about, rows)


def now() -> str:
    """Return the time as entries have it: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@st.cache_resource(show_spinner=False)
def service(store: str, held: str) -> Service:
    """Open the store once for all sessions, and begin to send what an earlier process kept."""
    folder = held_folder(held)
    records, drafts = (
        KeptRecords(open_store(store), HeldEntries(folder)),
        Drafts(HeldEntries(folder / "drafts")),
    )
    drafts.remove_old(datetime.now(UTC))
    threading.Thread(target=_send_for_ever, args=(records,), daemon=True).start()
    return Service(PublicationDoor(store), records, drafts)


def prepare(settings: Settings) -> None:
    """Work out of the latest publication what its first visitor would wait for.

    What cannot be opened is told to the first visitor.
    """
    with suppress(SpanishGasError, OSError):
        frames = service(settings.store, settings.dashboard_held).door.current().frames
        offers_made(frames)
        week_figures(frames)
        candidates(frames)
        worth_of_limits(frames, load_rules(settings.retention))
        for name in CURVES:
            curve(frames, name)


def _send_for_ever(records: KeptRecords) -> None:
    pause = threading.Event()
    while not pause.wait(_SEND_SECONDS):
        try:
            records.send()
        except (StoreError, OSError):
            continue  # the store is still away: what waits is tried again
