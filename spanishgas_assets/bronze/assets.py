"""Bronze assets: raw files read, typed and summed. The work is done by the modules beside."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.clock_check import CLOCK_CHECK, clock_finding
from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.bronze.cost_month import cost_months
from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.bronze.customer_month import customer_months, prices_without_consumption
from spanishgas_assets.bronze.daily_curve_check import CURVE_CHECK, curve_finding, daily_curves
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.energy_unit_check import ENERGY_CHECK, energy_units_finding
from spanishgas_assets.bronze.finer_readings_check import FINER_CHECK, finer_readings_finding
from spanishgas_assets.bronze.hour_label_check import LABEL_CHECK, label_finding, label_shifts
from spanishgas_assets.bronze.interactions import interactions, read_notes
from spanishgas_assets.bronze.metadata import (
    consumption_metadata,
    cost_metadata,
    customer_metadata,
    price_metadata,
)
from spanishgas_assets.bronze.note_checks import what_notes_say
from spanishgas_assets.bronze.price_month import price_months
from spanishgas_assets.bronze.reading_checks import (
    FUEL_CHECKS,
    READING_WARNINGS,
    fuel_findings,
    marks_finding,
)
from spanishgas_assets.bronze.tables import (
    CONSUMPTION_MONTH,
    COST_MONTH,
    CUSTOMER,
    CUSTOMER_MONTH,
    INTERACTIONS,
    NO_CONSUMPTION,
    PRICE_MONTH,
    TARIFF_MONTH,
    UNKNOWN_CUSTOMER,
)
from spanishgas_assets.bronze.tariff_month import (
    months_of_unknown_customers,
    supplies_an_hour_late,
    tariff_months,
)
from spanishgas_assets.bronze.unit_checks import (
    COST_UNITS,
    CUSTOMER_CHECKS,
    PRICE_UNITS,
    UNIT_CHECK,
    Expected,
    order_finding,
    power_finding,
    price_units_finding,
)
from spanishgas_assets.config_assets import LABEL_SETTINGS, READING_SETTINGS, TEXT_SETTINGS
from spanishgas_assets.partitions import (
    as_of,
    month_after,
    month_start,
    trailing_year,
)
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.drops import CUSTOMERS_AS_OF, Drop
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
from spanishgas_assets.raw.meter_readings import ReadingsFile, scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.raw.unmatched_ids import without_match
from spanishgas_assets.raw.unreadable import refusing_unreadable
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import current_version, scan_versions, table_key
from spanishgas_assets.tables.quarantine import UNDATED
from spanishgas_assets.tables.table_asset import (
    Built,
    BuiltMonths,
    of_table,
    table_asset,
    year_of_table,
)
from spanishgas_assets.tariffs.periods import periods_version
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.score_cache import ScoreCache


@table_asset(
    CONSUMPTION_MONTH,
    deps=[raw_key(CONSUMPTION_HOURLY), READING_SETTINGS.key],
    code_version=f"11-{periods_version()}",
    hard_checks=CLOCK_CHECK | LABEL_CHECK | FUEL_CHECKS,
    soft_checks=READING_WARNINGS | CURVE_CHECK | FINER_CHECK,
)
def bronze_consumption_month(context: dg.AssetExecutionContext, settings: Settings) -> BuiltMonths:
    """All months of a run are summed in one pass over the readings."""
    keys = sorted(context.partition_keys)
    start, end = month_start(keys[0]), month_after(keys[-1])
    drop = find_drop(settings.raw, CONSUMPTION_HOURLY, cache=settings.raw_cache)
    labels = TimeLabels.of(settings)
    files = scan_readings(drop, keys, labels)
    with refusing_unreadable(drop):
        summed = consumption_months(files, start, end, settings.gas_kwh_per_m3, settings.clock)
        shifts = label_shifts(files, labels, summed)
        curves = daily_curves(files, labels, summed.rows["customer_id"])
        before = _month_before(settings, keys[0])
    return _summed_months(summed, keys, files, labels, shifts, curves, before)


@table_asset(PRICE_MONTH, deps=[raw_key(PRICE_HISTORY)], code_version="4", soft_checks=UNIT_CHECK)
def bronze_price_month(context: dg.AssetExecutionContext, settings: Settings) -> BuiltMonths:
    """Rows without an id are set aside: the source confirms that they are invalid."""
    key: list[str | pl.Expr] = ["customer_id", pl.col("pricing_date").dt.truncate("1mo")]
    reading = without_duplicates(read_rows(_found(settings, PRICE_HISTORY)), key)
    rows = price_months(reading.rows.lazy())
    return _months_of(
        context.partition_keys, PRICE_HISTORY, reading, rows, price_metadata, PRICE_UNITS
    )


@table_asset(COST_MONTH, deps=[raw_key(COSTS)], code_version="4", soft_checks=UNIT_CHECK)
def bronze_cost_month(context: dg.AssetExecutionContext, settings: Settings) -> BuiltMonths:
    """Every province and month of the file."""
    reading = without_duplicates(read_rows(_found(settings, COSTS)), ["province", "month"])
    rows = cost_months(reading.rows.lazy())
    return _months_of(context.partition_keys, COSTS, reading, rows, cost_metadata, COST_UNITS)


@table_asset(
    CUSTOMER_MONTH,
    ins={"consumption_month": of_table(CONSUMPTION_MONTH), "price_month": of_table(PRICE_MONTH)},
    code_version="3",
)
def bronze_customer_month(
    context: dg.AssetExecutionContext,
    consumption_month: pl.LazyFrame,
    price_month: pl.LazyFrame,
) -> BuiltMonths:
    """Price rows of customers without readings are set aside."""
    unused = prices_without_consumption(consumption_month, price_month).collect()
    read = consumption_month.select("customer_id").unique().collect().to_series()
    used = _rows_per_month(consumption_month.collect(), pl.len())
    aside = {
        key: without_match(unused.filter(month=month_start(key)), read, NO_CONSUMPTION)
        for key in context.partition_keys
    }
    rows_in = {key: used.get(key, 0) + rows.height for key, rows in aside.items()}
    prices = _rows_per_month(price_month.collect(), pl.len())
    rows = customer_months(consumption_month, price_month)
    return BuiltMonths(
        rows,
        rows_in=rows_in,
        set_aside=aside,
        aside_of={key: {PRICE_MONTH.title: prices.get(key, 0)} for key in aside},
    )


@table_asset(
    TARIFF_MONTH,
    ins={"months": year_of_table(CONSUMPTION_MONTH), "customer": of_table(CUSTOMER)},
    code_version=f"2-{periods_version()}",
    soft_checks=ENERGY_CHECK,
)
def bronze_tariff_month(
    context: dg.AssetExecutionContext,
    settings: Settings,
    months: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Months of customers that the snapshot does not know are set aside."""
    window = trailing_year(months, as_of(context))
    unknown = months_of_unknown_customers(window, customer).collect()
    rows = tariff_months(window, customer).collect()
    return Built(
        rows,
        rows_in=int(window.select(pl.len()).collect().item()),
        set_aside=without_match(unknown, customer, UNKNOWN_CUSTOMER),
        metadata={"supplies_an_hour_late": supplies_an_hour_late(rows, settings.clock)},
        warnings=[energy_units_finding(window, customer)],
    )


@table_asset(
    CUSTOMER,
    deps=[
        raw_key(CHURN_LABEL),
        raw_key(CUSTOMER_ATTRIBUTES),
        raw_key(CUSTOMER_CONTRACTS),
        LABEL_SETTINGS.key,
    ],
    code_version="6",
    soft_checks=CUSTOMER_CHECKS,
)
def bronze_customer(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Rows whose customer lacks attributes or a contract are set aside, as are repeated ones."""
    day = as_of(context)
    readings = {name: _customers_of(settings, f, day) for name, f in _CUSTOMER_FILES.items()}
    rows = {name: reading.rows for name, reading in readings.items()}
    labels, attributes, contracts = (frame.lazy() for frame in rows.values())
    labelled_on = settings.label_date or _drop_day(settings, CHURN_LABEL, day)
    known = customers(labels, attributes, contracts, labelled_on).collect()
    customers_as_of = _drop_day(settings, CUSTOMER_CONTRACTS, day)
    alone = orphans(rows, labelled_on, customers_as_of)
    return Built(
        known,
        source_rows={_CUSTOMER_FILES[name].name: readings[name].height for name in readings},
        rows_out=2 * known.height + int(known["churn"].is_not_null().sum()),
        set_aside=pl.concat([*(r.set_aside.drop("month") for r in readings.values()), alone]),
        metadata=customer_metadata(known, alone, list(readings.values()))
        | {CUSTOMERS_AS_OF: str(customers_as_of or "")},
        warnings=[power_finding(known), order_finding(known)],
    )


@table_asset(
    INTERACTIONS,
    deps=[raw_key(CUSTOMER_INTERACTIONS), TEXT_SETTINGS.key],
    code_version="6",
)
def bronze_interactions(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """All notes of the drop are kept; the latest before the snapshot is chosen later."""
    reading = read_notes(_found(settings, CUSTOMER_INTERACTIONS, as_of(context)))
    cache = ScoreCache(open_store(settings.store))
    rows = interactions(reading.rows.lazy())
    notes = enrich_notes(
        rows, Readers.of(settings), cache=cache, progress=context.log.info
    ).collect()
    return Built(
        notes,
        source_rows={CUSTOMER_INTERACTIONS.name: reading.height},
        set_aside=reading.set_aside,
        metadata=what_notes_say(notes, cache),
    )


#: The files of a customer, in the order in which ``customers`` takes them.
_CUSTOMER_FILES = {
    "labels": CHURN_LABEL,
    "attributes": CUSTOMER_ATTRIBUTES,
    "contracts": CUSTOMER_CONTRACTS,
}


def _drop_day(settings: Settings, file: RawFile, day: date) -> date | None:
    """The date of the dated drop that a snapshot's file lies in; None for one that lies flat."""
    return _found(settings, file, day).day


def _customers_of(settings: Settings, file: RawFile, day: date) -> Reading:
    return without_duplicates(read_rows(_found(settings, file, day)), ["customer_id"])


def _found(settings: Settings, file: RawFile, day: date | None = None) -> Drop:
    """Find a small file, its dates to be read as they are declared."""
    declared = file.declared(settings.date_orders)
    return find_drop(settings.raw, declared, day, cache=settings.raw_cache)


def _summed_months(
    summed: ConsumptionMonths,
    keys: Sequence[str],
    files: Sequence[ReadingsFile],
    labels: TimeLabels,
    shifts: pl.DataFrame,
    curves: pl.DataFrame,
    before: pl.DataFrame | None,
) -> BuiltMonths:
    seen = _rows_per_month(summed.used, pl.col("readings").sum())
    readings = {key: seen.get(key, 0) for key in keys}
    aside = _by_month(summed.bad, keys)
    ignored = sorted({name for file in files for name in file.ignored_columns})
    zones = {key: next((f.zone for f in files if f.holds(key) and f.zone), "") for key in keys}
    fuels = {key: fuel_findings(summed.rows, key, before) for key in keys}
    return BuiltMonths(
        summed.rows,
        source_rows={
            **{key: {CONSUMPTION_HOURLY.name: readings[key] + aside[key].height} for key in keys},
            UNDATED: {CONSUMPTION_HOURLY.name: summed.file_rows},
        },
        rows_out=seen,
        set_aside=aside,
        findings={
            key: [
                clock_finding(summed.clock, key, labels.clock, zones[key]),
                label_finding(
                    pl.concat([aside[key], aside[UNDATED]]),
                    readings[key] + aside[key].height,
                    key,
                    labels,
                    shifts,
                    zone=zones[key],
                ),
                fuels[key][0],
            ]
            for key in keys
        },
        warnings={
            key: [
                fuels[key][1],
                marks_finding(summed.marks),
                curve_finding(curves, key, labels),
                finer_readings_finding(summed.rows, summed.finer, key, before),
            ]
            for key in keys
        },
        metadata=consumption_metadata(summed.rows, readings, aside, ignored),
    )


def _month_before(settings: Settings, key: str) -> pl.DataFrame | None:
    """Read the customer-months of the month before, as they are stored; None if they are not."""
    earlier = (month_start(key) - timedelta(days=1)).replace(day=1)
    partition = table_key(CONSUMPTION_MONTH.layer, CONSUMPTION_MONTH.name, earlier.isoformat())
    store = open_store(settings.store)
    version = current_version(store, partition)
    return scan_versions(store, [version]).collect() if version else None


def _rows_per_month(rows: pl.DataFrame, count: pl.Expr) -> dict[str, int]:
    counted = rows.group_by("month").agg(count.alias("rows"))
    return {month.isoformat(): int(number) for month, number in counted.iter_rows()}


def _by_month(bad: pl.DataFrame, keys: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Sort set-aside rows by the run's months; those that no month can claim are undated."""
    aside = {key: bad.filter(pl.col("month") == month_start(key)).drop("month") for key in keys}
    return {**aside, UNDATED: bad.filter(pl.col("month").is_null()).drop("month")}


def _months_of(
    keys: Sequence[str],
    file: RawFile,
    reading: Reading,
    frame: pl.LazyFrame,
    describe: Callable[[Reading, str], dict[str, Any]],
    prices: Mapping[str, Expected],
) -> BuiltMonths:
    """Keep the run's months of a small file, and sort its set-aside rows by month."""
    aside = _by_month(reading.set_aside, keys)
    every = frame.collect()
    counted = _rows_per_month(every, pl.len())
    return BuiltMonths(
        every.filter(pl.col("month").is_in([month_start(key) for key in keys])),
        source_rows={
            **{key: {file.name: counted.get(key, 0) + aside[key].height} for key in keys},
            UNDATED: {file.name: reading.height},
        },
        set_aside=aside,
        metadata={key: describe(reading, key) for key in keys},
        warnings={key: [price_units_finding(every, key, prices)] for key in keys},
    )
