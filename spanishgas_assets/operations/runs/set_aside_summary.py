"""What a snapshot lacks because rows were set aside: customers without a score, rows of files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.raw.customer_ids import normal_id
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.quarantine import UNDATED, kept, kind_of

_CUSTOMER_TABLES = ["bronze_customer", "silver_customer"]
#: How the reasons of rows begin that are set aside because of another file's row.
_FOLLOWS = "customer not in "


@dataclass(frozen=True)
class SetAsideSummary:
    """What was set aside on the way to a snapshot.

    Attributes:
        missing: customers that the files name and nobody scored, by reason, most first.
        rows: rows of each raw file that were set aside, by file and reason, most first.
        damage: why that is not known, where quarantine is damaged.
    """

    missing: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    damage: str = ""

    @property
    def customers(self) -> int:
        """All customers that are missing."""
        return sum(self.missing.values())


def summarise_set_aside(
    store: Store, months: Sequence[str], snapshot: str, scored: pl.Series
) -> SetAsideSummary:
    """Read from quarantine what the snapshot and its months lack.

    Quarantine is no part of a publication: where it is damaged, the rest can still be shown.

    Args:
        store: where quarantine is.
        months: partitions of the twelve months.
        snapshot: partition of the snapshot.
        scored: ids of the customers who have a score.
    """
    try:
        found = kept(store, [*months, UNDATED, snapshot])
    except StoreUnavailableError:
        raise
    except StoreError as error:
        return SetAsideSummary(damage=str(error))
    rows = found.with_columns(kind_of(pl.col("reason")))
    named = rows.drop_nulls("file").select(pl.format("{}: {}", "file", "reason").alias("reason"))
    return SetAsideSummary(
        missing=_counted(
            missing_customers(
                rows.filter(pl.col("table").is_in(_CUSTOMER_TABLES), partition=snapshot), scored
            )
        ),
        rows=_counted(named),
    )


def missing_customers(rows: pl.DataFrame, scored: pl.Series) -> pl.DataFrame:
    """Say of each customer of set-aside rows who is not scored why that is: customer_id, reason.

    A row that only lacks its counterpart in another file is no cause where that row is set aside
    for a reason of its own.

    Args:
        rows: file, reason and values (JSON) of rows of the customer tables.
        scored: ids of the customers who have a score.
    """
    customer = normal_id(pl.col("values").str.json_path_match("$.customer_id"))
    follows = pl.col("reason").str.starts_with(_FOLLOWS)
    return (
        rows.with_columns(customer.alias("customer_id"))
        .drop_nulls("customer_id")
        .filter(~pl.col("customer_id").is_in(scored.to_list()))
        .sort(follows, "file", maintain_order=True)
        .unique("customer_id", keep="first", maintain_order=True)
        .select(
            "customer_id",
            pl.concat_str("file", "reason", separator=": ", ignore_nulls=True).alias("reason"),
        )
    )


def _counted(rows: pl.DataFrame) -> dict[str, int]:
    counted = rows.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return dict(counted.iter_rows())
