"""Do month-runs in processes of their own leave in S3 what one run leaves, and how much sooner?

One ``ingest_months`` run of the twelve months goes into a store of its own; four runs of three
months each go into a second one, all at once, and into a third one after the other. The stores are
in one S3 (moto, in a process of its own). A run has one thread for Polars and an instance of its
own, as a task with one vCPU has. The last line is one JSON object, with the time of a sensor's tick
over 100,000 keys.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import boto3
import dagster as dg

from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store, open_store

PROCESSES = 4
_BUCKET = "scale"
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@contextmanager
def s3_server(log: Path) -> Iterator[None]:
    """Run an S3 with an empty bucket; boto3's environment leads there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with log.open("w") as told, subprocess.Popen(command, stdout=told, stderr=told) as server:
        try:
            _wait_for(port)
            boto3.client("s3").create_bucket(
                Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
            )
            yield
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"moto does not answer at port {port}")


def ingest(first: str, last: str) -> None:
    """Run ``ingest_months`` over a range of months in this process."""
    from spanishgas_assets.definitions import build_definitions

    with dg.DagsterInstance.ephemeral() as instance:
        build_definitions().resolve_job_def("ingest_months").execute_in_process(
            run_config=_QUIET,
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": first,
                "dagster/asset_partition_range_end": last,
            },
        )


def started(store: str, months: list[str]) -> subprocess.Popen[bytes]:
    """Start a run over some months in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", "--child", months[0], months[-1]]
    return subprocess.Popen(command, env={**os.environ, "SPANISHGAS_STORE": store})


def finished(runs: list[subprocess.Popen[bytes]]) -> None:
    """Wait for runs; all must succeed."""
    for run in runs:
        if run.wait():
            raise RuntimeError(f"run {run.args!r} failed")


def digests(store: Store) -> dict[str, bytes]:
    """Every object of a store."""
    return {key: store.read(key) for key in store.keys("")}


def compare(raw: Path, year: list[str]) -> dict[str, float | bool]:
    """Run the year at once, in parts side by side, and in parts in turn: bytes and seconds."""
    os.environ |= {"SPANISHGAS_RAW": str(raw), "POLARS_MAX_THREADS": "1"}
    size = len(year) // PROCESSES
    parts = [year[first : first + size] for first in range(0, len(year), size)]
    seconds = {}
    for name in ("one_run", "at_once", "in_turn"):
        store, before = f"s3://{_BUCKET}/{name}", time.perf_counter()
        if name == "one_run":
            finished([started(store, year)])
        elif name == "at_once":
            finished([started(store, part) for part in parts])
        else:
            for part in parts:
                finished([started(store, part)])
        seconds[name] = time.perf_counter() - before
        print(f"{name}: {seconds[name]:.1f} s", flush=True)
    kept = {name: digests(open_store(f"s3://{_BUCKET}/{name}")) for name in seconds}
    print(
        f"{len(kept['one_run'])} objects, {sum(map(len, kept['one_run'].values())):,} bytes a store"
    )
    return {
        "parallel_equals_serial": kept["one_run"] == kept["at_once"] == kept["in_turn"],
        "speedup_4_processes": seconds["in_turn"] / seconds["at_once"],
        "speedup_over_one_run": seconds["one_run"] / seconds["at_once"],
    }


def main() -> None:
    """Make the drops, run, compare, and print the figures as JSON last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        ingest(*options.child)
        return
    from benchmarks.sensor_tick import sensor_tick_100k_keys_s
    from spanishgas_assets.demo import write_demo_retailer

    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        write_demo_retailer(raw, customers=options.customers, seed=7)
        with s3_server(Path(folder) / "moto.log"):
            figures = compare(raw, trailing_year_keys(date(2025, 1, 6)))
    figures["sensor_tick_100k_keys_s"] = sensor_tick_100k_keys_s()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
