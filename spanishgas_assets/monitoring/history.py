"""Earlier drift reports, as the monitoring report draws them over time."""

from datetime import date

import polars as pl

from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.storage.parquet_io_manager import scan_tables, table_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table

#: Snapshots on the heat map: half a year.
SHOWN_SNAPSHOTS = 26


def reports_until(store: Store, snapshot: date) -> dict[date, pl.DataFrame]:
    """Read the drift reports up to a snapshot, oldest first."""
    days = [day for day in _stored(store, DRIFT_REPORT) if day <= snapshot][-SHOWN_SNAPSHOTS:]
    return {day: _read(store, DRIFT_REPORT, day) for day in days}


def _stored(store: Store, table: Table) -> list[date]:
    keys = store.keys(f"{table.layer}/{table.name}/")
    return [date.fromisoformat(key.rsplit("/", 1)[-1].removesuffix(".parquet")) for key in keys]


def _read(store: Store, table: Table, day: date) -> pl.DataFrame:
    return scan_tables(store, [table_key(table.layer, table.name, day.isoformat())]).collect()
