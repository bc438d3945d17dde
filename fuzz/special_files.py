"""What lies under a raw file's name and is no such file, and files that grow when unpacked."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.case import Case
from fuzz.raw_files import KINDS, file_of, unaccounted

#: Bytes that the bombs unpack to.
BOMB_BYTES = 5_000_000_000


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:  # noqa: ARG001
    """Yield every special file of every kind; seed and count change nothing."""
    for name in KINDS:
        for form in file_of(name).filenames:
            if "." not in form:
                continue
            for make in _MAKERS:
                yield case(name, form, make)
        for form in (form for form in file_of(name).filenames if form.endswith(".gz")):
            yield case(name, form, gzip_bomb)


def case(name: str, form: str, make: Callable[[Path], None]) -> Case:
    """Put something under one of a raw file's names, and read it."""

    def run(folder: Path) -> int:
        make(folder / form)
        return unaccounted(folder, file_of(name), None)

    return Case(f"{form}: {make.__name__}", run)


def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def directory(path: Path) -> None:
    """An empty folder."""
    path.mkdir()


def symlink_loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path)


def dangling_symlink(path: Path) -> None:
    """A link to nothing."""
    path.symlink_to(path.with_name("gone"))


def link_to_zeros(path: Path) -> None:
    """A link to a device that never ends."""
    path.symlink_to("/dev/zero")


def empty(path: Path) -> None:
    """No byte."""
    path.touch()


def blanks(path: Path) -> None:
    """Nothing but line breaks."""
    path.write_bytes(b"\n" * 100_000)


def one_long_line(path: Path) -> None:
    """Forty megabytes without a line break."""
    path.write_bytes(b"x" * 40_000_000)


def deep_json(path: Path) -> None:
    """A million brackets."""
    path.write_bytes(b"[" * 1_000_000)


def long_number(path: Path) -> None:
    """A record with a number of a million digits."""
    path.write_bytes(b'[{"customer_id": ' + b"9" * 1_000_000 + b"}]")


def gzip_bomb(path: Path) -> None:
    """A small file that unpacks to gigabytes."""
    block = b"C00001,0\n" * 110_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # After a full flush nothing refers back, so the packed block can be repeated as it is.
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    header, checksum = b"\x1f\x8b\x08" + bytes(7), bytes(8)
    path.write_bytes(header + packed * (BOMB_BYTES // len(block)) + packer.flush() + checksum)


def gzip_of_members(path: Path) -> None:
    """A thousand packed files in a row, some of them empty."""
    path.write_bytes(b"".join(gzip.compress(b"" if n % 3 else b"a,b\n") for n in range(1000)))


_MAKERS = (
    fifo,
    directory,
    symlink_loop,
    dangling_symlink,
    link_to_zeros,
    empty,
    blanks,
    one_long_line,
    deep_json,
    long_number,
    gzip_of_members,
)
