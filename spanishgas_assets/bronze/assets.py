"""Bronze assets: raw files read, typed and summed. The work is done by the modules beside."""

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.bronze.cost_month import cost_months
from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.bronze.customer_month import customer_months, prices_without_consumption
from spanishgas_assets.bronze.interactions import interactions as read_interactions
from spanishgas_assets.bronze.price_month import price_months, zero_prices
from spanishgas_assets.bronze.tables import (
    CONSUMPTION_MONTH,
    COST_MONTH,
    CUSTOMER,
    CUSTOMER_MONTH,
    INTERACTIONS,
    PRICE_MONTH,
)
from spanishgas_assets.partitions import as_of, month_after, month_start
from spanishgas_assets.quarantine import UNDATED, set_aside
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.drops import find_drop
from spanishgas_assets.raw.files import (
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    PRICE_HISTORY,
)
from spanishgas_assets.raw.reading import Reading, read_rows
from spanishgas_assets.raw.readings import scan_readings
from spanishgas_assets.table_asset import Built, of_table, table_asset
from spanishgas_assets.text.notes import enrich_notes


@table_asset(CONSUMPTION_MONTH, deps=[raw_key(CONSUMPTION_HOURLY)])
def consumption_month(context: dg.AssetExecutionContext) -> Built:
    """All months of a run are summed in one pass over the readings."""
    keys = sorted(context.partition_keys)
    settings = context.resources.settings
    readings = scan_readings(find_drop(settings.raw, CONSUMPTION_HOURLY), keys)
    summed = consumption_months(
        readings, month_start(keys[0]), month_after(keys[-1]), settings.gas_kwh_per_m3
    )
    seen = _rows_per_month(summed.rows, pl.col("hours_seen").sum())
    bad = {key: summed.bad.filter(pl.col("month") == month_start(key)) for key in keys}
    undated = summed.bad.filter(pl.col("month").is_null())
    return Built(
        summed.rows,
        rows_in={key: seen.get(key, 0) + bad[key].height for key in keys},
        rows_out=seen,
        set_aside={
            **{
                key: set_aside(rows.drop("reason", "month"), rows["reason"])
                for key, rows in bad.items()
            },
            UNDATED: set_aside(undated.drop("reason", "month"), undated["reason"]),
        },
        metadata={
            key: {
                "readings": seen.get(key, 0),
                "readings_set_aside": bad[key].height,
                "elec_kwh": float(rows["elec_kwh"].sum()),
                "gas_m3": float(rows["gas_m3"].sum()),
                "negative_hours": int(
                    (rows["elec_negative_hours"] + rows["gas_negative_hours"]).sum()
                ),
            }
            for key in keys
            for rows in [summed.rows.filter(pl.col("month") == month_start(key))]
        },
    )


@table_asset(PRICE_MONTH, deps=[raw_key(PRICE_HISTORY)])
def price_month(context: dg.AssetExecutionContext) -> Built:
    """Rows without an id are set aside: the source confirms that they are invalid."""
    reading = read_rows(find_drop(context.resources.settings.raw, PRICE_HISTORY))
    built = _months_of(context, reading, "pricing_date", price_months(reading.rows.lazy()))
    return built.with_metadata(
        {
            key: {"zero_prices": zero_prices(reading.rows.filter(_in_month("pricing_date", key)))}
            for key in context.partition_keys
        }
    )


@table_asset(COST_MONTH, deps=[raw_key(COSTS)])
def cost_month(context: dg.AssetExecutionContext) -> Built:
    """Every province and month of the file."""
    reading = read_rows(find_drop(context.resources.settings.raw, COSTS))
    return _months_of(context, reading, "month", cost_months(reading.rows.lazy()))


@table_asset(
    CUSTOMER_MONTH,
    ins={"consumption_month": of_table(CONSUMPTION_MONTH), "price_month": of_table(PRICE_MONTH)},
)
def customer_month(
    context: dg.AssetExecutionContext,
    consumption_month: pl.LazyFrame,
    price_month: pl.LazyFrame,
) -> Built:
    """Price rows of customers without readings are set aside."""
    unused = prices_without_consumption(consumption_month, price_month).collect()
    used = _rows_per_month(consumption_month.collect(), pl.len())
    aside = {
        key: set_aside(
            unused.filter(pl.col("month") == month_start(key)), "price without consumption"
        )
        for key in context.partition_keys
    }
    return Built(
        customer_months(consumption_month, price_month),
        rows_in={key: used.get(key, 0) + rows.height for key, rows in aside.items()},
        set_aside=aside,
    )


@table_asset(
    CUSTOMER,
    deps=[raw_key(CHURN_LABEL), raw_key(CUSTOMER_ATTRIBUTES), raw_key(CUSTOMER_CONTRACTS)],
)
def customer(context: dg.AssetExecutionContext) -> Built:
    """Customers that lack attributes or a contract are set aside."""
    labels, attributes, contracts = (
        read_rows(find_drop(context.resources.settings.raw, file, as_of(context)))
        for file in (CHURN_LABEL, CUSTOMER_ATTRIBUTES, CUSTOMER_CONTRACTS)
    )
    frames = [reading.rows.lazy() for reading in (labels, attributes, contracts)]
    aside = pl.concat(
        [
            *(reading.set_aside for reading in (labels, attributes, contracts)),
            orphans(*frames).collect(),
        ]
    )
    known = customers(*frames).collect()
    unread = labels.set_aside.height + attributes.set_aside.height + contracts.set_aside.height
    ids = pl.concat([frame.select("customer_id") for frame in frames]).collect().n_unique()
    return Built(
        known,
        rows_in={context.partition_key: ids + unread},
        set_aside={context.partition_key: aside},
        metadata={
            context.partition_key: {
                "labelled": int(known["churn"].is_not_null().sum()),
                "churners": int(known["churn"].sum()),
            }
        },
    )


@table_asset(INTERACTIONS, deps=[raw_key(CUSTOMER_INTERACTIONS)])
def interactions(context: dg.AssetExecutionContext) -> Built:
    """All notes of the drop are kept; the latest before the snapshot is chosen later."""
    settings = context.resources.settings
    reading = read_rows(find_drop(settings.raw, CUSTOMER_INTERACTIONS, as_of(context)))
    notes = enrich_notes(read_interactions(reading.rows.lazy()), settings.sentiment)
    return Built(
        notes,
        rows_in={context.partition_key: reading.rows.height + reading.set_aside.height},
        set_aside={context.partition_key: reading.set_aside},
    )


def _rows_per_month(rows: pl.DataFrame, count: pl.Expr) -> dict[str, int]:
    counted = rows.group_by("month").agg(count.alias("rows"))
    return {month.isoformat(): int(number) for month, number in counted.iter_rows()}


def _in_month(column: str, key: str) -> pl.Expr:
    return pl.col(column).dt.truncate("1mo") == month_start(key)


def _months_of(
    context: dg.AssetExecutionContext, reading: Reading, dated: str, frame: pl.LazyFrame
) -> Built:
    """Keep the run's months of a small file, and sort its set-aside rows by month."""
    keys = list(context.partition_keys)
    month = pl.col("values").str.json_path_match(f"$.{dated}").str.head(7)
    dated_aside = reading.set_aside.with_columns(
        pl.when(month.str.contains(r"^\d{4}-\d{2}$")).then(month).alias("month")
    )
    aside = {key: dated_aside.filter(pl.col("month") == key[:7]).drop("month") for key in keys}
    undated = dated_aside.filter(pl.col("month").is_null()).drop("month")
    counted = _rows_per_month(frame.collect(), pl.len())
    return Built(
        frame.filter(pl.col("month").is_in([month_start(key) for key in keys])),
        rows_in={key: counted.get(key, 0) + part.height for key, part in aside.items()},
        set_aside={**aside, UNDATED: undated},
    )
