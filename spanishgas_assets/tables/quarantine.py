"""Rows set aside: kept in full with the reason, so that nothing that came in is lost."""

from collections.abc import Collection

import polars as pl

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import (
    current_version,
    damaged,
    refuse_unpointed,
    scan_tables,
    stored_partitions,
    table_key,
    write_table,
)

#: Quarantine partition of rows that no month can claim: their date cannot be read.
UNDATED = "undated"

#: Columns of set-aside rows: raw file and number in it (null where a row comes from a table of the
#: platform), reason, values as they stood (JSON).
SCHEMA = pl.Schema({"file": pl.String, "row": pl.Int64, "reason": pl.String, "values": pl.String})

_FOLDER = "quarantine"
#: Numbers of rows that are named of each reason.
_NAMED_ROWS = 3


def set_aside(rows: pl.DataFrame, reason: str | pl.Series) -> pl.DataFrame:
    """Turn rows of any table into set-aside rows; columns ``file`` and ``row`` say where from."""
    if rows.is_empty():
        return SCHEMA.to_frame()
    place = [
        pl.col(name).cast(SCHEMA[name])
        if name in rows.columns
        else pl.lit(None, SCHEMA[name]).alias(name)
        for name in ("file", "row")
    ]
    return rows.select(
        *place,
        pl.lit(reason).alias("reason"),
        pl.struct(pl.exclude("file", "row").cast(pl.String)).struct.json_encode().alias("values"),
    )


def kind_of(reason: pl.Expr) -> pl.Expr:
    """Leave out of a reason what differs from row to row: the cell and the number of a row.

    Example:
        >>> reasons = ["next_renewal_date: not a date (2025-13-01)", "repeats row 7"]
        >>> pl.Series(reasons).to_frame("reason").select(kind_of(pl.col("reason"))).rows()
        [('next_renewal_date: not a date',), ('repeats another row',)]
    """
    return (
        reason.str.replace_all(r"(?s) \(.*?\)(; |$)", "$1")
        .str.replace_all(r", first at row \d+", "")
        .str.replace_all(r"\brow \d+", "another row")
    )


def reasons_in_words(rows: pl.DataFrame) -> str:
    """Count rows by the kind of their reason, most first, and name the first rows of each.

    Example:
        >>> reasons = ["churn: not 0 or 1 (x)", "repeats row 1", "repeats row 2"]
        >>> reasons_in_words(pl.DataFrame({"row": [3, 9, 12], "reason": reasons}))
        'repeats another row (2 rows, first 9, 12), churn: not 0 or 1 (1 row, first 3)'
    """
    kinds = (
        rows.group_by(kind_of(pl.col("reason")).alias("kind"), maintain_order=True)
        .agg(pl.len().alias("rows"), pl.col("row").drop_nulls().head(_NAMED_ROWS).alias("first"))
        .sort("rows", descending=True, maintain_order=True)
    )
    return ", ".join(
        f"{kind} ({count:,} row{'s' if count > 1 else ''}"
        + (f", first {', '.join(f'{row:,}' for row in first)})" if first else ")")
        for kind, count, first in kinds.iter_rows()
    )


def keep(store: Store, layer: str, table: str, partition: str, rows: pl.DataFrame) -> None:
    """Write a partition's set-aside rows; where there are none any more, drop the old ones."""
    key = _key(layer, table, partition)
    if rows.height or not is_intact(store, layer, table, partition) or current_version(store, key):
        write_table(store, key, rows.select(name for name in SCHEMA if name in rows.columns))


def is_intact(store: Store, layer: str, table: str, partition: str) -> bool:
    """Say whether what is kept of a partition, if anything, is undamaged.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    try:
        version = current_version(store, _key(layer, table, partition))
    except StoreUnavailableError:
        raise
    except StoreError:
        return False
    key = _key(layer, table, partition)
    return not damaged(store, [version]) if version else not store.keys(f"{key}/")


def _key(layer: str, table: str, partition: str) -> str:
    return table_key(_FOLDER, f"{layer}_{table}", partition)


def kept(store: Store, partitions: Collection[str] | None = None) -> pl.DataFrame:
    """Read what is in quarantine: table (``bronze_price_month``), partition, and ``SCHEMA``.

    Args:
        store: where quarantine is.
        partitions: which to read; None reads all.

    Raises:
        StoreError: a partition is damaged, or what points to its rows is gone.
    """
    frames = []
    refuse_unpointed(store, _FOLDER)
    for key in stored_partitions(store, _FOLDER):
        table, partition = key.split("/")
        if partitions is not None and partition not in partitions:
            continue
        rows = scan_tables(store, [table_key(_FOLDER, table, partition)]).collect()
        frames.append(
            rows.select(
                pl.lit(table).alias("table"),
                pl.lit(partition).alias("partition"),
                *(
                    pl.col(name) if name in rows.columns else pl.lit(None, kind).alias(name)
                    for name, kind in SCHEMA.items()
                ),
            )
        )
    empty = pl.DataFrame(schema={"table": pl.String, "partition": pl.String, **SCHEMA})
    return pl.concat([empty, *frames])
