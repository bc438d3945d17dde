"""The hourly readings as one lazy frame, whatever file they come in.

They are too many to read whole: the frame is scanned, and rows are judged in the pass that sums
them (bronze/consumption_month.py).
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.reading import refuse_unusable

SCHEMA = pl.Schema(
    [
        ("customer_id", pl.String()),
        ("timestamp", pl.Datetime("us")),
        ("consumption_elec_kwh", pl.Float64()),
        ("consumption_gas_m3", pl.Float64()),
    ]
)


def scan_readings(drop: Drop, months: Sequence[str]) -> pl.LazyFrame:
    """Scan the readings that can hold the months (keys ``2024-03-01``); columns as ``SCHEMA``.

    A timestamp that is not a time, and a number that is not one, become null.

    Raises:
        RawFileError: no file for a month, or a file of another kind or with other columns.
    """
    frames = [_scan(path) for path in _files(drop, months)]
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def _files(drop: Drop, months: Sequence[str]) -> list[Path]:
    if not drop.path.is_dir():
        return [drop.path]
    wanted = [month[:7] for month in months]
    missing = [month for month in wanted if month not in drop.parts]
    if missing:
        raise RawFileError(
            f"{drop.path.name}: no file for {', '.join(missing)} under {drop.path}. Expected "
            f"month=YYYY-MM folders; found {', '.join(drop.parts) or 'none'}."
        )
    return [drop.parts[month] for month in wanted]


def _scan(path: Path) -> pl.LazyFrame:
    refuse_unusable(path)
    try:
        if path.suffix == ".parquet":
            frame = pl.scan_parquet(path, hive_partitioning=False)
        else:
            numbers = {name: kind for name, kind in SCHEMA.items() if kind == pl.Float64}
            frame = pl.scan_csv(
                path,
                infer_schema=False,
                schema_overrides=numbers,
                ignore_errors=True,
            )
        found = frame.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise RawFileError(
            f"{path.name}: cannot be read as {path.suffix[1:]}: "
            f"{str(error).splitlines()[0]}. Deliver it again."
        ) from error
    _refuse_other_columns(path, found)
    timestamp = pl.col("timestamp")
    if found["timestamp"] == pl.String:
        timestamp = timestamp.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    return frame.select(
        "customer_id",
        timestamp.cast(SCHEMA["timestamp"]),
        "consumption_elec_kwh",
        "consumption_gas_m3",
    )


def _refuse_other_columns(path: Path, found: pl.Schema) -> None:
    problems = [f"column {name} is missing" for name in SCHEMA if name not in found]
    problems += [f"column {name} is not expected" for name in found if name not in SCHEMA]
    for name, wanted in SCHEMA.items():
        kind = found.get(name)
        readable = kind == wanted or (
            name == "timestamp" and (kind == pl.String or isinstance(kind, pl.Datetime))
        )
        if kind is not None and not readable:
            problems.append(f"column {name} is {kind}, expected {wanted}")
    zoned = found.get("timestamp")
    if isinstance(zoned, pl.Datetime) and zoned.time_zone:
        problems.append(f"column timestamp has time zone {zoned.time_zone}, expected a naive time")
    if problems:
        raise RawFileError(
            f"{path.name}: {'; '.join(problems)}. Expected: {', '.join(SCHEMA)}. "
            f"Found: {', '.join(found)}."
        )
