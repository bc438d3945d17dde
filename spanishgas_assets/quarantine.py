"""Rows set aside: kept in full with the reason, so that nothing that came in is lost."""

import polars as pl

from spanishgas_assets.storage.lake import table_key, write_table
from spanishgas_assets.storage.store import Store

#: Quarantine partition of rows that no month can claim: their date cannot be read.
UNDATED = "undated"

#: Columns of set-aside rows: number in the file (null where there is none), reason, values (JSON).
SCHEMA = pl.Schema({"row": pl.Int64, "reason": pl.String, "values": pl.String})


def set_aside(rows: pl.DataFrame, reason: str | pl.Series) -> pl.DataFrame:
    """Turn rows of any table into set-aside rows; a column ``row`` is their number in the file."""
    number = pl.col("row").cast(pl.Int64) if "row" in rows.columns else pl.lit(None, pl.Int64)
    if rows.is_empty():
        return SCHEMA.to_frame()
    return rows.select(
        number.alias("row"),
        pl.lit(reason).alias("reason"),
        pl.struct(pl.exclude("row").cast(pl.String)).struct.json_encode().alias("values"),
    )


def keep(store: Store, layer: str, table: str, partition: str, rows: pl.DataFrame) -> None:
    """Write a partition's set-aside rows; where there are none any more, drop the old ones."""
    key = table_key("quarantine", f"{layer}_{table}", partition)
    if rows.height or store.exists(key):
        write_table(store, key, rows)
