"""Labels, attributes and contracts to one row per customer."""

import polars as pl

_FLAGS = ("is_industrial", "is_second_residence", "is_high_competition_province", "is_urban")


def customers(
    labels: pl.LazyFrame, attributes: pl.LazyFrame, contracts: pl.LazyFrame
) -> pl.LazyFrame:
    """Join what the three files say of each customer that has both attributes and a contract.

    A customer without a label keeps a null: labels come later than customers.
    """
    return (
        attributes.drop("row")
        .join(contracts.drop("row"), on="customer_id")
        .join(labels.drop("row"), on="customer_id", how="left")
        .with_columns(pl.col(*_FLAGS).cast(pl.Boolean), pl.col("sales_channel").str.to_lowercase())
    )


def orphans(
    labels: pl.LazyFrame, attributes: pl.LazyFrame, contracts: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the ids that lack attributes or a contract, with the reason (columns row, reason).

    ``values`` holds the id as JSON text; ``row`` is null, since the row is the one not there.
    """
    ids = (
        pl.concat([frame.select("customer_id") for frame in (labels, attributes, contracts)])
        .unique()
        .sort("customer_id")
    )
    known = ids.join(
        attributes.select("customer_id", attributes=pl.lit(value=True)),
        on="customer_id",
        how="left",
    ).join(
        contracts.select("customer_id", contracts=pl.lit(value=True)), on="customer_id", how="left"
    )
    missing = pl.concat_str(
        pl.when(pl.col("attributes").is_null()).then(pl.lit("customer_attributes.csv")),
        pl.when(pl.col("contracts").is_null()).then(pl.lit("customer_contracts.csv")),
        separator=" and ",
        ignore_nulls=True,
    )
    return known.filter(missing != "").select(
        pl.lit(None, dtype=pl.Int64).alias("row"),
        pl.format("customer not in {}", missing).alias("reason"),
        pl.struct("customer_id").struct.json_encode().alias("values"),
    )
