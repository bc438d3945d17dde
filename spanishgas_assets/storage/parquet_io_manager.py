"""The IO manager: lazy frames in, lazy frames out, one Parquet object per table and partition.

A run over a range of months writes one object per month. Models and reports are not tables and do
not pass here. Of each version that it writes the manager records what the step read, so that a
publication can tell whether its tables were made from one another.
"""

import time
from collections.abc import Mapping
from datetime import date

import dagster as dg
import polars as pl
from pydantic import PrivateAttr

from spanishgas_assets.partitions import month_start
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.step_seconds import WRITE_SECONDS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import (
    current_versions,
    scan_versions,
    table_key,
    write_table,
)

#: Metadata key of a table's definition: digest of its contract.
CONTRACT = "contract_digest"


class ParquetIOManager(dg.ConfigurableIOManager):
    """Tables of the graph as Parquet objects in the store."""

    root: str
    _read: dict[tuple[str, str], dict[str, str]] = PrivateAttr(default_factory=dict)

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Publish the frame; over a range of months, one object per month."""
        store = open_store(self.root)
        layer, table = context.asset_key.path
        keys = list(context.asset_partition_keys)
        contract = str((context.definition_metadata or {}).get(CONTRACT, ""))
        inputs = self._read.pop((context.run_id, context.step_key), {})
        started = time.perf_counter()
        size = 0
        with user_errors_as_failures():
            for partition in keys:
                rows = (
                    obj if len(keys) == 1 else obj.filter(pl.col("month") == month_start(partition))
                )
                size += write_table(
                    store,
                    table_key(layer, table, partition),
                    rows,
                    contract=contract,
                    inputs=_of_month(inputs, partition) if len(keys) > 1 else inputs,
                ).size_bytes
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
            store = open_store(self.root)
            versions = current_versions(store, [table_key(layer, table, key) for key in keys])
            step = (context.step_context.run_id, context.step_context.step.key)
            read = self._read.setdefault(step, {})
            read.update({version.partition: version.digest for version in versions})
            return scan_versions(store, versions)


def _of_month(inputs: Mapping[str, str], month: str) -> dict[str, str]:
    """Leave of a range's inputs those of one month: months are made from the same month."""
    return {key: digest for key, digest in inputs.items() if key.endswith(f"/{month}")}
