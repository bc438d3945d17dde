"""Every kind of object, damaged in every way, looked at by every reader."""

from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory

from spanishgas_assets.errors import SpanishGasError, StoreError
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.file_versions import current_files, read_file
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.publication_log import LATEST, manifest_key, pointer_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import scan_tables
from torture.scenario import (
    FILE,
    ROWS,
    SNAPSHOT,
    TABLES,
    Tally,
    no_waiting,
    publish_run,
    run_seen,
    settle,
)

OTHER = "2025-01-13"
#: Places in a file, as shares of its length, where a byte is flipped.
_FLIPPED_AT = (0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99)


def objects(store: Store) -> dict[str, tuple[str, str]]:
    """Return for each kind of object its key, and that of another of its kind."""
    mine = publication_log.read_manifest(store, 1).content
    others = publication_log.read_manifest(store, 2).content
    table = TABLES[0]
    return {
        "table": (mine.tables[table][SNAPSHOT].key, others.tables[table][OTHER].key),
        "file": (mine.files[f"{FILE}.csv"].key, others.files[f"{FILE}.csv"].key),
        "table pointer": (f"{table}/{SNAPSHOT}/current.json", f"{table}/{OTHER}/current.json"),
        "file pointer": (f"{FILE}/{SNAPSHOT}/current.json", f"{FILE}/{OTHER}/current.json"),
        "manifest": (manifest_key(1), manifest_key(2)),
        "snapshot pointer": (pointer_key(SNAPSHOT), pointer_key(OTHER)),
        "latest pointer": (LATEST, pointer_key(SNAPSHOT)),
    }


def damages(data: bytes, other: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield damaged contents by name; None is a deleted object."""
    yield "deleted", None
    yield "emptied", b""
    yield "swapped", other
    for share in (0.1, 0.5, 0.99):
        yield f"truncated at {share:.0%}", data[: int(share * len(data))]
    for share in _FLIPPED_AT:
        at = int(share * len(data))
        flipped = bytes([data[at] ^ 0x01])
        yield f"flipped at {share:.0%}", data[:at] + flipped + data[at + 1 :]


def corruption_matrix() -> Tally:
    """Damage each object in each way; each reader names it or is right; a run mends it."""
    tally = Tally()
    with TemporaryDirectory(prefix="torture") as folder, no_waiting():
        store = FolderStore(folder)
        publish_run(store, 1)
        publish_run(store, 2, OTHER)
        sound = {key: store.read(key) for key in store.keys("")}
        right = {name: read(store) for name, read in READERS.items()}
        for kind, (key, twin) in objects(store).items():
            for damage, content in damages(sound[key], sound[twin]):
                for name, read in READERS.items():
                    _lay(folder, sound, key, content)
                    _look(folder, read, right[name], tally, f"{kind} {damage}, {name}", key)
                settle(FolderStore(folder), 1, tally, f"{kind} {damage}")
    return tally


def _lay(folder: str, sound: dict[str, bytes], key: str, content: bytes | None) -> None:
    store = FolderStore(folder)
    store.delete([one for one in store.keys("") if one not in sound])
    for one, data in sound.items():
        if not store.exists(one) or store.read(one) != data:
            store.write(one, data)
    if content is None:
        store.delete([key])
    else:
        store.write(key, content)


def _look(
    folder: str,
    read: Callable[[Store], int | str],
    right: int | str,
    tally: Tally,
    where: str,
    key: str,
) -> None:
    tally.tried += 1
    try:
        seen = read(FolderStore(folder))
    except SpanishGasError as error:
        said = str(error)
        if "run" not in said.lower() or not any(
            part in said for part in (key, key.rpartition("/")[0], "publi")
        ):
            tally.hand_repairs += 1
            tally.told.append(f"{where}: the message does not say what or how to mend it: {said}")
    except Exception as error:  # whatever a reader meets is counted
        tally.tracebacks += 1
        tally.told.append(f"{where}: {type(error).__name__}: {error}")
    else:
        if seen != right:
            tally.mixed_reads += 1
            tally.told.append(f"{where}: read as {seen}, {right} is right")
            tally.rows_lost += ROWS * (seen == 0)


def _rows_agree(store: Store) -> int | str:
    seen = {
        run
        for title in TABLES
        for run in scan_tables(store, [f"{title}/{SNAPSHOT}"]).collect()["run"].to_list()
    }
    return seen.pop() if len(seen) == 1 else 0


def _working_file(store: Store) -> int:
    versions = current_files(store, f"{FILE}/{SNAPSHOT}")
    if not versions:
        raise StoreError(f"{FILE}/{SNAPSHOT} was never made: run the snapshot")
    return int(read_file(store, versions[0]).split()[1])


def _verified(store: Store) -> str:
    """Verify; the made-up snapshot has no model, which is the one fault that is expected."""
    publication = open_publication(store.root, snapshot=SNAPSHOT)
    faults = [one for one in verify(publication).faults if publication.model_version not in one]
    if faults:
        raise StoreError(f"{'; '.join(faults)}: run the snapshot again")
    return "sound"


#: Readers by name: each returns the run that it sees.
READERS: dict[str, Callable[[Store], int | str]] = {
    "publication of a snapshot": lambda store: run_seen(
        open_publication(store.root, snapshot=SNAPSHOT)
    ),
    "publication as of a date": lambda store: run_seen(
        open_publication(store.root, as_of="2025-01-12")
    ),
    "publication by number": lambda store: run_seen(open_publication(store.root, number=1)),
    "latest publication": lambda store: run_seen(open_publication(store.root)),
    "working tables": _rows_agree,
    "working files": _working_file,
    "verify": _verified,
}
