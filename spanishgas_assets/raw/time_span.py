"""The first and last time of a Parquet file, from its footer: no reading is looked at for it."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import pyarrow.parquet as pq

from spanishgas_assets.raw.time_labels import WrittenTimes

_TIME = "timestamp"


def time_span(
    footers: Sequence[pq.FileMetaData], times: WrittenTimes
) -> tuple[datetime, datetime] | None:
    """Return the first and last hour of files, as ``times`` reads their labels.

    None where the footers do not say it: labels that are text are not in the order of time.
    """
    if not isinstance(times.kind, pl.Datetime):
        return None
    found = [
        _statistics(footer, group) for footer in footers for group in range(footer.num_row_groups)
    ]
    if not found or any(one is None or not one.has_min_max for one in found):
        return None
    raw = [value for one in found if one is not None for value in (one.min_raw, one.max_raw)]
    labels = pl.DataFrame({_TIME: raw}, schema={_TIME: pl.Int64}).cast({_TIME: times.kind})
    hours = labels.select(times.read().alias(_TIME))
    first, last = hours.select(
        pl.col(_TIME).min().alias("first"), pl.col(_TIME).max().alias("last")
    ).row(0)
    return first, last


def _statistics(footer: pq.FileMetaData, group: int) -> pq.Statistics | None:
    columns = footer.row_group(group)
    for place in range(columns.num_columns):
        column = columns.column(place)
        if column.path_in_schema == _TIME:
            return column.statistics
    return None
