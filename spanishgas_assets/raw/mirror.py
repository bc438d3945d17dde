"""Raw drops in S3, copied to this machine as far as they are read.

Readers work on files, so an object that a run needs is downloaded once and kept under a name made
of its version: the bytes behind a path never change. A download says which version it wants, so
that an object replaced meanwhile is had whole, old or new, or listed again; a file and its
corrected rows are had together. Of a folder of monthly files, only the months asked for come.

The copies lie in ``SPANISHGAS_RAW_CACHE``, or in the temporary folder of this user; of each object
the newest two versions stay: a reader may still have the one before.
"""

import getpass
import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Self

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.bucket import RawBucket, RawObject, ReplacedError
from spanishgas_assets.raw.drops import (
    Drop,
    corrected_path,
    dated_folders,
    is_part_file,
    month_of_part,
)
from spanishgas_assets.raw.files import RawFile

#: Times that a drop is listed again because an object was replaced while it was read.
LISTINGS = 5
_KEPT_VERSIONS = 2


def cache_folder(named: str) -> Path:
    """Return the folder of this machine's copies, made if it is missing.

    Args:
        named: the setting ``raw_cache``; empty is this user's own folder.
    """
    own = f"spanishgas-raw-{getpass.getuser()}"
    folder = Path(named) if named else Path(tempfile.gettempdir()) / own
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Copied:
    """One object with the corrected rows beside it, and where their copies lie."""

    bucket: RawBucket
    object: RawObject
    corrected: RawObject | None
    cache: str

    @property
    def version(self) -> str:
        """Digest of the content of both."""
        versions = [one.version for one in (self.object, self.corrected) if one]
        return hashlib.blake2b("+".join(versions).encode(), digest_size=12).hexdigest()

    @property
    def path(self) -> Path:
        """Where the copy lies: named as the object is, in a folder as the object's is."""
        key = PurePosixPath(self.object.key)
        folder = [key.parent.name] if month_of_part(key) else []
        return self._versions.joinpath(self.version, *folder, key.name)

    def fetch(self) -> None:
        """Bring both here, unless they are.

        Raises:
            ReplacedError: one is no longer what was listed.
            RawFileError, StoreUnavailableError: as ``RawBucket.folder``.
        """
        if self.path.is_file():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.corrected is not None:
            self._download(self.corrected, corrected_path(self.path))
        # Last, because its being there says that both are.
        self._download(self.object, self.path)
        self._evict()

    @property
    def _versions(self) -> Path:
        url = self.bucket.url(self.object.key)
        return cache_folder(self.cache) / hashlib.blake2b(url.encode(), digest_size=12).hexdigest()

    def _download(self, wanted: RawObject, target: Path) -> None:
        temporary = target.with_name(f".{uuid.uuid4().hex}.partial")
        try:
            self.bucket.download(wanted, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _evict(self) -> None:
        with suppress(FileNotFoundError):  # another process evicts as well
            newest = sorted(self._versions.iterdir(), key=lambda one: one.stat().st_mtime_ns)
            for old in newest[:-_KEPT_VERSIONS]:
                shutil.rmtree(old, ignore_errors=True)


@dataclass(frozen=True)
class MirroredDrop(Drop):
    """A raw file in S3: ``path`` and ``parts`` say where its copies are once it is fetched.

    Attributes:
        bucket: the raw root.
        key: the file's key below the root, or the folder's with a slash at its end.
        copies: the file, or the folder's monthly files by month.
        cache: folder of the copies; empty is this user's own.
    """

    bucket: RawBucket
    key: str
    copies: dict[str, list[Copied]]
    cache: str

    @property
    def url(self) -> str:
        """The ``s3://`` URL of the file or folder."""
        return self.bucket.url(self.key.rstrip("/"))

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of monthly files."""
        return self.key.endswith("/") and not self.path.suffix

    @property
    def is_spread(self) -> bool:
        """Whether it is a folder of part files, under the name of a file."""
        return self.key.endswith("/") and bool(self.path.suffix)

    @property
    def files(self) -> list[Path]:
        """Where the copies of the file, or of its part files with any byte, lie."""
        copies = [one for found in self.copies.values() for one in found]
        return [one.path for one in copies if one.object.size_bytes or not self.is_spread]

    @property
    def corrected(self) -> Path:
        """Where the copy of the corrected rows lies: beside that of the first part file."""
        first = next((one.path for found in self.copies.values() for one in found), self.path)
        return corrected_path(first)

    @property
    def parts(self) -> dict[str, list[Path]]:
        """Where the copies of a folder's files lie, by month; empty for a single file."""
        return (
            {month: [one.path for one in copies] for month, copies in self.copies.items()}
            if self.is_folder
            else {}
        )

    def version(self) -> str:
        """Digest the versions of the file, or of every monthly file."""
        return _digest(one for copies in self.copies.values() for one in copies)

    def month_version(self, month: str) -> str:
        """Digest the versions of a month's files (``2024-03``)."""
        return _digest(self.copies.get(month, []))

    def fetched(self, months: Sequence[str] = ()) -> Self:
        """Bring the file, or a folder's files of these months, to this machine.

        Raises:
            RawFileError: it is replaced again and again while it is read, or was removed.
            StoreUnavailableError: S3 does not answer.
        """
        drop = self
        for _ in range(LISTINGS):
            wanted = months if drop.is_folder else list(drop.copies)
            try:
                for month in wanted:
                    for one in drop.copies.get(month, []):
                        one.fetch()
            except ReplacedError:
                drop = drop.listed_again()
            else:
                return drop
        raise RawFileError(
            f"{self.url}: was replaced {LISTINGS} times while it was read. Let the upload end, and "
            "run again."
        )

    def listed_again(self) -> Self:
        """Look up which objects are there now.

        Raises:
            RawFileError: none is.
        """
        copies = _copies(self.bucket, self.key, self.cache)
        if not copies:
            raise RawFileError(f"{self.url}: was removed while it was read. Deliver it again.")
        first = next(iter(copies.values()))[0].path
        of_folder = self.key.endswith("/")
        return replace(self, path=self.path if of_folder else first, copies=copies)

    @contextmanager
    def naming(self) -> Iterator[None]:
        """Let errors name the object, not its copy."""
        try:
            yield
        except RawFileError as error:
            said = str(error)
            for one in (one for copies in self.copies.values() for one in copies):
                said = said.replace(str(one.path), self.bucket.url(one.object.key))
            if not self.key.endswith("/"):  # a folder has no copy, and its path is its name
                said = said.replace(str(self.path), self.url)
            raise type(error)(
                said if self.bucket.root in said else f"{said} (in {self.url})"
            ) from None


def find_mirrored(root: str, file: RawFile, as_of: date | None, cache: str) -> MirroredDrop | None:
    """Find a raw file in S3, as ``find_drop`` does in a folder; None where no drop holds it.

    Raises:
        RawFileError: the bucket is not there, or access is denied.
        StoreUnavailableError: S3 does not answer.
    """
    bucket = RawBucket(root)
    top, folders = bucket.folder("")
    for folder in (*dated_folders([one.rstrip("/") for one in folders], as_of), ""):
        objects, deeper = bucket.folder(f"{folder}/") if folder else (top, folders)
        inside = f"{folder}/" if folder else ""
        keys = {one.key.removeprefix(inside) for one in objects}
        folders_inside = {one.removeprefix(inside).rstrip("/") for one in deeper}
        name = file.preferred(keys | folders_inside, bucket.url(folder))
        if name in folders_inside:
            copies = _copies(bucket, f"{inside}{name}/", cache)
            return MirroredDrop(file, Path(name), bucket, f"{inside}{name}/", copies, cache)
        if name is not None and (copies := _copies(bucket, inside + name, cache)):
            return MirroredDrop(file, copies[""][0].path, bucket, inside + name, copies, cache)
    return None


def _copies(bucket: RawBucket, key: str, cache: str) -> dict[str, list[Copied]]:
    """List a file (under the month ``""``) or a folder's monthly files, with corrected rows."""
    folder, _, name = key.rpartition("/")
    spread = bool(not name and PurePosixPath(folder).suffix)
    whole = key.rstrip("/") if spread else key
    stem = whole.removesuffix(PurePosixPath(whole).name) + PurePosixPath(whole).name.split(".")[0]
    objects = {one.key: one for one in bucket.below(f"{stem}." if name or spread else key)}
    copies: dict[str, list[Copied]] = {}
    for found in objects.values():
        path = PurePosixPath(found.key)
        if spread and str(path.parent) == folder and is_part_file(path):
            # The corrected rows beside the folder come with its first part file.
            beside = None if copies else objects.get(str(corrected_path(Path(whole))))
            copies.setdefault("", []).append(Copied(bucket, found, beside, cache))
            continue
        month = month_of_part(path) if not name and str(path.parent.parent) == folder else None
        if month or found.key == key:
            beside = objects.get(str(corrected_path(Path(found.key))))
            copies.setdefault(month or "", []).append(Copied(bucket, found, beside, cache))
    return copies


def _digest(copies: Iterator[Copied] | Sequence[Copied]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for one in copies:
        digest.update(one.version.encode())
    return digest.hexdigest()
