"""Errors of a folder as errors of ours: which file, what the operating system says, what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from spanishgas_assets.errors import StoreError, StoreUnavailableError

#: What may pass by itself: a network file system that does not answer, a file that is in use.
_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT}
_REMEDIES = {
    errno.ENOSPC: "Free space on its disk, then run it again",
    errno.EDQUOT: "Free space in its quota, then run it again",
    errno.EACCES: "Give the user who runs this the right to the folder, then run it again",
    errno.EPERM: "Give the user who runs this the right to the folder, then run it again",
    errno.EROFS: "Mount it for writing, or set SPANISHGAS_STORE, then run it again",
}
_OTHERWISE = "Check the disk, and that SPANISHGAS_STORE is a folder, then run it again"


@contextmanager
def translating_folder_errors(url: str) -> Iterator[None]:
    """Turn what the operating system raises into an error of ours about a file of the store.

    Raises:
        StoreUnavailableError: it may pass by itself.
        StoreError: no space, no right, a broken disk.
    """
    try:
        yield
    except OSError as error:
        code = error.errno or 0
        said = f"{url}: {error.strerror or error}. {_REMEDIES.get(code, _OTHERWISE)}"
        raise (StoreUnavailableError if code in _PASSING else StoreError)(said) from error
