"""Reports and lists in the store: immutable files named by their content, and a pointer to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.digests import content_name, digest_of
from spanishgas_assets.storage.sealed_json import find_sealed, sealed
from spanishgas_assets.storage.store import Store

_REMEDY = (
    "Run the snapshot again: `spanishgas run` makes what is missing or damaged; of a superseded "
    "publication, restore an earlier version of the object"
)


@dataclass(frozen=True)
class FileVersion:
    """One version of a file.

    Attributes:
        place: ``layer/name/partition``.
        kind: its ending, e.g. ``html``.
        digest: of its content.
        size_bytes: of its content.
    """

    place: str
    kind: str
    digest: str
    size_bytes: int

    @property
    def key(self) -> str:
        """Key of the object."""
        return f"{self.place}/{content_name(self.digest, self.kind)}"


def write_files(store: Store, place: str, contents: Mapping[str, bytes]) -> list[FileVersion]:
    """Store the files of one partition, by kind, and make them the current ones."""
    versions = [
        FileVersion(place, kind, digest_of(data), len(data)) for kind, data in contents.items()
    ]
    for version in versions:
        with store.writing(lambda _, key=version.key: key) as path:  # type: ignore[misc]
            Path(path).write_bytes(contents[version.kind])
    key = f"{place}/current.json"
    listed = {one.kind: {"digest": one.digest, "size_bytes": one.size_bytes} for one in versions}
    store.write(key, sealed(key, {"place": place, "files": listed}))
    return versions


def current_files(store: Store, place: str) -> list[FileVersion]:
    """Return the current files of a partition; none where it was never made.

    Raises:
        StoreError: the pointer is damaged.
    """
    pointer = find_sealed(store, f"{place}/current.json", _REMEDY)
    if pointer is None:
        return []
    return [FileVersion(place, kind, **known) for kind, known in pointer["files"].items()]


def are_intact(store: Store, place: str) -> bool:
    """Say whether a partition has current files, and all are undamaged."""
    try:
        versions = current_files(store, place)
    except StoreUnavailableError:
        raise
    except StoreError:
        return False
    return bool(versions) and not damaged_files(store, versions)


def damaged_files(store: Store, versions: Sequence[FileVersion]) -> list[FileVersion]:
    """Return those files that are missing or are not what was written."""
    sound = store.verified({version.key: version.digest for version in versions})
    return [version for version in versions if version.key not in sound]


def read_file(store: Store, version: FileVersion) -> bytes:
    """Return a file's content.

    Raises:
        StoreError: it is missing or damaged.
    """
    try:
        data = store.read(version.key)
    except StoreUnavailableError:
        raise
    except StoreError as error:
        raise StoreError(f"{error}. {_REMEDY}") from error
    if digest_of(data) != version.digest:
        raise StoreError(f"damaged: {store.url(version.key)}. {_REMEDY}")
    return data
