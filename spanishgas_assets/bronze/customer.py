"""Labels, attributes and contracts to one row per customer."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from spanishgas_assets.bronze.tables import FORMER_CUSTOMER
from spanishgas_assets.raw.unmatched_ids import without_match

_FLAGS = ("is_industrial", "is_second_residence", "is_high_competition_province", "is_urban")
_PLACE = ("file", "row")


def customers(
    labels: pl.LazyFrame,
    attributes: pl.LazyFrame,
    contracts: pl.LazyFrame,
    labelled_on: date | None = None,
) -> pl.LazyFrame:
    """Join what the three files say of each customer that has both attributes and a contract.

    A customer without a label keeps a null: labels come later than customers. A label without a
    date of its own is of ``labelled_on``.
    """
    return (
        attributes.drop(_PLACE)
        .join(contracts.drop(_PLACE), on="customer_id")
        .join(
            labels.drop(_PLACE).with_columns(
                pl.col("label_date").fill_null(pl.lit(labelled_on, dtype=pl.Date))
            ),
            on="customer_id",
            how="left",
        )
        .with_columns(pl.col(*_FLAGS).cast(pl.Boolean), pl.col("sales_channel").str.to_lowercase())
    )


def orphans(
    rows: Mapping[str, pl.DataFrame],
    labelled_on: date | None = None,
    customers_as_of: date | None = None,
) -> pl.DataFrame:
    """Return the rows whose customer is not in attributes or not in contracts.

    A label of a day before that of the customers' files is of a former customer then: who left
    since is in no later file.

    Args:
        rows: rows of ``labels``, ``attributes`` and ``contracts``, each with file and row.
        labelled_on: day of the labels that have none of their own.
        customers_as_of: day of the customers' files; None where it is not known.

    Columns file, row, reason and values (JSON).
    """
    needed = ("attributes", "contracts")
    lacks = [
        pl.when(~pl.col("customer_id").is_in(rows[name]["customer_id"].to_list())).then(
            pl.lit(f"customer_{name}.csv")
        )
        for name in needed
    ]
    missing = pl.concat_str(lacks, separator=" and ", ignore_nulls=True)
    known = pl.concat([rows[name]["customer_id"] for name in needed])
    reason = pl.format("customer not in {}", missing)
    reasons = dict.fromkeys(rows, reason)
    if customers_as_of is not None and "label_date" in rows["labels"].columns:
        day = pl.col("label_date").fill_null(pl.lit(labelled_on, dtype=pl.Date))
        left = ~pl.col("customer_id").is_in(known.to_list()) & (day < customers_as_of)
        reasons["labels"] = pl.when(left).then(pl.lit(FORMER_CUSTOMER)).otherwise(reason)
    return pl.concat(
        without_match(alone, known, alone.select(reasons[name].alias("reason")).to_series())
        for name, alone in ((name, frame.filter(missing != "")) for name, frame in rows.items())
    )
