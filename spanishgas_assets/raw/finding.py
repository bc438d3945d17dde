"""Where a raw file is: in a folder, or in S3."""

import os
from datetime import date
from pathlib import Path

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.dialect import refuse_irregular
from spanishgas_assets.raw.drops import Drop, dated_folders
from spanishgas_assets.raw.files import RawFile
from spanishgas_assets.raw.mirror import find_mirrored


def find_drop(root: str, file: RawFile, as_of: date | None = None, *, cache: str = "") -> Drop:
    """Find a raw file under the raw root.

    Args:
        root: a folder or an ``s3://`` prefix.
        file: what to find.
        as_of: the latest dated drop that counts; None counts all.
        cache: folder for local copies of a drop in S3; empty is this user's own.

    Raises:
        MissingRawFileError: no drop holds the file; says where it was looked for and what to do.
        RawFileError: the bucket is not there, access is denied, or what lies there is no file.
        StoreUnavailableError: S3 does not answer.
    """
    if root.startswith("s3://"):
        base = root
        found: Drop | None = find_mirrored(root, file, as_of, cache)
    else:
        base = str(Path(root).absolute())
        found = _find_in_folder(Path(root), file, as_of)
    if found is not None:
        return found
    meant = names_meant(root, file, as_of)
    names = file.names_in_words.split(", ")
    raise MissingRawFileError(
        f"{names[0]}: not found in {base}"
        + (f" nor in its dated folders up to {as_of}" if as_of else "")
        + f". Expected one of: {file.names_in_words}. "
        + (f"There is {meant[0]}, which is not read: save it as one of them. " if meant else "")
        + "Put the file there, or set SPANISHGAS_RAW to the folder that has it."
    )


def names_meant(root: str, file: RawFile, as_of: date | None) -> list[str]:
    """Return the names of what may be a file, under a name that is not read."""
    return [
        name for name in names_in_drops(root, as_of) if _bare(name).startswith(_bare(file.name))
    ]


def _bare(name: str) -> str:
    """The letters of a file's name without its folder."""
    return "".join(filter(str.isalpha, name.rpartition("/")[2].lower()))


def names_in_drops(root: str, as_of: date | None) -> list[str]:
    """Return the names of what lies in the drops that count, dated ones with their folder.

    Raises:
        RawFileError: the bucket is not there, or access is denied.
        StoreUnavailableError: S3 does not answer.
    """
    if root.startswith("s3://"):
        bucket = RawBucket(root)
        top, folders = bucket.folder("")
        dated = dated_folders([one.rstrip("/") for one in folders], as_of)
        return [
            one.key for one in [*top, *(o for day in dated for o in bucket.folder(f"{day}/")[0])]
        ]
    base = Path(root)
    dated = dated_folders((path.name for path in base.glob("????-??-??/")), as_of)
    paths = [*base.glob("*"), *(path for day in dated for path in (base / day).glob("*"))]
    return [path.relative_to(base).as_posix() for path in sorted(paths)]


def _find_in_folder(base: Path, file: RawFile, as_of: date | None) -> Drop | None:
    dated = dated_folders((path.name for path in base.glob("????-??-??/")), as_of)
    for folder in (*(base / name for name in dated), base):
        # A link to nothing, or in a circle, does not "exist", and yet somebody put it there.
        if (name := file.preferred(_names(folder), str(folder))) is not None:
            path = folder / name
            if not path.is_dir():
                refuse_irregular(path)
            return Drop(file, path)
    return None


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208  # the names alone
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RawFileError(
            f"{folder}: cannot be looked into: {error.strerror}. Name a folder that this user may "
            "read."
        ) from None
