"""Which publication readers follow: numbered manifests that never change, and pointers that move.

``publication/manifests/000012.json`` is written once, on the condition that its number is free.
``publication/current/{snapshot}.json`` names the publication of a snapshot and
``publication/latest.json`` that of the last snapshot; each moves by compare-and-swap. Whoever
follows a pointer reads one publication whole.
"""

from collections.abc import Callable, Mapping
from datetime import date

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.manifests import FORMER_FIELDS, Content, Manifest
from spanishgas_assets.storage.sealed_json import opened, read_sealed, sealed
from spanishgas_assets.storage.store import Store

_MANIFESTS = "publication/manifests/"
_CURRENT = "publication/current/"
_FORMER = "publication/"
LATEST = "publication/latest.json"
_ATTEMPTS = 5
_REMEDY = "Run the snapshot again: `spanishgas run` publishes it anew"


def manifest_key(number: int) -> str:
    """Return the store key of a manifest."""
    return f"{_MANIFESTS}{number:06d}.json"


def pointer_key(snapshot: str) -> str:
    """Return the store key of what names a snapshot's current publication."""
    return f"{_CURRENT}{snapshot}.json"


def numbers(store: Store) -> list[int]:
    """Return the numbers of all manifests, in order."""
    names = (key.removeprefix(_MANIFESTS) for key in store.keys(_MANIFESTS))
    return sorted(int(name.removesuffix(".json")) for name in names)


def read_manifest(store: Store, number: int) -> Manifest:
    """Read a publication's manifest.

    Raises:
        StoreError: it is missing or damaged.
    """
    if not store.exists(manifest_key(number)):
        raise StoreError(
            f"there is no publication {number} in {store.root} (spanishgas publication list). "
            f"{_REMEDY}"
        )
    return Manifest.from_dict(read_sealed(store, manifest_key(number), _REMEDY))


def published_snapshots(store: Store) -> list[str]:
    """Return the snapshots that have a publication, oldest first."""
    named = {key.removeprefix(_CURRENT) for key in store.keys(_CURRENT)}
    former = {key.removeprefix(_FORMER) for key in store.keys(_FORMER)}
    days = {name.removesuffix(".json") for name in named | former}
    return sorted(day for day in days if _is_date(day))


def current(store: Store, snapshot: str) -> Manifest | None:
    """Return the publication of a snapshot that readers follow; None if it has none.

    Raises:
        StoreError: the pointer or the manifest is missing or damaged.
    """
    if store.exists(pointer_key(snapshot)):
        pointer = read_sealed(store, pointer_key(snapshot), _REMEDY)
        return read_manifest(store, pointer["number"])
    former = f"{_FORMER}{snapshot}.json"
    if store.exists(former):
        return Manifest.of_former_release(read_sealed(store, former, _REMEDY, FORMER_FIELDS))
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
    if not store.exists(LATEST):
        return None
    return str(read_sealed(store, LATEST, _REMEDY, FORMER_FIELDS)["snapshot"])


def is_published(store: Store, snapshot: str) -> bool:
    """Say whether a snapshot's pointer, its manifest and the latest pointer are undamaged."""
    try:
        manifest, newest = current(store, snapshot), latest_snapshot(store)
    except StoreError:
        return False
    return manifest is not None and newest is not None and newest >= snapshot


def publish(
    store: Store,
    snapshot: str,
    assemble: Callable[[], Content],
    *,
    published_at: str,
    by: Mapping[str, str],
    say: Callable[[str], object] = print,
) -> Manifest:
    """Publish a snapshot in one step; content that is published already is not published again.

    Args:
        store: where to.
        snapshot: the as-of date.
        assemble: returns what is to be published, as the store is when it is called.
        published_at: ISO 8601 in UTC.
        by: who or what publishes.
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
            lambda number, content=content, before=before: Manifest(  # type: ignore[misc]
                number, content, before.number or None if before else None, published_at, by
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
    except StoreError:
        return None


def _create(store: Store, numbered: Callable[[int], Manifest]) -> Manifest:
    number = max(numbers(store), default=0)
    while True:
        number += 1
        key, manifest = manifest_key(number), numbered(number)
        if store.create(key, sealed(key, manifest.to_dict())):
            return manifest


def _move_latest(store: Store, snapshot: str) -> None:
    """Let the latest pointer name a snapshot, unless it names a later one."""
    for _ in range(_ATTEMPTS):
        place = store.read_version(LATEST)
        if place is not None and _named(place[0]) >= snapshot:
            return
        named = _named(place[0]) if place else ""
        newest = max(snapshot, named or max(published_snapshots(store), default=""))
        pointer = sealed(LATEST, {"snapshot": newest})
        if store.swap(LATEST, pointer, place[1] if place else None):
            return
    raise StoreUnavailableError(f"{store.url(LATEST)} was moved by others each time; run again")


def _named(pointer: bytes) -> str:
    """Return the snapshot that a latest pointer names; empty where it is damaged."""
    try:
        return str(opened(LATEST, pointer, FORMER_FIELDS)["snapshot"])
    except StoreError:
        return ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
