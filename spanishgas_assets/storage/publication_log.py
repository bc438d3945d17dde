"""Which publication readers follow: numbered manifests that never change, and pointers that move.

``publication/manifests/000012.json`` is written once, on the condition that its number is free.
``publication/current/{snapshot}.json`` names the publication of a snapshot and
``publication/latest.json`` the snapshots that have one; each moves by compare-and-swap. Whoever
follows a pointer reads one publication whole. Pointers are read by their keys: no reader depends on
a listing, which may lag behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.manifests import FORMER, FORMER_FIELDS, Content, Manifest
from spanishgas_assets.storage.sealed_json import find_sealed, opened, sealed
from spanishgas_assets.storage.store import Store

_MANIFESTS = "publication/manifests/"
_CURRENT = "publication/current/"
_FORMER = "publication/"
LATEST = "publication/latest.json"
#: Field of the latest pointer: every snapshot that has a publication.
_SNAPSHOTS = "snapshots"
_ATTEMPTS = 5
_REMEDY = "Run the snapshot again: `spanishgas run` publishes it anew"
_MANIFEST_REMEDY = (
    f"{_REMEDY}. Where another publication has taken its place, restore an earlier version of the "
    "object, or do without: no reader follows it, and once it is deleted nobody asks for it"
)


def manifest_key(number: int) -> str:
    """Return the store key of a manifest."""
    return f"{_MANIFESTS}{number:06d}.json"


def pointer_key(snapshot: str) -> str:
    """Return the store key of what names a snapshot's current publication."""
    return f"{_CURRENT}{snapshot}.json"


def numbers(store: Store) -> list[int]:
    """Return the numbers of all manifests, in order; also of the last, where a listing lags."""
    names = (key.removeprefix(_MANIFESTS) for key in store.keys(_MANIFESTS))
    found = sorted(int(name.removesuffix(".json")) for name in names)
    following = found[-1] + 1 if found else 1
    while store.exists(manifest_key(following)):
        found.append(following)
        following += 1
    return found


def read_manifest(store: Store, number: int) -> Manifest:
    """Read a publication's manifest.

    Raises:
        StoreError: it is missing or damaged.
    """
    key = manifest_key(number)
    found = find_sealed(store, key, _MANIFEST_REMEDY)
    if found is None:
        raise StoreError(
            f"there is no publication {number} (spanishgas publication list): {store.url(key)} is "
            f"not in the store. {_MANIFEST_REMEDY}"
        )
    return Manifest.from_dict(found)


def manifests(store: Store) -> list[Manifest]:
    """Read every manifest that is there, in order; a listing may still show one that is gone.

    Raises:
        StoreError: one is damaged.
    """
    found = [number for number in numbers(store) if store.exists(manifest_key(number))]
    return [read_manifest(store, number) for number in found]


def published_snapshots(store: Store) -> list[str]:
    """Return the snapshots that have a publication, oldest first.

    The latest pointer names them, so that nothing depends on a listing; of a store of an earlier
    release, and where the pointer is gone, what a listing shows counts.

    Raises:
        StoreError: the latest pointer is damaged.
    """
    pointer = find_sealed(store, LATEST, _REMEDY, FORMER_FIELDS)
    return _listed_snapshots(store) if pointer is None else _named(store, pointer)


def _listed_snapshots(store: Store) -> list[str]:
    named = {key.removeprefix(_CURRENT) for key in store.keys(_CURRENT)}
    former = {key.removeprefix(_FORMER) for key in store.keys(_FORMER)}
    days = {name.removesuffix(".json") for name in named | former}
    return sorted(day for day in days if _is_date(day))


def current(store: Store, snapshot: str) -> Manifest | None:
    """Return the publication of a snapshot that readers follow; None if it has none.

    Raises:
        StoreError: the pointer or the manifest is missing or damaged.
    """
    pointer = find_sealed(store, pointer_key(snapshot), _REMEDY)
    if pointer is not None:
        return read_manifest(store, pointer["number"])
    former = find_sealed(store, f"{_FORMER}{snapshot}.json", _REMEDY, FORMER_FIELDS)
    if former is not None:
        return Manifest.of_former_release(former)
    if snapshot in published_snapshots(store):
        raise StoreError(
            f"{store.url(pointer_key(snapshot))} is not in the store, but {LATEST} names "
            f"{snapshot}. {_REMEDY}"
        )
    return None


def latest(store: Store) -> Manifest | None:
    """Return the publication of the last snapshot; None if nothing is published.

    Raises:
        StoreError: the pointer or the manifest is missing or damaged.
    """
    snapshot = latest_snapshot(store)
    return current(store, snapshot) if snapshot else None


def latest_snapshot(store: Store) -> str | None:
    """Return the last snapshot that was published; None if nothing is.

    Raises:
        StoreError: the pointer is damaged.
    """
    return max(published_snapshots(store), default=None)


def is_published(store: Store, snapshot: str) -> bool:
    """Say whether a snapshot's pointer, its manifest and the latest pointer are undamaged.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    try:
        manifest, known = current(store, snapshot), published_snapshots(store)
    except StoreUnavailableError:
        raise
    except StoreError:
        return False
    return manifest is not None and snapshot in known and store.exists(LATEST)


def publish(
    store: Store,
    snapshot: str,
    assemble: Callable[[], Content],
    *,
    published_at: str,
    by: Mapping[str, str],
    figures: Callable[[Content], Mapping[str, Any]] = lambda _: {},
    say: Callable[[str], object] = print,
) -> Manifest:
    """Publish a snapshot in one step; content that is published already is not published again.

    Args:
        store: where to.
        snapshot: the as-of date.
        assemble: returns what is to be published, as the store is when it is called.
        published_at: ISO 8601 in UTC.
        by: who or what publishes.
        figures: returns what the runs came to that made a content; asked only if it is published.
        say: hears that another publisher was first.

    Raises:
        StoreError: what is to be published is incomplete or damaged.
        StoreUnavailableError: other publishers were first each time.
    """
    for _ in range(_ATTEMPTS):
        place = store.read_version(pointer_key(snapshot))
        before = _readable(store, snapshot)
        content = assemble()
        if before and before.number and before.content.to_dict() == content.to_dict():
            if store.read_version(pointer_key(snapshot)) == place:
                _move_latest(store, snapshot)
                return before
            say(f"another publisher of {snapshot} was first: looking again")
            continue
        manifest = _create(
            store,
            Manifest(
                FORMER,
                content,
                before.number or None if before else None,
                published_at,
                by,
                figures(content),
            ),
        )
        key = pointer_key(snapshot)
        pointer = sealed(key, {"number": manifest.number, "snapshot": snapshot})
        if store.swap(key, pointer, place[1] if place else None):
            _move_latest(store, snapshot)
            return manifest
        say(f"another publisher of {snapshot} was first: looking again")
    raise StoreUnavailableError(
        f"{snapshot} was published by others {_ATTEMPTS} times meanwhile; run it again"
    )


def _readable(store: Store, snapshot: str) -> Manifest | None:
    """Return the current publication, or none where it is damaged: it is about to be replaced."""
    try:
        return current(store, snapshot)
    except StoreUnavailableError:
        raise
    except StoreError:
        return None


def _create(store: Store, unnumbered: Manifest) -> Manifest:
    """Write a manifest under the first number that is free."""
    number = max(numbers(store), default=0)
    while True:
        number += 1
        key, manifest = manifest_key(number), replace(unnumbered, number=number)
        if store.create(key, sealed(key, manifest.to_dict())):
            return manifest


def mend_latest(store: Store) -> None:
    """Make a damaged latest pointer anew, so that a run can compare with what is published."""
    try:
        latest_snapshot(store)
    except StoreUnavailableError:
        raise
    except StoreError:
        _move_latest(store)


def _move_latest(store: Store, *published: str) -> None:
    """Let the latest pointer name what was published, beside what it names already."""
    for _ in range(_ATTEMPTS):
        place = store.read_version(LATEST)
        known = sorted({*_still_named(store, place[0] if place else b""), *published})
        pointer = sealed(LATEST, {"snapshot": known[-1], _SNAPSHOTS: known}) if known else b""
        if not known or (place is not None and place[0] == pointer):
            return
        if store.swap(LATEST, pointer, place[1] if place else None):
            return
    raise StoreUnavailableError(f"{store.url(LATEST)} was moved by others each time; run again")


def _still_named(store: Store, data: bytes) -> list[str]:
    """Return the snapshots that a latest pointer names; a listing helps where it is damaged."""
    try:
        pointer = opened(LATEST, data, FORMER_FIELDS)
    except StoreError:
        return _listed_snapshots(store)
    return _named(store, pointer)


def _named(store: Store, pointer: Mapping[str, Any]) -> list[str]:
    """Return the snapshots that a latest pointer names; one of an earlier release names one."""
    named = pointer.get(_SNAPSHOTS)
    if named is not None:
        return list(named)
    return sorted({*_listed_snapshots(store), pointer["snapshot"]})


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
