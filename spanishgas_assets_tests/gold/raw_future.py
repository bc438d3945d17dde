"""Raw drops that differ only in rows dated on or after a day: removed, or false and many."""

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

_READINGS = "consumption_hourly_2024.parquet"
_PRICES = "price_history.csv"
_COSTS = "costs_by_province_month.csv"
_NOTES = "customer_interactions.json"
_CONTRACTS = "customer_contracts.csv"
_ATTRIBUTES = "customer_attributes.csv"
_LABELS = "churn_label.csv"


def without_future(raw: Path, out: Path, as_of: date) -> Path:
    """Copy a drop without the rows dated on or after ``as_of``, and without such contract dates."""
    shutil.copytree(raw, out)
    day = as_of.isoformat()
    midnight = datetime.combine(as_of, datetime.min.time())
    readings = pl.read_parquet(out / _READINGS).filter(pl.col("timestamp") < midnight)
    readings.write_parquet(out / _READINGS)
    _rewrite(out / _PRICES, lambda rows: rows.filter(pl.col("pricing_date") < day))
    _rewrite(out / _COSTS, lambda rows: rows.filter(pl.col("month") < day[:7]))
    _rewrite(
        out / _CONTRACTS,
        lambda rows: rows.filter(pl.col("customer_first_activation_date") < day).with_columns(
            pl.when(pl.col(name) < day).then(pl.col(name)).alias(name)
            for name in ("contract_start_date", "last_product_change_date")
        ),
    )
    known = json.loads((out / _NOTES).read_text())
    (out / _NOTES).write_text(json.dumps([note for note in known if note["date"] < day]))
    return out


def with_false_future(raw: Path, out: Path, as_of: date) -> Path:
    """Copy a drop with the labels turned round and a false future: the past stays as it is.

    Readings, prices and costs of the day and the months after, a furious note for everybody, and
    new customers, copies of known ones with absurd power, prices and use, activated that day.
    """
    without_future(raw, out, as_of)
    newcomer = pl.lit("N") + pl.col("customer_id")
    day = as_of.isoformat()
    readings = pl.read_parquet(out / _READINGS)
    first = readings.filter(pl.col("timestamp") == pl.col("timestamp").min())
    absurd = [pl.col("consumption_elec_kwh", "consumption_gas_m3") * 1000 + 50]
    ahead = [
        first.with_columns(*absurd, timestamp=pl.lit(moment).cast(readings.schema["timestamp"]))
        for hours in (0, 1, 24 * 40)
        for moment in [datetime.combine(as_of, datetime.min.time()) + timedelta(hours=hours)]
    ]
    new = first.head(20).with_columns(*absurd, customer_id=newcomer)
    pl.concat([readings, *ahead, new]).write_parquet(out / _READINGS)
    _rewrite(
        out / _PRICES,
        lambda rows: pl.concat(
            [
                rows,
                *(
                    _newest(rows, "pricing_date").with_columns(
                        pl.lit(later).alias("pricing_date"), *_ninefold("variable|fixed")
                    )
                    for later in (day, f"{as_of.year}-02-10")
                ),
                rows.drop_nulls("customer_id")
                .head(40)
                .with_columns(*_ninefold("variable|fixed"), customer_id=newcomer),
            ]
        ),
    )
    _rewrite(
        out / _COSTS,
        lambda rows: pl.concat(
            [
                rows,
                *(
                    _newest(rows, "month").with_columns(
                        pl.lit(later).alias("month"), *_ninefold("cost|peaje")
                    )
                    for later in (day[:7], f"{as_of.year}-02")
                ),
            ]
        ),
    )
    notes = json.loads((out / _NOTES).read_text())
    everybody = pl.read_csv(out / _LABELS, infer_schema=False)["customer_id"]
    furious = "I am furious. This is my complaint: I cancel the contract and switch to another."
    notes += [
        {"customer_id": name, "date": day, "channel": "phone", "interaction_summary": furious}
        for name in everybody
    ]
    (out / _NOTES).write_text(json.dumps(notes))
    for name, false in (
        (_CONTRACTS, {"customer_first_activation_date": pl.lit(day)}),
        (_ATTRIBUTES, {"contracted_power_kw": pl.lit("149.5")}),
        (_LABELS, {}),
    ):
        _rewrite(
            out / name,
            lambda rows, false=false: pl.concat(
                # The labels are in an order of their own.
                [
                    rows,
                    rows.sort("customer_id").head(20).with_columns(customer_id=newcomer, **false),
                ]
            ),
        )
    _rewrite(
        out / _LABELS,
        lambda rows: rows.with_columns(
            churn=pl.when(pl.col("churn") == "1").then(pl.lit("0")).otherwise(pl.lit("1"))
        ),
    )
    return out


def _rewrite(path, change):
    change(pl.read_csv(path, infer_schema=False)).write_csv(path)


def _newest(rows, dated):
    return rows.filter(pl.col(dated).str.head(7) == pl.col(dated).str.head(7).max())


def _ninefold(pattern):
    return [(pl.col(f"^.*({pattern}).*$").cast(pl.Float64) * 9).cast(pl.String)]
