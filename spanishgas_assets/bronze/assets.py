"""Bronze assets: raw files read, typed and summed. The work is done by the modules beside."""

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.clock_check import CLOCK_CHECK, clock_finding
from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.bronze.cost_month import cost_months
from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.bronze.customer_month import customer_months, prices_without_consumption
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.interactions import interactions as read_interactions
from spanishgas_assets.bronze.interactions import read_notes
from spanishgas_assets.bronze.note_checks import what_notes_say
from spanishgas_assets.bronze.price_month import price_months, zero_prices
from spanishgas_assets.bronze.tables import (
    CONSUMPTION_MONTH,
    COST_MONTH,
    CUSTOMER,
    CUSTOMER_MONTH,
    INTERACTIONS,
    PRICE_MONTH,
    TARIFF_MONTH,
)
from spanishgas_assets.bronze.tariff_month import (
    months_of_unknown_customers,
    supplies_an_hour_late,
    tariff_months,
)
from spanishgas_assets.config_assets import READING_SETTINGS, TEXT_SETTINGS
from spanishgas_assets.partitions import (
    as_of,
    month_after,
    month_start,
    trailing_year,
)
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import (
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    PRICE_HISTORY,
    RawFile,
)
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import refusing_unreadable, scan_readings
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.quarantine import UNDATED, set_aside
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset, year_of_table
from spanishgas_assets.tariffs.periods import periods_version
from spanishgas_assets.text.backends import Models
from spanishgas_assets.text.notes import enrich_notes
from spanishgas_assets.text.score_cache import ScoreCache


@table_asset(
    CONSUMPTION_MONTH,
    deps=[raw_key(CONSUMPTION_HOURLY), READING_SETTINGS.key],
    code_version="4",
    hard_checks=CLOCK_CHECK,
)
def consumption_month(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """All months of a run are summed in one pass over the readings."""
    keys = sorted(context.partition_keys)
    drop = find_drop(settings.raw, CONSUMPTION_HOURLY, cache=settings.raw_cache)
    files = scan_readings(drop, keys)
    with refusing_unreadable(drop):
        summed = consumption_months(
            files,
            month_start(keys[0]),
            month_after(keys[-1]),
            settings.gas_kwh_per_m3,
            settings.clock,
        )
    seen = _rows_per_month(summed.rows, pl.col("hours_seen").sum())
    aside = _by_month(summed.bad, keys)
    ignored = sorted({name for file in files for name in file.ignored_columns})
    return Built(
        summed.rows,
        source_rows={
            key: {CONSUMPTION_HOURLY.name: seen.get(key, 0) + aside[key].height} for key in keys
        },
        rows_out=seen,
        set_aside=aside,
        findings={key: [clock_finding(summed.clock, key, settings.clock)] for key in keys},
        metadata={
            key: {
                "readings": seen.get(key, 0),
                "readings_set_aside": aside[key].height,
                "readings_missing": int(rows["hours_missing"].sum()),
                "elec_kwh": float(rows["elec_kwh"].sum()),
                "gas_m3": float(rows["gas_m3"].sum()),
                "negative_hours": int(
                    (rows["elec_negative_hours"] + rows["gas_negative_hours"]).sum()
                ),
                "ignored_columns": ", ".join(ignored) or "none",
            }
            for key in keys
            for rows in [summed.rows.filter(pl.col("month") == month_start(key))]
        },
    )


@table_asset(PRICE_MONTH, deps=[raw_key(PRICE_HISTORY)], code_version="2")
def price_month(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Rows without an id are set aside: the source confirms that they are invalid."""
    reading = without_duplicates(
        read_rows(find_drop(settings.raw, PRICE_HISTORY, cache=settings.raw_cache)),
        ["customer_id", pl.col("pricing_date").dt.truncate("1mo")],
    )
    built = _months_of(context, PRICE_HISTORY, reading, price_months(reading.rows.lazy()))
    return built.with_metadata(
        {
            key: {
                **built.metadata[key],
                "zero_prices": zero_prices(reading.rows.filter(_in_month("pricing_date", key))),
            }
            for key in context.partition_keys
        }
    )


@table_asset(COST_MONTH, deps=[raw_key(COSTS)], code_version="2")
def cost_month(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Every province and month of the file."""
    reading = without_duplicates(
        read_rows(find_drop(settings.raw, COSTS, cache=settings.raw_cache)), ["province", "month"]
    )
    built = _months_of(context, COSTS, reading, cost_months(reading.rows.lazy()))
    every = set(reading.rows["province"])
    return built.with_metadata(
        {
            key: {
                **built.metadata[key],
                "provinces_without_cost": ", ".join(
                    str(code)
                    for code in sorted(
                        every - set(reading.rows.filter(_in_month("month", key))["province"])
                    )
                )
                or "none",
            }
            for key in context.partition_keys
        }
    )


@table_asset(
    CUSTOMER_MONTH,
    ins={"consumption_month": of_table(CONSUMPTION_MONTH), "price_month": of_table(PRICE_MONTH)},
    code_version="3",
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
    TARIFF_MONTH,
    ins={"months": year_of_table(CONSUMPTION_MONTH), "customer": of_table(CUSTOMER)},
    code_version=f"2-{periods_version()}",
)
def tariff_month(
    context: dg.AssetExecutionContext,
    settings: Settings,
    months: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Months of customers that the snapshot does not know are set aside."""
    window = trailing_year(months, as_of(context))
    unknown = months_of_unknown_customers(window, customer).collect()
    rows = tariff_months(window, customer).collect()
    late = supplies_an_hour_late(rows, settings.clock)
    return Built(
        rows,
        rows_in={context.partition_key: int(window.select(pl.len()).collect().item())},
        set_aside={context.partition_key: set_aside(unknown, "customer not in the snapshot")},
        metadata={context.partition_key: {"supplies_an_hour_late": late}},
    )


@table_asset(
    CUSTOMER,
    deps=[raw_key(CHURN_LABEL), raw_key(CUSTOMER_ATTRIBUTES), raw_key(CUSTOMER_CONTRACTS)],
    code_version="2",
)
def customer(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Rows whose customer lacks attributes or a contract are set aside, as are repeated ones."""
    files = {
        "labels": CHURN_LABEL,
        "attributes": CUSTOMER_ATTRIBUTES,
        "contracts": CUSTOMER_CONTRACTS,
    }
    readings = {
        name: without_duplicates(
            read_rows(find_drop(settings.raw, file, as_of(context), cache=settings.raw_cache)),
            ["customer_id"],
        )
        for name, file in files.items()
    }
    rows = {name: reading.rows for name, reading in readings.items()}
    alone = orphans(rows)
    aside = pl.concat([*(reading.set_aside.drop("month") for reading in readings.values()), alone])
    known = customers(*(frame.lazy() for frame in rows.values())).collect()
    labelled = int(known["churn"].is_not_null().sum())
    return Built(
        known,
        source_rows={
            context.partition_key: {
                file.name: readings[name].height for name, file in files.items()
            }
        },
        rows_out={context.partition_key: 2 * known.height + labelled},
        set_aside={context.partition_key: aside},
        metadata={
            context.partition_key: {
                "labelled": labelled,
                "churners": int(known["churn"].sum()),
                "rows_of_orphans": alone.height,
                **_what_was_odd(*readings.values()),
            }
        },
    )


@table_asset(
    INTERACTIONS, deps=[raw_key(CUSTOMER_INTERACTIONS), TEXT_SETTINGS.key], code_version="2"
)
def interactions(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """All notes of the drop are kept; the latest before the snapshot is chosen later."""
    reading = read_notes(
        find_drop(settings.raw, CUSTOMER_INTERACTIONS, as_of(context), cache=settings.raw_cache)
    )
    cache = ScoreCache(open_store(settings.store))
    notes = enrich_notes(
        read_interactions(reading.rows.lazy()),
        settings.sentiment,
        models=Models.of(settings),
        cache=cache,
        progress=context.log.info,
    ).collect()
    return Built(
        notes,
        source_rows={context.partition_key: {CUSTOMER_INTERACTIONS.name: reading.height}},
        set_aside={context.partition_key: reading.set_aside},
        metadata={context.partition_key: what_notes_say(notes, cache)},
    )


def _rows_per_month(rows: pl.DataFrame, count: pl.Expr) -> dict[str, int]:
    counted = rows.group_by("month").agg(count.alias("rows"))
    return {month.isoformat(): int(number) for month, number in counted.iter_rows()}


def _in_month(column: str, key: str) -> pl.Expr:
    return pl.col(column).dt.truncate("1mo") == month_start(key)


def _by_month(bad: pl.DataFrame, keys: list[str]) -> dict[str, pl.DataFrame]:
    """Sort set-aside rows by the run's months; those that no month can claim are undated."""
    aside = {key: bad.filter(pl.col("month") == month_start(key)).drop("month") for key in keys}
    return {**aside, UNDATED: bad.filter(pl.col("month").is_null()).drop("month")}


def _what_was_odd(*readings: Reading) -> dict[str, str | int]:
    ignored = [name for reading in readings for name in reading.ignored_columns]
    return {
        "ignored_columns": ", ".join(ignored) or "none",
        "respelled_ids": sum(reading.respelled_ids for reading in readings),
    }


def _months_of(
    context: dg.AssetExecutionContext, file: RawFile, reading: Reading, frame: pl.LazyFrame
) -> Built:
    """Keep the run's months of a small file, and sort its set-aside rows by month."""
    keys = list(context.partition_keys)
    aside = _by_month(reading.set_aside, keys)
    counted = _rows_per_month(frame.collect(), pl.len())
    return Built(
        frame.filter(pl.col("month").is_in([month_start(key) for key in keys])),
        source_rows={key: {file.name: counted.get(key, 0) + aside[key].height} for key in keys},
        set_aside=aside,
        metadata={key: _what_was_odd(reading) for key in keys},
    )
