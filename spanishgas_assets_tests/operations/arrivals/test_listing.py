"""What lies below the raw root: content tells, names and times do not."""

import os
import time
from pathlib import Path

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from spanishgas_assets.operations.arrivals import listing
from spanishgas_assets.operations.arrivals.inventory import summarise
from spanishgas_assets.operations.arrivals.listing import UNKNOWN, list_raw
from spanishgas_assets.raw.bucket import RawBucket, RawObject

MONTHS = frozenset({"2024-01", "2024-02"})


def look(root: Path, known=None, *, settled_at: float | None = None):
    settled_at = time.time() + 60 if settled_at is None else settled_at
    return list_raw(str(root), known or {}, lambda key: key.endswith(".csv"), settled_at)


def write(root: Path, key: str, content: str) -> None:
    (root / key).parent.mkdir(parents=True, exist_ok=True)
    (root / key).write_text(content)


def test_every_file_is_listed_by_key_and_content(tmp_path: Path) -> None:
    write(tmp_path, "b.csv", "same")
    write(tmp_path, "2025-01-06/a.csv", "same")
    write(tmp_path, "c.csv", "other")
    found = {one.key: one.version for one in look(tmp_path).objects}
    assert list(found) == ["2025-01-06/a.csv", "b.csv", "c.csv"]
    assert found["b.csv"] == found["2025-01-06/a.csv"] != found["c.csv"]


def test_a_file_that_stays_as_it_is_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.csv", "one")
    first = look(tmp_path)
    read = []
    monkeypatch.setattr(listing, "_digest", lambda path: read.append(path) or "new")
    assert look(tmp_path, first.digests).objects == first.objects
    assert read == []
    write(tmp_path, "a.csv", "two")
    assert [one.version for one in look(tmp_path, first.digests).objects] == ["new"]


def test_a_replacement_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "one")
    first = look(tmp_path)
    stat = (tmp_path / "a.csv").stat()
    write(tmp_path, "a.csv", "two")
    os.utime(tmp_path / "a.csv", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert look(tmp_path, first.digests).objects[0].version != first.objects[0].version


def test_a_young_file_and_one_of_no_interest_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "one")
    write(tmp_path, "b.txt", "two")
    old = look(tmp_path, settled_at=time.time() - 60)
    assert [one.version for one in old.objects] == [UNKNOWN, UNKNOWN]
    assert [bool(one.version) for one in look(tmp_path).objects] == [True, False]


def test_what_is_too_much_for_one_look_waits_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "BYTES_A_LOOK", 3)
    for name in ("a.csv", "b.csv", "c.csv"):
        write(tmp_path, name, "four")
    digests, known = {}, []
    for _ in range(3):
        found = look(tmp_path, digests)
        digests = found.digests
        known.append(sum(one.version != UNKNOWN for one in found.objects))
    assert known == [1, 2, 3]


def test_a_listing_of_many_keys_is_read_page_by_page(s3_store_url: str) -> None:
    """2,500 keys of one folder are three pages; each is in the sum."""
    bucket = RawBucket(s3_store_url)
    keys = [f"consumption_hourly/month=2024-01/part-{number:04}.csv" for number in range(2500)]
    for key in keys:  # straight into the server: as many requests would take half a minute
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket.bucket, f"prefix/{key}", b"x")
    bucket.put("consumption_hourly/month=2024-02/part.csv", b"x")
    objects = list_raw(s3_store_url, {}, lambda _: True, 0.0).objects
    assert [one.key for one in objects] == [*keys, "consumption_hourly/month=2024-02/part.csv"]
    before = summarise(objects, MONTHS).drops["flat"].units
    bucket.put(keys[-1], b"y")
    after = summarise(list_raw(s3_store_url, {}, lambda _: True, 0.0).objects, MONTHS)
    units = after.drops["flat"].units
    assert [unit for unit in units if units[unit] != before[unit]] == ["consumption_hourly/2024-01"]


def test_a_hundred_thousand_keys_are_summed_up_by_month() -> None:
    objects = [
        RawObject(f"consumption_hourly/month=2024-0{month}/{number:06}.csv", "v", 1, 0.0)
        for month in (1, 2)
        for number in range(50_000)
    ]
    summed = summarise(objects, MONTHS)
    assert set(summed.drops["flat"].units) == {
        "consumption_hourly/2024-01", "consumption_hourly/2024-02"
    }  # fmt: skip


def test_keys_with_odd_characters_are_listed_as_they_are(s3_store_url: str) -> None:
    bucket = RawBucket(s3_store_url)
    odd = ["a b+c.csv", "consumption_hourly/month%3D2024-01/ñ.csv", "deep/er/and/deeper.csv"]
    for key in odd:
        bucket.put(key, b"x")
    assert [one.key for one in bucket.every()] == odd


def test_corrected_rows_without_their_file_are_told_and_no_part_of_a_drop(tmp_path: Path) -> None:
    write(tmp_path, "customer_contracts.csv", "x")
    write(tmp_path, "customer_contracts.corrected.csv", "x")
    alone = summarise(look(tmp_path).objects, MONTHS)
    assert alone.unrecognised == {}

    write(tmp_path, "2025-01-06/customer_contracts.corrected.csv", "x")
    write(tmp_path, "consumption_hourly/month=2024-01/b.csv", "x")
    write(tmp_path, "consumption_hourly/month=2024-01/a.corrected.csv", "x")
    summed = summarise(look(tmp_path).objects, MONTHS)
    assert set(summed.unrecognised) == {
        "2025-01-06/customer_contracts.corrected.csv",
        "consumption_hourly/month=2024-01/a.corrected.csv",
    }
    assert set(summed.drops) == {"flat"}
    assert all(
        "the file that it corrects is not in the same folder" in reason
        for reason in summed.unrecognised.values()
    )


def test_no_unrecognised_file_however_many_makes_the_state_grow(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path, f"unrecognised-{number:02}.csv", "x")
    summed = summarise(look(tmp_path).objects, MONTHS)
    assert (len(summed.unrecognised), summed.unrecognised_count) == (50, 60)
