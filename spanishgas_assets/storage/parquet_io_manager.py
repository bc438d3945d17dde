"""The IO manager: lazy frames in, lazy frames out, one Parquet object per table and partition.

Layout: ``{layer}/{table}/{partition}.parquet`` under the store's base URL. A run over a range of
months writes one object per month. Models and reports are not tables and do not pass here.
"""

import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl

from spanishgas_assets.errors import StoreError
from spanishgas_assets.partitions import month_start, trailing_year_keys
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import Store, open_store

#: Metadata key: time spent in writing; a range's months share theirs.
WRITE_SECONDS = "write_seconds"


def table_key(layer: str, table: str, partition: str) -> str:
    """Return the store key of one partition of a table."""
    return f"{layer}/{table}/{partition}.parquet"


def write_table(store: Store, key: str, frame: pl.DataFrame) -> int:
    """Publish a frame as one Parquet object and return its size in bytes."""
    with store.writing(key) as path:
        frame.write_parquet(path)
        return Path(path).stat().st_size


def scan_tables(store: Store, keys: Sequence[str]) -> pl.LazyFrame:
    """Read several partitions of one table as one lazy frame.

    Raises:
        StoreError: a partition is not in the store; names all that are missing.
    """
    versions = store.versions(keys)
    missing = [key for key in keys if key not in versions]
    if missing:
        raise StoreError(
            f"{len(missing)} of {len(keys)} partitions are not in the store {store.root}: "
            f"{', '.join(missing)}. Materialise them first (spanishgas run does it in order)."
        )
    return store.scan(versions)


class ParquetIOManager(dg.ConfigurableIOManager):
    """Tables of the graph as Parquet objects in the store."""

    root: str

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Publish the frame; over a range of months, one object per month."""
        store = open_store(self.root)
        layer, table = context.asset_key.path
        keys = list(context.asset_partition_keys)
        started = time.perf_counter()
        size = 0
        with user_errors_as_failures():
            for partition in keys:
                rows = (
                    obj if len(keys) == 1 else obj.filter(pl.col("month") == month_start(partition))
                )
                size += write_table(store, table_key(layer, table, partition), rows)
        context.add_output_metadata(
            {
                "dagster/uri": store.url(f"{layer}/{table}/"),
                "size_bytes": dg.MetadataValue.int(size),
                WRITE_SECONDS: (time.perf_counter() - started) / len(keys),
            }
        )

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame:
        """Scan the partitions that the consumer's mapping names.

        The trailing-year mapping also names the month that the as-of date falls in, which is not
        complete and need not exist: of its months, the twelve complete ones are read.
        """
        with user_errors_as_failures():
            layer, table = context.asset_key.path
            keys = list(context.asset_partition_keys)
            if (context.definition_metadata or {}).get("window") == "trailing_year":
                keys = trailing_year_keys(date.fromisoformat(context.partition_key))
            return scan_tables(
                open_store(self.root), [table_key(layer, table, key) for key in keys]
            )
