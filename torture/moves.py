"""What moves a publication: each can be stopped anywhere, in a folder and over S3."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from unittest.mock import patch

from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.publication.rollback import roll_back
from spanishgas_assets.publication.unneeded import remove, unneeded
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.store import Store
from torture.scenario import PUBLISHED_AT, REFUSED, ROWS, Tally, publish_run, run_seen

#: When everything that was published is old enough to be pruned.
LATER = (datetime.fromisoformat(PUBLISHED_AT) + timedelta(days=100)).timestamp()


@dataclass(frozen=True)
class Move:
    """A change of a store that may be stopped.

    Attributes:
        runs: of the snapshot that are published before it, oldest first.
        act: the change.
        seen: what readers may see afterwards.
        next_run: of the snapshot, after the stop.
    """

    runs: tuple[int, ...]
    act: Callable[[Store], object]
    seen: frozenset[int | str]
    next_run: int

    def prepare(self, store: Store) -> None:
        """Publish the runs before."""
        for run in self.runs:
            publish_run(store, run)


def go_back(store: Store) -> None:
    """Show publication 1 again; the made-up snapshot has no model."""
    with patch("spanishgas_assets.publication.verify.load"):
        roll_back(store, 1, by="a", why="b", at=PUBLISHED_AT)


def prune(store: Store, keep_count: int = 1) -> None:
    """Remove what Sunday's job removes."""
    remove(store, unneeded(store, now=LATER, keep_days=90, keep_count=keep_count))


MOVES = {
    "a first publication": Move(
        (), lambda store: publish_run(store, 2), frozenset({2, REFUSED}), 2
    ),
    "a second publication": Move((1,), lambda store: publish_run(store, 2), frozenset({1, 2}), 2),
    "a roll-back": Move((1, 2), go_back, frozenset({1, 2}), 2),
    "a prune": Move((1, 2, 3), prune, frozenset({3}), 3),
}


def whole_manifests(store: Store, tally: Tally, where: str) -> None:
    """Read every publication whose manifest is there: none may name what is gone."""
    for number in publication_log.numbers(store):
        try:
            run_seen(Publication(store, publication_log.read_manifest(store, number)))
        except SpanishGasError as error:
            tally.rows_lost += ROWS
            tally.told.append(f"{where}: publication {number} is there, but not whole: {error}")


def prune_again(store: Store, tally: Tally, where: str) -> None:
    """Prune what was left: a stopped prune is finished by the next."""
    try:
        prune(store)
    except SpanishGasError as error:
        tally.hand_repairs += 1
        tally.told.append(f"{where}: cannot be pruned any more: {error}")
