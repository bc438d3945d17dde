"""How long the raw sensor's tick takes over a bucket of 100,000 keys.

The bucket is moto's, in a process of its own: twelve months of readings in many small files, and
the small files in a hundred dated drops. Its keys are put there without HTTP, which would take
minutes; the tick lists them over HTTP as it does on AWS. Most of the time is moto's, which goes
through all keys for every page of a listing: the tick's own CPU time is printed beside it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from spanishgas_assets.operations.arrivals.sensor import evaluate
from spanishgas_assets.raw.files import RAW_FILES
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

KEYS = 100_000
TICKS = 3
_BUCKET = "raw"
_DROPS = [(date(2025, 1, 6) + timedelta(weeks=week)).isoformat() for week in range(100)]
_ANSWERS = "answers"


def keys(number: int) -> list[str]:
    """Name the objects: the customer files of a hundred drops, and readings by month."""
    customer_files = [file.filenames[0] for file in RAW_FILES if file.cadence == "snapshot"]
    monthly_files = [file.filenames[0] for file in RAW_FILES if file.cadence == "month"][1:]
    named = [f"{drop}/{name}" for drop in _DROPS for name in customer_files] + monthly_files
    parts = number - len(named)
    return named + [
        f"consumption_hourly/month=2024-{part % 12 + 1:02d}/part-{part:06d}.parquet"
        for part in range(parts)
    ]


def serve(number: int) -> None:
    """Answer as S3 does, with a bucket of so many keys, until the process is ended."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer

    s3 = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    s3.create_bucket(_BUCKET, "eu-west-1")
    for key in keys(number):
        s3.put_object(_BUCKET, key, key.encode())
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"{_ANSWERS} http://{host}:{port}", flush=True)
    time.sleep(3600)


def sensor_tick_100k_keys_s(number: int = KEYS) -> float:
    """Return the median seconds of a tick; prints every tick's, and what they cost this process."""
    command = [sys.executable, "-m", "benchmarks.sensor_tick", "--serve", str(number)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server,
    ):
        try:
            os.environ |= {
                "AWS_ENDPOINT_URL": _address(server),
                "AWS_ACCESS_KEY_ID": "bench",
                "AWS_SECRET_ACCESS_KEY": "bench",
                "AWS_DEFAULT_REGION": "eu-west-1",
            }
            before = time.process_time()
            seconds = _ticks(str(Path(folder) / "store"))
            cpu = (time.process_time() - before) / TICKS
        finally:
            server.terminate()
    print(
        f"a tick over {number:,} keys: {', '.join(f'{one:.1f} s' for one in seconds)}; "
        f"{cpu:.1f} s of it are CPU time of the sensor"
    )
    return sorted(seconds)[TICKS // 2]


def _ticks(store_url: str) -> list[float]:
    settings = Settings.from_environment(
        {"SPANISHGAS_RAW": f"s3://{_BUCKET}", "SPANISHGAS_STORE": store_url}
    )
    store, seconds = open_store(store_url), []
    settled = time.time() + settings.arrivals_settle_s + 1
    with dg.DagsterInstance.ephemeral() as instance:
        for tick in range(TICKS):
            before = time.perf_counter()
            told = evaluate(settings, instance, store, settled + tick)
            seconds.append(time.perf_counter() - before)
            if not told.lines:
                raise RuntimeError(f"tick {tick} saw nothing in s3://{_BUCKET}")
    return seconds


def _address(server: subprocess.Popen[str]) -> str:
    if server.stdout is None:
        raise RuntimeError("the S3 server has no output")
    for line in server.stdout:
        if line.startswith(_ANSWERS):
            return line.split()[1]
    raise RuntimeError("the S3 server ended before it answered")


def main() -> None:
    """Serve a bucket, or measure ticks over one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
    else:
        sensor_tick_100k_keys_s()


if __name__ == "__main__":
    main()
