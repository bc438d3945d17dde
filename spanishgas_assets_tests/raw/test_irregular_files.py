"""Files that are none, or unpack to more than anybody delivers: refused, and nothing hangs."""

import gzip
import os
import socket
from pathlib import Path

import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.operations.arrivals.listing import list_raw
from spanishgas_assets.raw import dialect
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets_tests.raw.drops import csv_text, file_named, write

LABELS = "churn_label"
READINGS = "consumption_hourly"


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


def circle(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (pipe, "a pipe, not a file"),
        (bound_socket, "a socket, not a file"),
        (device, "a device, not a file"),
        (link_to_nothing, "cannot be opened: No such file"),
        (circle, "cannot be opened: Too many levels of symbolic links"),
    ],
)
@pytest.mark.parametrize("name", [LABELS, READINGS])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, name: str, make, said: str) -> None:
    file = file_named(name)
    make(tmp_path / file.filenames[0])
    with pytest.raises(RawFileError, match=rf"{file.filenames[0]}: {said}.*{tmp_path}"):
        find_drop(str(tmp_path), file)


def test_pipe_among_the_files_of_a_month_is_refused(tmp_path: Path) -> None:
    part = tmp_path / "consumption_hourly/month=2024-01"
    part.mkdir(parents=True)
    os.mkfifo(part / "part.csv")
    found = find_drop(str(tmp_path), file_named(READINGS))
    assert found.version()
    with pytest.raises(RawFileError, match=r"part\.csv: a pipe, not a file"):
        scan_readings(found, ["2024-01-01"])


def test_packed_file_unpacks_to_so_much_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = csv_text(LABELS).encode()
    monkeypatch.setattr(dialect, "MOST_UNPACKED_BYTES", len(text))
    packed = write(tmp_path, LABELS, gzip.compress(text), "churn_label.csv.gz")
    assert read_rows(packed).rows.height == 12
    write(tmp_path, LABELS, gzip.compress(text + b"\n"), "churn_label.csv.gz")
    with pytest.raises(RawFileError, match=r"unpacks to more than 0 MB\. Deliver it unpacked"):
        read_rows(packed)
    assert read_rows(write(tmp_path, LABELS, text + b"\n")).rows.height == 12


def test_flipped_bit_of_a_packed_file_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(csv_text(LABELS).encode()))
    packed[10] ^= 7
    drop = write(tmp_path, LABELS, bytes(packed), "churn_label.csv.gz")
    with pytest.raises(RawFileError, match="cannot be unpacked"):
        read_rows(drop)


def test_folders_that_link_to_themselves_are_listed_once(tmp_path: Path) -> None:
    (tmp_path / "churn_label.csv").write_text("x")
    (tmp_path / "2025-01-06").mkdir()
    (tmp_path / "2025-01-06/again").symlink_to(tmp_path)
    (tmp_path / "round").symlink_to(tmp_path / "round")
    listed = list_raw(str(tmp_path), {}, lambda _: False, 0)
    assert [one.key for one in listed.objects] == ["churn_label.csv"]
