"""Which objects of the store nobody needs any more, and removing them.

A manifest is kept while it is current, or recent, or among the last of its snapshot; what a kept
manifest or a current pointer names is never removed.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.digests import NAME_DIGITS
from spanishgas_assets.storage.file_versions import current_files
from spanishgas_assets.storage.manifests import Manifest, keys_of
from spanishgas_assets.storage.publication_log import manifest_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import current_version

_SECONDS_PER_DAY = 86_400.0
_POINTER = "/current.json"
#: An immutable object: named by its content, below the folder of its partition.
_OBJECT = re.compile(rf"(?P<place>.+)/[0-9a-f]{{{NAME_DIGITS}}}\.\w+")
#: A table of an earlier release: its partition's current version has taken its place.
_FORMER = re.compile(r"(?P<place>[^/]+/[^/]+/[^/]+)\.parquet")


@dataclass(frozen=True)
class Unneeded:
    """What a prune removes.

    Attributes:
        manifests: numbers of superseded publications.
        keys: their manifests, and objects that nothing kept names.
        abandoned: files that a killed process began to write.
    """

    manifests: Sequence[int]
    keys: Sequence[str]
    abandoned: Sequence[str]


def unneeded(store: Store, *, now: float, keep_days: float, keep_count: int) -> Unneeded:
    """Choose what to remove; nothing is removed yet.

    Args:
        store: where to look.
        now: seconds since 1970.
        keep_days: publications younger than this are kept, and files that were just staged.
        keep_count: how many last publications of each snapshot are kept, the current one included.

    Raises:
        StoreError: a manifest, or the pointer to one, is damaged: as long as one is, nothing is
            removed.
    """
    manifests = publication_log.manifests(store)
    before = now - keep_days * _SECONDS_PER_DAY
    kept = _kept(store, manifests, before, keep_count)
    every = store.keys("")
    needed = keys_of(kept) | _pointed(store, every)
    named = keys_of(manifests)
    gone = [one for one in manifests if one not in kept]
    former = _former_publications(store)
    objects = [
        key
        for key in sorted({*every} - needed - former)
        if key in named or _is_superseded(key, {*every})
    ]
    return Unneeded(
        [one.number for one in gone],
        [*(manifest_key(one.number) for one in gone), *objects],
        store.abandoned(before),
    )


def remove(store: Store, chosen: Unneeded) -> None:
    """Remove what was chosen: manifests first, and for good, so that none names what is gone."""
    store.delete([manifest_key(number) for number in chosen.manifests])
    store.delete(chosen.keys)
    store.delete(chosen.abandoned)


def _kept(
    store: Store, manifests: Sequence[Manifest], before: float, keep_count: int
) -> list[Manifest]:
    by_snapshot: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        by_snapshot[manifest.content.snapshot].append(manifest)
    kept = []
    for snapshot, published in by_snapshot.items():
        current = publication_log.current(store, snapshot)
        last = {one.number for one in published[-keep_count:]}
        kept += [
            one
            for one in published
            if (current and one.number == current.number)
            or one.number in last
            or datetime.fromisoformat(one.published_at).timestamp() >= before
        ]
    return kept


def _pointed(store: Store, keys: Sequence[str]) -> set[str]:
    """Return the objects that current pointers name."""
    found: set[str] = set()
    for key in keys:
        if not key.endswith(_POINTER):
            continue
        place = key.removesuffix(_POINTER)
        try:
            if b'"files"' in store.read(key):
                found |= {one.key for one in current_files(store, place)}
            else:
                version = current_version(store, place)
                found |= {version.key} if version else set()
        except StoreUnavailableError:
            raise
        except StoreError:  # damaged: it may have pointed to any of them
            found |= set(store.keys(f"{place}/"))
    return found


def _is_superseded(key: str, every: set[str]) -> bool:
    """Say whether a key is a version of a partition that has a pointer to another."""
    found = _OBJECT.fullmatch(key) or _FORMER.fullmatch(key)
    return found is not None and f"{found['place']}{_POINTER}" in every


def _former_publications(store: Store) -> set[str]:
    """Return the objects that publications of an earlier release name and readers still follow."""
    manifests = (
        publication_log.current(store, day) for day in publication_log.published_snapshots(store)
    )
    return keys_of(one for one in manifests if one is not None and not one.number)
