"""Every kind of object of a store that the graph made, damaged, under every reader and a run.

One object stands for its kind. A reader that asks the store for nothing of an object sees the same
whatever is in it, and is not called again. After the damage a run follows, and the way to mend that
is documented: the run itself, a copy of the object from before, or its removal.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.storage.digests import digest_of
from spanishgas_assets.storage.folder import FolderStore
from torture.graph_runs import SNAPSHOT, Retailer, forked, hard_copy, intercepted
from torture.living_store import LATER, living_store
from torture.scenario import ROWS, Tally
from torture.store_kinds import DAMAGES, DELETE, RESTORE, RUN, Victim, five_damages, victims
from torture.store_readers import READERS, Answer, Seat

#: Objects that a run after another writes anew: they tell of runs, or when something was.
_OF_RUNS = ("publication/", "operations/")


def store_damage(made: Retailer, *, stride: int = 1, offset: int = 0) -> Tally:
    """Damage one object of each kind in each way; readers name it or are right; it is mended.

    Args:
        made: the retailer.
        stride: of the kinds, every how manieth is tried.
        offset: which is the first, and after which of the five damages a run follows.
    """
    store = made.folder / "living"
    forked([partial(living_store, made, store)])
    (right,) = forked([partial(right_answers, made, store)])
    found = list(enumerate(victims(FolderStore(str(store)))))
    works = [
        partial(damaged_kind, made, store, victim, right, _run_after(victim, number, offset))
        for number, victim in found[offset % stride :: stride]
    ]
    tally = Tally()
    for one in forked(works):
        tally.add(Tally(**one))
    print(f"{len(works):,} of {len(found):,} kinds of objects damaged")
    return tally


def _run_after(victim: Victim, number: int, offset: int) -> str:
    """Return the damage after which a run follows, another each day; to a run all are the same.

    A table's object and its pointer are the same to it as well, and take turns.
    """
    is_pointer = victim.kind.endswith("/current.json")
    if (is_pointer or "/DIGEST." in victim.kind) and is_pointer != bool(offset % 2):
        return ""
    return DAMAGES[(number + offset // 2) % len(DAMAGES)]


@contextmanager
def _asked(noted: set[str]) -> Iterator[None]:
    """Note every key, and prefix of keys, that the store is asked for."""

    def heard(_: str, arguments: tuple[Any, ...]) -> None:
        for given in arguments:
            if isinstance(given, str):
                noted.add(given)
            elif not callable(given) and not isinstance(given, bytes) and given is not None:
                noted.update(given)

    real = FolderStore.url

    def url(self: FolderStore, key: str) -> str:
        noted.add(key)
        return real(self, key)

    with intercepted(heard), patch.object(FolderStore, "url", url):
        yield


def right_answers(made: Retailer, store: Path) -> dict[str, Any]:
    """Let every reader read the undamaged store.

    Returns:
        answers: what each sees; asked: the keys and prefixes that it asks the store for.
    """
    answers, asked = {}, {}
    own = store.parent / "undamaged"
    for name, read in READERS.items():
        noted: set[str] = set()
        hard_copy(store, own)
        with _asked(noted):
            answer = read(Seat(made, own))
        if answer.status:
            raise RuntimeError(f"{name}: {answer.said}")
        answers[name], asked[name] = answer.said, sorted(noted)
        shutil.rmtree(own)
    return {"answers": answers, "asked": asked}


def damaged_kind(
    made: Retailer, store: Path, victim: Victim, right: dict[str, Any], run_after: str
) -> dict[str, Any]:
    """Damage one object in each way, under each reader that asks for it, and run once.

    Args:
        made: the retailer.
        store: undamaged; it stays as it is.
        victim: the object.
        right: what :func:`right_answers` returns.
        run_after: the damage after which a run follows.

    Returns:
        The fields of a Tally.
    """
    tally, opened = Tally(), FolderStore(str(store))
    asking = [name for name, keys in right["asked"].items() if _is_asked(victim.key, keys)]
    for damage, content in five_damages(opened.read(victim.key), opened.read(victim.twin)):
        where = f"{victim.kind} {damage}"
        own = store.parent / f"damaged {digest_of(where.encode())[:16]}"
        lay = partial(_lay, store, own, victim.key, content)
        with _laid(lay, made, own) as seat:
            for name in asking:
                absent = content is None and victim.may_be_absent
                wanted = None if absent else right["answers"][name]
                _judge(tally, f"{where}, {name}", READERS[name](seat), wanted, victim)
        if damage == run_after:
            with _laid(lay, made, own) as seat:
                status = _mend(seat, store, victim, tally, where)
                if not status:
                    _compare(seat, store, victim, right, asking, tally, where)
    return vars(tally)


def _is_asked(key: str, asked: Sequence[str]) -> bool:
    return any(not one or key == one or key.startswith(f"{one.rstrip('/')}/") for one in asked)


def _lay(store: Path, own: Path, key: str, content: bytes | None) -> None:
    hard_copy(store, own)
    (own / key).unlink()
    if content is not None:
        (own / key).write_bytes(content)


@contextmanager
def _laid(lay: Callable[[], None], made: Retailer, own: Path) -> Iterator[Seat]:
    """Sit at a copy of the store with one object damaged."""
    lay()
    yield Seat(made, own)
    shutil.rmtree(own)


def _judge(tally: Tally, where: str, answer: Answer, right: str | None, victim: Victim) -> None:
    """Count a reader that is neither right nor names the damage with what mends it.

    Args:
        tally: counts.
        where: the damage and the reader.
        answer: what the reader sees.
        right: what it sees of an undamaged store; None where anything may be missing.
        victim: what is damaged.
    """
    tally.tried += 1
    lines = answer.said.splitlines()
    naming = [line for line in lines if victim.is_named(line)]
    mendable = victim.is_mendable(answer.said)
    if "Traceback" in answer.said:
        tally.tracebacks += 1
        tally.told.append(f"{where}: {answer.said[-1500:]}")
    elif answer.status and not (naming and mendable):
        tally.hand_repairs += 1
        tally.told.append(f"{where}: the damage, or what mends it, is not named: {answer.said}")
    elif not answer.status and right is not None and answer.said != right:
        told = [*naming, *(line for line in lines if line.endswith("damaged"))]
        others = [line for line in lines if line not in told and line not in right]
        if not (naming and mendable) or others:
            missing = [line for line in right.splitlines() if line not in lines]
            tally.mixed_reads += 1
            tally.rows_lost += ROWS * (len(missing) > len(others))
            tally.told.append(f"{where}: reads {others[:3]}, not {missing[:3]}")


def _mend(seat: Seat, store: Path, victim: Victim, tally: Tally, where: str) -> int:
    """Run, then mend as is documented; return the exit status of the last run."""
    run = partial(seat.command, "run", "--snapshot", victim.snapshot, "--train")
    answer = run()
    _judge(tally, f"{where}, run", answer, None, victim)
    if victim.remedy == RESTORE:
        seat.store.write(victim.key, (store / victim.key).read_bytes())
    elif victim.remedy == DELETE or victim.is_manifest:
        seat.store.delete([victim.key])
    if victim.remedy != RUN:
        answer = run()
    if answer.status:
        tally.hand_repairs += 1
        tally.told.append(f"{where}: no run ends well afterwards: {answer.said[-1500:]}")
    return answer.status


def _compare(
    seat: Seat,
    store: Path,
    victim: Victim,
    right: dict[str, Any],
    asking: Sequence[str],
    tally: Tally,
    where: str,
) -> None:
    """Count what is not as before the damage, where it can be, and readers that still stumble."""
    if victim.remedy in (RUN, RESTORE):
        keys = [key for key in _differing(store, seat.folder) if not key.startswith(_OF_RUNS)]
        if keys or _contents(store) != _contents(seat.folder):
            tally.hand_repairs += 1
            tally.told.append(f"{where}: other than before the damage: {keys[:5]}")
    for name in asking:
        answer = READERS[name](seat)
        other = victim.remedy not in (RUN, RESTORE) or victim.key.startswith(_OF_RUNS)
        may_differ = other or name.startswith("show")  # it says how long the last run took
        if victim.is_manifest and victim.is_named(answer.said):
            continue  # who asks for it by its number learns that it is gone
        if answer.status or not (may_differ or answer.said == right["answers"][name]):
            tally.hand_repairs += 1
            tally.told.append(f"{where}: after a run {name} reads {answer.said[-500:]}")


def _differing(store: Path, own: Path) -> list[str]:
    """Return the keys whose bytes differ."""
    first, second = FolderStore(str(store)), FolderStore(str(own))
    keys = {*first.keys(""), *second.keys("")}
    return sorted(
        key
        for key in keys
        if not (first.exists(key) and second.exists(key) and first.read(key) == second.read(key))
    )


def _contents(store: Path) -> list[dict[str, Any]]:
    return [
        open_publication(str(store), snapshot=day).manifest.content.to_dict()
        for day in (SNAPSHOT, LATER)
    ]
