"""Ways to damage bytes, lines and cells; each takes its random numbers from its caller."""

import gzip
import random
from collections.abc import Callable

#: Cells that a source may hold where a number, a date, a flag or a name belongs. None has a
#: separator, a quote or a line break: a row stays one row.
CELLS = (
    "", " ", "-", "NaN", "nan", "inf", "-inf", "1e400", "1e-400", "-0", "0x10", "1_000", "9" * 400,
    "-9223372036854775809", "1.234.567", "12.5.3", "2024-13-45", "2024-02-30", "0000-00-00",
    "0020-01-06", "9999-12-31", "1900-01-01", "45291", "31/12/2024", "12/31/2024", "24:00",
    "2024-01-01 24:00:00", "2024-01-01T10:00:00Z", "2024-01-01 10:00:00+01:00", "2024-03-31 02:30",
    "true", "Sí", "yes", "NULL", "None", "#N/A", "#REF!", "\u00a0", "\u200b", "\u2028", "\u202e",
    "\ufeff", "\x00", "\x07", "\x1b[31m", "ñ", "\U0001f600", "e\u0301", "C00001 ", "c00001", "1",
    "1.85E+02", "=1+1", "../../etc/passwd", "<script>", "%s%n", "{}", "[]", "x" * 70_000, "٣", "½",
)  # fmt: skip

Damage = Callable[[bytes, random.Random], bytes]


def flip_bit(data: bytes, chance: random.Random) -> bytes:
    """Flip one bit."""
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    """Flip some bits."""
    for _ in range(chance.randint(2, 40)):
        data = flip_bit(data, chance)
    return data


def cut_end(data: bytes, chance: random.Random) -> bytes:
    """Break the file off."""
    return data[: chance.randrange(len(data))]


def cut_out(data: bytes, chance: random.Random) -> bytes:
    """Lose a stretch in the middle."""
    first = chance.randrange(len(data))
    return data[:first] + data[first + chance.randint(1, 200) :]


def insert_noise(data: bytes, chance: random.Random) -> bytes:
    """Insert random bytes."""
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(chance.randint(1, 60)) + data[place:]


def insert_zeros(data: bytes, chance: random.Random) -> bytes:
    """Insert a block of zeros, as a disk does."""
    place = chance.randrange(len(data))
    return data[:place] + bytes(chance.randint(1, 4096)) + data[place:]


def double(data: bytes, chance: random.Random) -> bytes:  # noqa: ARG001
    """Write the file twice in a row."""
    return data + data


def as_utf16(data: bytes, chance: random.Random) -> bytes:  # noqa: ARG001
    """Encode the text as UTF-16."""
    return data.decode(errors="replace").encode("utf-16")


def as_latin1(data: bytes, chance: random.Random) -> bytes:  # noqa: ARG001
    """Encode the text as Latin-1, with a letter that is no UTF-8."""
    return data.decode(errors="replace").replace("0", "ñ", 3).encode("latin-1", errors="replace")


def with_carriage_returns(data: bytes, chance: random.Random) -> bytes:
    """Write other line ends."""
    return data.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\r", b"\n\n"]))


def with_stray_quotes(data: bytes, chance: random.Random) -> bytes:
    """Insert quotes that nothing closes."""
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data))
        data = data[:place] + chance.choice([b'"', b"'", b'""', b'\\"', b"{", b"]"]) + data[place:]
    return data


def packed(data: bytes, chance: random.Random) -> bytes:  # noqa: ARG001
    """Pack the file, whatever its name says."""
    return gzip.compress(data)


DAMAGES: tuple[Damage, ...] = (
    flip_bit,
    flip_bits,
    cut_end,
    cut_out,
    insert_noise,
    insert_zeros,
    double,
    as_utf16,
    as_latin1,
    with_carriage_returns,
    with_stray_quotes,
    packed,
)
