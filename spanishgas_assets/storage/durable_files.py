"""File operations that survive a loss of power: content first, then the name, then the folder.

A rename or link that was not flushed with its folder may be lost, and one flushed before its
content may name an empty file; a removal that was not flushed may come undone. Every change of a
folder's store goes through these functions.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def flush_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    _flush(path, os.O_RDONLY)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    _flush(path, os.O_RDONLY | os.O_DIRECTORY)


def make_folder(path: Path) -> None:
    """Make a folder with its parents; each new name is on the disk when this returns."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def move_into_place(written: Path, target: Path) -> None:
    """Give written content its name, in place of what had it: content, name and folder in order."""
    flush_file(written)
    make_folder(target.parent)
    os.replace(written, target)  # noqa: PTH105  # beside os.link, whose order matters as much
    flush_folder(target.parent)


def link_into_place(written: Path, target: Path) -> bool:
    """Give written content a name that nothing has; returns False where something has it."""
    flush_file(written)
    make_folder(target.parent)
    try:
        os.link(written, target)
    except FileExistsError:
        return False
    flush_folder(target.parent)
    return True


def flush_removals(folder: Path, root: Path) -> None:
    """Make what was removed from a folder stay away; remove the folders that are left empty.

    Args:
        folder: from which files were removed.
        root: never removed itself.
    """
    while folder.is_dir():
        flush_folder(folder)
        if folder == root or any(folder.iterdir()):
            return
        try:
            folder.rmdir()
        except OSError:  # another process has just written to it
            return
        folder = folder.parent


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock among the processes of this machine; it goes with its process."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _flush(path: Path, flags: int) -> None:
    opened = os.open(path, flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
