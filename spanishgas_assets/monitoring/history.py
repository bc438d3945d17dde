"""Earlier drift reports, as the monitoring report draws them over time."""

from datetime import date

import polars as pl

from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.published import published_table

#: Snapshots on the heat map: half a year.
SHOWN_SNAPSHOTS = 26


def reports_until(store: Store, snapshot: date, current: pl.DataFrame) -> dict[date, pl.DataFrame]:
    """Read the published drift reports before a snapshot, oldest first, with its own at the end."""
    before = [day for day in map(date.fromisoformat, published_snapshots(store)) if day < snapshot][
        1 - SHOWN_SNAPSHOTS :
    ]
    published = {day: published_table(store, DRIFT_REPORT, day.isoformat()) for day in before}
    earlier = {day: rows.collect() for day, rows in published.items() if rows is not None}
    return {**earlier, snapshot: current}
