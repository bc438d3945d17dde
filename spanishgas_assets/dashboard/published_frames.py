"""The dashboard's door to the store: one publication at a time, each table opened once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from spanishgas_assets.errors import StoreUnavailableError
from spanishgas_assets.publication.reader import Publication, open_publication

#: How long the dashboard follows a publication before it asks for a newer one.
LOOK_AGAIN_SECONDS = 10.0

_MOST_RECENT = 200

#: What a store does that is away for a while; a damaged one raises StoreError.
AWAY = (StoreUnavailableError, OSError)

T = TypeVar("T")


class PublishedFrames:
    """One publication's tables and what was made of them, for every session of the process.

    A table is held against its digest when it is first read, so a publication that was read once
    stays readable while the store is away for a minute, as far as its rows are at hand.
    """

    def __init__(self, publication: Publication) -> None:
        """Take an opened publication; nothing is read yet."""
        self.publication = publication
        self._made: dict[str, Any] = {}
        self._recent: dict[str, Any] = {}
        self._lock = threading.RLock()

    def table(self, name: str) -> pl.LazyFrame:
        """Scan a table (``layer/table``); its digest is compared the first time.

        Raises:
            StoreError: the publication has no such table, or it is damaged.
        """
        return self.once(f"table {name}", lambda: self.publication.table(name))

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Make something of the publication the first time that it is asked for, by name."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            made: T = self._made[name]
            return made

    def recently(self, name: str, make: Callable[[], T]) -> T:
        """Make something unless it is among the last that were asked for, by name.

        For what there is one of for each customer: a page that is drawn again while the store is
        away finds its own.
        """
        with self._lock:
            made: T = self._recent.pop(name) if name in self._recent else make()
            self._recent[name] = made
            while len(self._recent) > _MOST_RECENT:
                del self._recent[next(iter(self._recent))]
            return made


@dataclass(frozen=True)
class Seen:
    """What a page is drawn from.

    Attributes:
        frames: the publication.
        away: whether the store did not answer when a newer one was asked for.
    """

    frames: PublishedFrames
    away: bool


@dataclass
class PublicationDoor:
    """Opens the latest publication, and keeps the last one while the store is away.

    Attributes:
        store: folder or ``s3://bucket/prefix``.
        clock: seconds, for how long ago something was.
    """

    store: str
    clock: Callable[[], float] = time.monotonic
    _frames: PublishedFrames | None = None
    _asked_at: float = 0.0
    _away: bool = False
    _lock: Any = field(default_factory=threading.Lock)

    def current(self) -> Seen:
        """Return the latest publication, asked for at most every ten seconds.

        Raises:
            StoreError: nothing is published, or what is published is damaged; or the store is
                away and was never there.
        """
        with self._lock:
            if self._frames is None or self.clock() - self._asked_at >= LOOK_AGAIN_SECONDS:
                self._look()
            assert self._frames is not None  # noqa: S101  # _look sets it or raises
            return Seen(self._frames, self._away)

    def _look(self) -> None:
        try:
            found = open_publication(self.store)
            self._away = False
        except AWAY:
            if self._frames is None:
                raise
            self._away, self._asked_at = True, self.clock()
            return
        self._asked_at = self.clock()
        if self._frames is None or self._frames.publication.manifest != found.manifest:
            self._frames = PublishedFrames(found)
