"""Which content feeds each month: versions that change only where a month's own rows do.

A year's file is one content for twelve months. Its rows are summed up per month by a hash that
does not depend on their order, so that a corrected upload of the file changes the version of the
corrected months alone.
"""

import hashlib
from collections.abc import Sequence

import polars as pl

from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import ReadingsFile, scan_readings
from spanishgas_assets.raw.time_labels import PLAIN_LABELS, TimeLabels
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.raw.unreadable import refusing_unreadable

#: Version of a month of which a file has no row.
NO_ROWS = "no rows"

#: Odd numbers that set the columns apart; products wrap.
_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


def month_versions(
    drop: Drop, months: Sequence[str], labels: TimeLabels = PLAIN_LABELS
) -> dict[str, str]:
    """Digest what feeds each month (keys ``2024-03-01``) of a monthly file.

    The declared labels of readings say which month an hour at its edge feeds. Rows without a
    readable date feed no month; a folder's months are digested file by file.

    Raises:
        RawFileError: the file as a whole cannot be used.
    """
    if drop.parts:
        return {month: drop.month_version(month[:7]) for month in months}
    if drop.file.name == CONSUMPTION_HOURLY.name:
        with refusing_unreadable(drop):
            found = _readings(scan_readings(drop, months, labels), labels)
    else:
        found = _small(drop)
    return {month: found.get(month[:7], NO_ROWS) for month in months}


def _readings(files: Sequence[ReadingsFile], labels: TimeLabels) -> dict[str, str]:
    """Sum up a hash of every reading by its local month."""
    # Days since 1970 find the month in a list: calendar arithmetic per reading costs more.
    days = pl.date_range(pl.date(1970, 1, 1), pl.date(2100, 1, 1), "1d", eager=True)
    month_of_day = days.dt.year().cast(pl.UInt16) * 12 + days.dt.month().cast(pl.UInt16)
    local = labels.local(pl.col("timestamp"))
    day = (local.cast(pl.Int64) // 86_400_000_000).clip(0, days.len() - 1)
    sums = [
        file.readings()
        .select(
            pl.lit(month_of_day).gather(day).alias("month"),
            _mixed(list(file.columns)).alias("hash"),
        )
        .group_by("month")
        .agg(pl.len().alias("rows"), pl.col("hash").sum())
        .collect(engine="streaming")
        for file in files
    ]
    together = pl.concat(sums).drop_nulls("month").group_by("month").agg(pl.all().sum())
    return {
        f"{(month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}": f"{rows:x}-{total:016x}"
        for month, rows, total in together.iter_rows()
    }


def _mixed(columns: list[str]) -> pl.Expr:
    """Hash a row so that neither two swapped values nor two swapped rows go unseen."""
    mixed = pl.lit(0, dtype=pl.UInt64)
    for place, name in enumerate(columns):
        mixed = (mixed ^ pl.col(name).hash(seed=place)) * pl.lit(
            _FACTORS[place % len(_FACTORS)], dtype=pl.UInt64
        )
    return mixed


def _small(drop: Drop) -> dict[str, str]:
    reading = read_rows(drop)
    place = ("file", "row")
    good = reading.rows.select(
        pl.col(drop.file.dated or "").dt.to_string("%Y-%m").alias("month"),
        pl.struct(pl.exclude(place).cast(pl.String)).struct.json_encode().alias("text"),
    )
    bad = reading.set_aside.select(
        pl.col("month").dt.to_string("%Y-%m"), pl.concat_str("reason", "values").alias("text")
    ).drop_nulls("month")
    rows = pl.concat([good, bad])
    return {
        str(month): hashlib.blake2b("\n".join(texts).encode(), digest_size=12).hexdigest()
        for month, texts in rows.group_by("month").agg(pl.col("text").sort()).iter_rows()
    }
