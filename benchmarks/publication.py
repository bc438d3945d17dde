"""What publishing costs: to verify, to write, to read the first row, and to keep an unchanged week.

A demo retailer is made and its snapshot run, or a store that was run is taken (``--store``). Each
figure is the best of several, in wall seconds and in seconds of CPU time, because the machine may
be busy. The last line is one JSON object.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import polars as pl

from spanishgas_assets.publication.reader import Publication, open_publication
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.storage.file_versions import read_file, write_files
from spanishgas_assets.storage.publication_log import publish
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import read_object, write_table

FULL = 20_099
SNAPSHOT = "2025-01-06"
#: Most that each may take: seconds.
LIMITS_S = {"verify_s": 2.0, "publish_extra_s": 1.0, "first_row_s": 3.0}
TIMES = 5

_FIRST_ROW = """
import time
started = time.perf_counter(), time.process_time()
from spanishgas_assets import open_publication
rows = open_publication({store!r}).table("retention/recommendations").head(1).collect()
assert rows.height == 1
print(time.perf_counter() - started[0], time.process_time() - started[1])
"""


@dataclasses.dataclass(frozen=True)
class Took:
    """Wall seconds and seconds of CPU time."""

    wall_s: float
    cpu_s: float


def best(work: Callable[[], object]) -> Took:
    """Return the least of both that some work took."""
    found = []
    for _ in range(TIMES):
        started = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return Took(min(wall for wall, _ in found), min(cpu for _, cpu in found))


def made_store(folder: Path, customers: int) -> str:
    """Make a retailer, run its snapshot, and return the store."""
    environment = os.environ | {
        "SPANISHGAS_RAW": str(folder / "raw"),
        "SPANISHGAS_STORE": str(folder / "store"),
        "DAGSTER_HOME": "",
    }
    for command in (
        ["demo-data", "--customers", str(customers), "--seed", "7"],
        ["run", "--snapshot", SNAPSHOT, "--train"],
    ):
        subprocess.run(
            [sys.executable, "-m", "spanishgas_assets.cli", *command], env=environment, check=True
        )
    return str(folder / "store")


def first_row(store: str) -> Took:
    """Return what a fresh process needs from its first import to the first row."""
    found = []
    for _ in range(TIMES):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_ROW.format(store=store)],
            capture_output=True,
            text=True,
            check=True,
        )
        found.append([float(one) for one in done.stdout.split()])
    return Took(min(wall for wall, _ in found), min(cpu for _, cpu in found))


def frames_of(publication: Publication) -> dict[str, pl.DataFrame]:
    """Return the rows of every published partition, by ``layer/table/partition``."""
    return {
        version.partition: pl.read_parquet(read_object(publication.store, version))
        for version in publication.manifest.content.versions()
    }


def write_plainly(folder: Path, frames: dict[str, pl.DataFrame], files: dict[str, bytes]) -> None:
    """Write tables and files as the release before did: under their keys, renamed into place."""
    for partition, rows in frames.items():
        _renamed(folder / f"{partition}.parquet", rows.write_parquet)
    for name, data in files.items():
        _renamed(folder / name, lambda path, data=data: Path(path).write_bytes(data))  # type: ignore[misc]
    _renamed(folder / "latest.json", lambda path: Path(path).write_text("{}"))


def _renamed(path: Path, write: Callable[[str], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{uuid4().hex}.tmp")
    write(str(written))
    written.replace(path)


def write_and_publish(
    store: Store,
    publication: Publication,
    frames: dict[str, pl.DataFrame],
    files: dict[str, bytes],
    event: int,
) -> None:
    """Write tables and files as immutable versions, and publish them by another registry event."""
    for partition, rows in frames.items():
        write_table(store, partition, rows)
    for name, data in files.items():
        place, _, kind = name.rpartition(".")
        write_files(store, f"{place}/{publication.snapshot}", {kind: data})
    content = publication.manifest.content
    content = dataclasses.replace(content, model={**content.model, "registry_event": event})
    at = publication.manifest.published_at
    publish(store, content.snapshot, lambda: content, published_at=at, by={"job": "benchmark"})


def size_bytes(folder: Path) -> int:
    """Add up the sizes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=FULL)
    parser.add_argument("--store", default="", help="a store that was run, in place of a new one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = options.store or made_store(folder, options.customers)
        publication = open_publication(source)
        frames = frames_of(publication)
        files = {
            name: read_file(publication.store, version)
            for name, version in publication.manifest.content.files.items()
        }
        verified = verify(publication)
        verifying = best(lambda: verify(publication))
        plain = best(lambda: write_plainly(folder / "plain", frames, files))
        events = iter(range(1, 10_000))
        copy = open_store(str(folder / "copy"))

        def once() -> None:
            write_and_publish(copy, publication, frames, files, next(events))

        once()
        before = size_bytes(folder / "copy")
        once()
        growth = size_bytes(folder / "copy") - before
        publishing, reading = best(once), first_row(source)
    took = {
        "verify": verifying,
        "write plainly": plain,
        "write and publish": publishing,
        "first row": reading,
    }
    customers = frames[f"retention/recommendations/{publication.snapshot}"].height
    print(
        f"{customers:,} customers, {verified.objects} objects, {verified.size_bytes / 1e6:.1f} MB"
    )
    for name, one in took.items():
        print(f"{name:<18} {one.wall_s:6.2f} s  {one.cpu_s:6.2f} s CPU")
    print(f"an unchanged week adds {growth:,} bytes: a manifest, and pointers that move")
    figures = {
        "verify_s": verifying.wall_s,
        "publish_extra_s": publishing.wall_s - plain.wall_s,
        "first_row_s": reading.wall_s,
    }
    for name, limit in LIMITS_S.items():
        kept = "kept" if figures[name] <= limit else "NOT KEPT"
        print(f"{name} {figures[name]:.2f}, at most {limit:.0f}: {kept}")
    cpu = {
        "verify_cpu_s": verifying.cpu_s,
        "publish_extra_cpu_s": publishing.cpu_s - plain.cpu_s,
        "first_row_cpu_s": reading.cpu_s,
    }
    rounded = {name: round(value, 3) for name, value in {**figures, **cpu}.items()}
    print(json.dumps({"customers": customers, **rounded, "unchanged_week_growth_bytes": growth}))


if __name__ == "__main__":
    main()
