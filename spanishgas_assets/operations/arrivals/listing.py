"""Lists the objects below the raw root with their versions: a folder or ``s3://bucket/prefix``.

In S3 a listing names the content of every object (its ETag). In a folder a file is read for its
digest when its size or times are new; the digests are stored between evaluations, so that an
evaluation of a hundred thousand unchanged files reads none of them.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.bucket import RawBucket, RawObject

#: Bytes digested in one evaluation: a sensor has 60 seconds. The rest waits for the next one.
BYTES_A_LOOK = 4 << 30
#: Version of a file whose content was not digested: too young, too much, or of no interest.
UNKNOWN = ""
_CHUNK = 4 << 20

#: A file as it was when it was digested: size, times of content and entry in ns, and the digest.
FileDigest = tuple[int, int, int, str]


@dataclass(frozen=True)
class Listing:
    """The objects, and the digests to keep for the next evaluation."""

    objects: list[RawObject]
    digests: Mapping[str, FileDigest] = field(default_factory=dict)


def list_raw(
    root: str,
    known: Mapping[str, FileDigest],
    wanted: Callable[[str], bool],
    settled_at: float,
) -> Listing:
    """List all objects below a raw root, sorted by key.

    Args:
        root: a folder or ``s3://bucket/prefix``.
        known: digests of the last evaluation.
        wanted: whether the content behind a key matters.
        settled_at: files changed after this time (seconds since 1970) are not digested.

    Raises:
        RawFileError: the folder or bucket is not there, or access is denied.
        StoreUnavailableError: S3 does not answer.
    """
    if root.startswith("s3://"):
        return Listing(RawBucket(root).every())
    return _list_folder(Path(root), known, wanted, settled_at)


def _list_folder(
    root: Path, known: Mapping[str, FileDigest], wanted: Callable[[str], bool], settled_at: float
) -> Listing:
    if not root.is_dir():
        raise RawFileError(
            f"SPANISHGAS_RAW={root}: there is no such folder. Create it, or correct the setting."
        )
    objects: list[RawObject] = []
    digests: dict[str, FileDigest] = {}
    left = BYTES_A_LOOK
    for key, entry in sorted(_files(str(root), "")):
        try:
            stat = entry.stat()
            # A file moved here keeps the time of its content; its entry has the time of the move.
            changed_at = max(stat.st_mtime, stat.st_ctime)
            version = UNKNOWN
            if wanted(key) and changed_at <= settled_at:
                marks = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
                before = known.get(key)
                if before is not None and before[:3] == marks:
                    version = before[3]
                elif left > 0:
                    left -= stat.st_size
                    version = _digest(entry.path)
                if version != UNKNOWN:
                    digests[key] = (*marks, version)
        except FileNotFoundError:
            continue  # removed meanwhile: the next listing is without it
        objects.append(RawObject(key, version, stat.st_size, changed_at))
    return Listing(objects, digests)


def _files(
    folder: str, prefix: str, above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    # A link to a folder that it lies in would be followed until the system gives up.
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder, is_file = entry.is_dir(), entry.is_file()
            except OSError:
                continue  # a link in a circle
            if is_folder:
                yield from _files(entry.path, f"{prefix}{entry.name}/", above | {real})
            elif is_file:
                yield prefix + entry.name, entry


def _digest(path: str) -> str:
    digest = hashlib.blake2b(digest_size=12)
    with Path(path).open("rb") as content:
        while block := content.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
