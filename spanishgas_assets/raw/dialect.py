"""How a text file is written: its kind, encoding, separator and decimal mark.

Spanish Excel writes semicolons or tabs, decimal commas and a byte order mark; all are read. A file
that is not text at all, or not UTF-8, is refused.
"""

import codecs
import gzip
import re
import stat
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from spanishgas_assets.errors import RawFileError

_HEAD_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 20
#: A small file that is packed may hold this much: a few bytes of gzip unpack to a thousand times
#: as many, and a table takes twenty times the room of its text.
MOST_UNPACKED_BYTES = 48 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PARQUET_MAGIC = b"PAR1"
_GZIP_MAGIC = b"\x1f\x8b"
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written.

    ``spanish`` is the form of semicolons, tabs or bars: decimal commas and dates as DD/MM/YYYY are
    legal in it besides the plain forms. ``above`` counts the lines above the header: Excel's
    ``sep=;``.
    """

    separator: str
    above: int = field(default=0, compare=False)

    @property
    def spanish(self) -> bool:
        """Whether decimal commas and Spanish dates are legal."""
        return self.separator != ","


_SEPARATORS = (",", ";", "\t", "|")
_NAMED_SEPARATOR = re.compile(rb'"?(?i:sep)=([,;\t|])"?[,;\t|]*\r?')

#: Commas between cells, points in numbers.
PLAIN = Dialect(",")


def dialect_of(path: Path) -> Dialect:
    """Find the separator: the one that the file names above its header, or that this has most of.

    Raises:
        RawFileError: lines have no end that can be read.
    """
    head = head_of(path).removeprefix(_BYTE_ORDER_MARK)
    header, *others = head.split(b"\n", 1)
    if not others and b"\r" in head.rstrip():
        raise RawFileError(
            f"{path.name}: its lines end with a carriage return alone. Save it with the line ends "
            "of Windows or Unix."
        )
    named = _NAMED_SEPARATOR.fullmatch(header)
    if named:
        return Dialect(named[1].decode(), above=1)
    return Dialect(max(_SEPARATORS, key=lambda separator: header.count(separator.encode())))


def refuse_irregular(path: Path) -> None:
    """Let through what can be read to an end: a regular file.

    Raises:
        RawFileError: the path is a folder, a pipe, a device, a link to nothing or in a circle, or
            may not be opened.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            path.open("rb").close()
            return
    except OSError as error:
        raise RawFileError(
            f"{path.name}: cannot be opened: {error.strerror} ({path}). Put a file there that this "
            "user may read."
        ) from None
    raise RawFileError(
        f"{path.name}: {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a file ({path}). Put "
        "the file itself there."
    )


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file's content, unpacked.

    Raises:
        RawFileError: the file has no byte, is no regular file, or is of another kind than its
            name says.
    """
    refuse_irregular(path)
    with path.open("rb") as stored:
        magic = stored.read(4)
    if not magic:
        raise RawFileError(f"{path.name}: the file is empty ({path}). Deliver it again.")
    if path.suffix == ".parquet":
        if magic != _PARQUET_MAGIC:
            raise _other_kind(path, magic, "not a Parquet file", ", not b'PAR1'")
        return magic
    if path.suffix == ".gz" and magic[:2] != _GZIP_MAGIC:
        raise _other_kind(path, magic, "not a gzip file")
    try:
        with opened(path) as content:
            head = content.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise RawFileError(f"{path.name}: cannot be unpacked: {error}. Deliver it again.") from None
    if not head.strip():
        raise RawFileError(f"{path.name}: the file is empty ({path}). Deliver it again.")
    if head[:2] in _UTF16_MARKS:
        raise RawFileError(f"{path.name}: UTF-16 text, expected UTF-8. Save it as UTF-8.")
    if head[:4] == _PARQUET_MAGIC or head[:2] == _GZIP_MAGIC or b"\0" in head:
        kind = Path(path.name.removesuffix(".gz")).suffix[1:].upper()
        raise _other_kind(path, head, f"a binary file, not {kind} text")
    return head


def text_of(path: Path) -> str:
    """Read a small text file whole.

    Raises:
        RawFileError: as ``head_of``, it is packed and too large, or the text is not UTF-8; names
            the first such line.
    """
    head_of(path)
    try:
        with opened(path) as content:
            # Read to the end all the same: the end of a packed file says whether it is whole.
            data = content.read(MOST_UNPACKED_BYTES) if path.suffix == ".gz" else content.read()
            if content.read(1):
                raise RawFileError(
                    f"{path.name}: unpacks to more than {MOST_UNPACKED_BYTES >> 20} MB. Deliver it "
                    "unpacked if its table is that large."
                )
    except (OSError, EOFError, zlib.error) as error:
        raise RawFileError(f"{path.name}: cannot be unpacked: {error}. Deliver it again.") from None
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, data.count(b"\n", 0, error.start) + 1, data[error.start]) from None


def refuse_other_than_utf8(path: Path) -> None:
    """Read a text file to its end, piece by piece.

    Raises:
        RawFileError: a line is not UTF-8; names it.
    """
    decoder, line = codecs.getincrementaldecoder("utf-8")(), 1
    with opened(path) as content:
        while block := content.read(_BLOCK_BYTES):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line += error.object.count(b"\n", 0, error.start)
                raise _not_utf8(path, line, error.object[error.start]) from None
            line += block.count(b"\n")


def _not_utf8(path: Path, line: int, byte: int) -> RawFileError:
    return RawFileError(
        f"{path.name}: line {line} is not UTF-8 text (byte {byte:#04x}). Save the file as UTF-8."
    )


def opened(path: Path) -> BinaryIO:
    """Open a file's content for reading, unpacked where its name ends in .gz."""
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _other_kind(path: Path, head: bytes, found: str, wanted: str = "") -> RawFileError:
    return RawFileError(
        f"{path.name}: {found} (it begins with {head[:8]!r}{wanted}). "
        "Deliver it again, or name it by its real kind."
    )
