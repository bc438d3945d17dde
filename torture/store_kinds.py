"""Kinds of objects of a store: what keys have in common but for days, numbers and digests."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import keys_of
from spanishgas_assets.storage.store import Store
from torture.graph_runs import SNAPSHOT
from torture.living_store import LATER

#: What differs between objects of one kind.
_MASKS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}(?=[/.])"), "DAY"),
    (re.compile(r"(?<=/)[0-9a-f]{16,}(?=[./])"), "DIGEST"),
    (re.compile(r"(?<=/)[^/]*\d{6}[^/]*(?=\.json)"), "NUMBER"),
    (re.compile(r"(?<=/fold_)\d"), "N"),
    (re.compile(r"(?<=/)(C\d+|flat\.1\.\w+)(?=[./])"), "NAME"),
)
#: What a person is told to do about a damaged object; nothing where none is needed.
RUN, RESTORE, DELETE, NOTHING = "spanishgas run", "Restore", "Delete it", ""
#: How each kind is mended, by how its keys begin.
_MENDED = (
    ("churn/promotions/", RESTORE),
    ("churn/decisions/", RESTORE),
    ("dashboard/", RESTORE),
    ("operations/refused_alerts/", NOTHING),
    ("operations/arrivals/rearmed/", NOTHING),
    ("operations/", DELETE),
    ("publication/stopped/", DELETE),
    ("text/scores/", NOTHING),
    ("", RUN),
)
#: Who deletes one of these takes away what it says, as is documented: nobody misses it.
_MAY_BE_ABSENT = (
    "churn/churn_model/", "dashboard/", "operations/", "publication/stopped/", "text/scores/",
)  # fmt: skip
#: What ends the kind of an object that only superseded publications name.
SUPERSEDED = " (superseded)"
#: The five damages.
DAMAGES = ("deleted", "emptied", "truncated", "flipped", "swapped")


@dataclass(frozen=True)
class Victim:
    """An object that stands for its kind, and another whose bytes may take its place."""

    kind: str
    key: str
    twin: str

    @property
    def remedy(self) -> str:
        """What a person is told to do, and what mends it."""
        if self.kind.endswith(SUPERSEDED):
            return RESTORE
        return next(remedy for place, remedy in _MENDED if self.key.startswith(place))

    @property
    def may_be_absent(self) -> bool:
        """Whether nobody can miss it."""
        pruned = self.is_manifest and self.kind.endswith(SUPERSEDED)
        return pruned or self.key.startswith(_MAY_BE_ABSENT)

    @property
    def is_manifest(self) -> bool:
        """Whether it is a publication's manifest, which is never written again."""
        return self.key.startswith("publication/manifests/")

    @property
    def snapshot(self) -> str:
        """The snapshot whose run makes it."""
        return SNAPSHOT if SNAPSHOT in self.key else LATER

    def is_named(self, line: str) -> bool:
        """Say whether a line names the object, or its folder."""
        folder = self.key.rpartition("/")[0]
        return any(place in line for place in (self.key, folder, folder.rpartition("/")[2]))

    def is_mendable(self, said: str) -> bool:
        """Say whether a message says what mends it."""
        return self.remedy.lower() in said.lower()


def victims(store: Store) -> list[Victim]:
    """Return one object of each kind, of the later snapshot's publication where that has one."""
    keys = store.keys("")
    superseded, current = _published_keys(store)
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(_kind(key) + SUPERSEDED * (key in superseded), []).append(key)
    found = []
    for kind, members in sorted(kinds.items()):
        key = max(members, key=lambda one: (one in current, LATER in one, one))
        others = [one for one in [*members, *_alike(key, keys)] if one != key]
        content = store.read(key)
        found.append(Victim(kind, key, next(o for o in others if store.read(o) != content)))
    return found


def _published_keys(store: Store) -> tuple[set[str], set[str]]:
    """Return what only superseded publications name, and what the later snapshot's current does."""
    manifests = publication_log.manifests(store)
    shown = [publication_log.current(store, day) for day in (SNAPSHOT, LATER)]
    named = [keys_of([one]) | {publication_log.manifest_key(one.number)} for one in shown if one]
    every = keys_of(manifests) | {publication_log.manifest_key(one.number) for one in manifests}
    return every - {key for keys in named for key in keys}, named[-1]


def _kind(key: str) -> str:
    for pattern, name in _MASKS:
        key = pattern.sub(name, key)
    return key


def _alike(key: str, keys: Sequence[str]) -> list[str]:
    """Return keys of the same ending, those in the nearest folder first."""
    ending = key.rpartition(".")[2]
    others = [one for one in keys if one != key and one.endswith(ending)]
    return sorted(others, key=lambda one: -len(set(one.split("/")) & set(key.split("/"))))


def five_damages(data: bytes, other: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield an object's damaged contents by name; None is a deleted object."""
    at = len(data) * 2 // 3
    flipped = data[:at] + bytes([data[at] ^ 0x01]) + data[at + 1 :]
    contents = (None, b"", data[: len(data) // 2], flipped, other)
    yield from zip(DAMAGES, contents, strict=True)
