"""A run of the graph killed before each of its calls to the store; then read, and run again.

One undisturbed run is recorded: before each call the store and Dagster's record are kept as they
are on the disk, which is what a process that is killed there leaves. Calls between which neither
changes leave one state.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.operations.runs.local_storage import LocalEventLogStorage
from spanishgas_assets.publication.reader import Publication, open_publication
from spanishgas_assets.publication.verify import verify
from torture.graph_runs import SECOND, SNAPSHOT, Retailer, forked, hard_copy, intercepted, run
from torture.scenario import ROWS, Tally

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


def recorded_run(made: Retailer, kept: Path) -> dict[str, Any]:
    """Run the snapshot again with other settings; keep each state that a kill may leave.

    Returns:
        calls: how many there were; states: numbers of the calls whose state was kept; content: of
        the publication.
    """
    store = kept / "undisturbed"
    hard_copy(made.published, store)
    calls, fresh, states = 0, True, []

    def change() -> None:
        nonlocal fresh
        fresh = True

    def before(name: str, _: tuple[Any, ...]) -> None:
        nonlocal calls, fresh
        calls += 1
        if fresh:
            hard_copy(store, kept / str(calls))
            states.append(calls)
        fresh = name in _CHANGING

    with changes_heard(change), intercepted(before):
        status, said = run(made, store, SECOND)
    if status:
        raise RuntimeError(said)
    publication = open_publication(str(store), snapshot=SNAPSHOT)
    return {"calls": calls, "states": states, "content": publication.manifest.content.to_dict()}


def run_again(made: Retailer, store: Path, content: dict[str, Any], where: str) -> dict[str, Any]:
    """Read what a kill left, run again, and compare with the undisturbed run.

    Returns:
        The fields of a Tally.
    """
    tally = Tally(tried=1)
    before = open_publication(str(made.published)).manifest.content.to_dict()
    look(store, (before, content), tally, where)
    status, said = run(made, store, SECOND)
    tally.tracebacks += "Traceback" in said
    publication = open_publication(str(store), snapshot=SNAPSHOT)
    now = publication.manifest.content.to_dict()
    if status or now != content or damaged(publication):
        tally.hand_repairs += 1
        names = ", ".join(differing(now, content))
        tally.told.append(f"{where}: other than undisturbed: {names}; {said[-2000:]}")
    return vars(tally)


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


def killed_runs(made: Retailer, *, stride: int = 1, offset: int = 0) -> tuple[Tally, Path]:
    """Kill a run before each call to the store, then run it again.

    Args:
        made: the retailer.
        stride: of the states that differ, every how manieth is run again.
        offset: which is the first.

    Returns:
        What was found, and the store of the undisturbed run.
    """
    kept = made.folder / "kept"
    kept.mkdir()
    (record,) = forked([partial(recorded_run, made, kept)])
    print(f"a run makes {record['calls']:,} calls, which leave {len(record['states']):,} states")
    works = [
        partial(run_again, made, kept / str(call), record["content"], f"killed before call {call}")
        for call in record["states"][offset % stride :: stride]
    ]
    tally = Tally()
    for found in forked(works):
        tally.add(Tally(**found))
    return tally, kept / "undisturbed"
