"""A run of the graph killed before each of its calls to the store; then read, and run again.

One undisturbed run is recorded: before each call the store and Dagster's record are kept as they
are on the disk, which is what a process that is killed there leaves. Calls between which neither
changes leave one state, which stands for all of them. Every state is read, and the next run begins
on it; where it would make the same partitions as on another state, from the same objects, it was
tried there, and ends.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg

from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.operations import staleness
from spanishgas_assets.operations.runs import snapshot_run
from spanishgas_assets.operations.runs.local_storage import LocalEventLogStorage
from spanishgas_assets.publication.reader import Publication, open_publication
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.storage.digests import NAME_DIGITS, digest_of
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table
from torture.graph_runs import (
    SECOND,
    SNAPSHOT,
    Retailer,
    forked,
    hard_copy,
    intercepted,
    lines_of_call,
    run,
)
from torture.scenario import ROWS, Tally

#: An object that is named by its content: what counts of it is the pointer to it.
_BY_CONTENT = re.compile(rf".+/[0-9a-f]{{{NAME_DIGITS}}}\.\w+")
#: Words of runs for readers, which no run reads.
_WORDS = "publication/stopped/"
_CHANGING = {"write", "create", "swap", "writing", "delete"}
#: Events that decide what the next run makes.
_TELLING = {"ASSET_MATERIALIZATION", "ASSET_OBSERVATION", "ASSET_CHECK_EVALUATION"}


@contextmanager
def changes_heard(changed: Callable[[], None]) -> Iterator[None]:
    """Let every event that the next run goes by be heard when it is stored."""
    real = LocalEventLogStorage.store_event

    def store_event(self: LocalEventLogStorage, event: Any) -> None:
        real(self, event)
        if event.dagster_event and event.dagster_event.event_type_value in _TELLING:
            changed()

    with patch.object(LocalEventLogStorage, "store_event", store_event):
        yield


@dataclass(frozen=True)
class UndisturbedRun:
    """A run that nothing disturbed.

    Attributes:
        kept: folder of the states that a kill may leave, by number of the call before which.
        calls: how many calls to the store there were.
        states: numbers of the calls whose state was kept.
        places: numbers of the calls that are made from the same lines of the platform.
        content: of the publication.
    """

    kept: Path
    calls: int
    states: Sequence[int]
    places: Sequence[Sequence[int]]
    content: dict[str, Any]

    @property
    def store(self) -> Path:
        """The store after the run."""
        return self.kept / "undisturbed"


def undisturbed_run(made: Retailer) -> UndisturbedRun:
    """Run the snapshot again with other settings, and keep each state that a kill may leave."""
    kept = made.folder / "kept"
    kept.mkdir()
    (record,) = forked([partial(_recorded, made, kept)])
    return UndisturbedRun(kept, **record)


def _recorded(made: Retailer, kept: Path) -> dict[str, Any]:
    store = kept / "undisturbed"
    hard_copy(made.published, store)
    calls, fresh, states = 0, True, []
    places: dict[tuple[str, ...], list[int]] = {}

    def change() -> None:
        nonlocal fresh
        fresh = True

    def before(name: str, _: tuple[Any, ...]) -> None:
        nonlocal calls, fresh
        calls += 1
        places.setdefault((name, *lines_of_call()), []).append(calls)
        if fresh:
            hard_copy(store, kept / str(calls))
            states.append(calls)
        fresh = name in _CHANGING

    with changes_heard(change), intercepted(before):
        status, said = run(made, store, SECOND)
    if status:
        raise RuntimeError(said)
    publication = open_publication(str(store), snapshot=SNAPSHOT)
    return {
        "calls": calls,
        "states": states,
        "places": [numbers for _, numbers in sorted(places.items())],
        "content": publication.manifest.content.to_dict(),
    }


class TriedElsewhereError(BaseException):
    """The next run is that of another state: nothing that handles errors may handle it."""


def run_again(
    made: Retailer, store: Path, content: dict[str, Any], where: str, calls: int
) -> dict[str, Any]:
    """Read what a kill left, run again, and compare with the undisturbed run.

    Args:
        made: the retailer.
        store: what a kill left.
        content: what the undisturbed run published.
        where: the place of the kill, for messages.
        calls: how many calls a kill before which leaves this.

    Returns:
        The fields of a Tally.
    """
    tally = Tally(tried=calls)
    before = open_publication(str(made.published)).manifest.content.to_dict()
    look(store, (before, content), tally, where)
    try:
        with _once(store.parent / "next runs"):
            status, said = run(made, store, SECOND)
    except TriedElsewhereError:
        return vars(tally)
    tally.tracebacks += "Traceback" in said
    publication = open_publication(str(store), snapshot=SNAPSHOT)
    now = publication.manifest.content.to_dict()
    if status or now != content or damaged(publication):
        tally.hand_repairs += 1
        names = ", ".join(differing(now, content))
        tally.told.append(f"{where}: other than undisturbed: {names}; {said[-2000:]}")
    return vars(tally)


@contextmanager
def _once(noted: Path) -> Iterator[None]:
    """End a run that would do what another did: once it knows what is stale."""
    noted.mkdir(exist_ok=True)

    def stale_months(
        instance: dg.DagsterInstance,
        definitions: dg.Definitions,
        store: Store,
        tables: Sequence[Table],
        months: Sequence[str],
    ) -> list[str]:
        stale = staleness.stale_months(instance, definitions, store, tables, months)
        assets = staleness.stale_assets(
            instance, definitions, store, tables, "train_snapshot", SNAPSHOT
        )
        monthly = [table.title for table in tables if table.cadence == "month"]
        made = [f"{title}/{month}" for title in monthly for month in stale]
        made += [f"{key.to_user_string()}/{SNAPSHOT}" for key in assets]
        try:
            (noted / _what_counts(store, made)).touch(exist_ok=False)
        except FileExistsError:
            raise TriedElsewhereError from None
        return stale

    with patch.object(snapshot_run, "stale_months", stale_months):
        yield


def _what_counts(store: Store, made: Sequence[str]) -> str:
    """Return a digest of what a run makes and of every object that it may read beside that."""
    lines = list(made)
    for key in store.keys(""):
        partition = key.rpartition("/")[0]
        if partition in made or key.removesuffix(".json") in made or key.startswith(_WORDS):
            continue
        lines.append(key if _BY_CONTENT.fullmatch(key) else f"{key} {digest_of(store.read(key))}")
    return digest_of("\n".join(lines).encode())


def look(store: Path, whole: tuple[dict[str, Any], ...], tally: Tally, where: str) -> None:
    """Read as a person would: one of these publications, whole."""
    try:
        publication = open_publication(str(store), snapshot=SNAPSHOT)
        faults = damaged(publication)
    except SpanishGasError as error:
        tally.rows_lost += ROWS
        tally.told.append(f"{where}: what was published is not to be read: {error}")
        return
    if faults or publication.manifest.content.to_dict() not in whole:
        tally.mixed_reads += 1
        tally.told.append(f"{where}: neither the publication before nor the new one: {faults}")


def damaged(publication: Publication) -> list[str]:
    """Return what is wrong with the objects of a publication and its model."""
    return list(verify(publication).faults)


def differing(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Name the tables, files and facts in which two publications differ."""
    names = []
    for name, value in wanted.items():
        if isinstance(value, dict):
            names += [f"{name} {one}" for one in value if found[name].get(one) != value[one]]
        elif found[name] != value:
            names.append(name)
    return names


def killed_runs(
    made: Retailer, record: UndisturbedRun, *, stride: int = 1, offset: int = 0
) -> Tally:
    """Kill a run before each call to the store, then run it again.

    Args:
        made: the retailer.
        record: the undisturbed run.
        stride: of the states that differ, every how manieth is run again.
        offset: which is the first.

    Returns:
        What was found, of so many calls as were tried.
    """
    ends = [*record.states[1:], record.calls + 1]
    places = list(zip(record.states, ends, strict=True))[offset % stride :: stride]
    works = [
        partial(
            run_again,
            made,
            record.kept / str(call),
            record.content,
            f"killed before call {call}",
            end - call,
        )
        for call, end in places
    ]
    tally = Tally()
    for found in forked(works):
        tally.add(Tally(**found))
    begun = len(list((record.kept / "next runs").iterdir()))
    print(
        f"a run makes {record.calls:,} calls; {len(places):,} of {len(ends):,} states after a "
        f"kill read; {begun:,} different runs after them"
    )
    return tally
