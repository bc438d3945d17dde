"""Whether a snapshot knows its future: made again beside a false one, it must stay the same.

Every bronze row dated on or after the as-of date is corrupted, and more such rows are added, also
where the source has none yet. What the snapshot made of the rows before must not change.
"""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.gold.snapshot import Bronze
from spanishgas_assets.text.vocabulary import CANCELLATION

#: Customers that a false future takes on: enough to move every median, were they counted.
NEW_CUSTOMERS = 200

_ABSURD = 1000.0
_NEW = pl.lit("new-") + pl.col("customer_id")


def with_false_future(bronze: Bronze, as_of: date) -> Bronze:
    """Bronze tables in which nothing dated before ``as_of`` differs and everything else is false.

    * notes: every customer cancels in anger on ``as_of`` and a day later;
    * contracts: starts and product changes from ``as_of`` on move further; customers first
      activated from then on, and new ones, have absurd power and absurd months before it;
    * months and costs that end after ``as_of``: a thousandfold of use, prices and costs;
    * labels, but for those of an earlier day, which say who has left since: turned round.

    The renewal date, which says what is planned, stays.
    """
    earlier = pl.col("label_date") < as_of
    customer = bronze.customer.with_columns(
        churn=pl.when(earlier).then("churn").otherwise(1 - pl.col("churn").fill_null(0))
    )
    newcomers = _newcomers(customer, as_of)
    later = pl.col("customer_first_activation_date") >= as_of
    months = bronze.months.with_columns(pl.selectors.float() * _absurd_if(_ends_after(as_of)))
    return replace(
        bronze,
        customer=pl.concat(
            [
                customer.with_columns(
                    _postponed("contract_start_date", as_of),
                    _postponed("last_product_change_date", as_of),
                    contracted_power_kw=pl.col("contracted_power_kw") * _absurd_if(later),
                ),
                newcomers,
            ]
        ),
        interactions=_false_notes(bronze, as_of),
        months=pl.concat(
            [
                months,
                _moved(bronze.months, as_of).with_columns(pl.selectors.float() * _ABSURD),
                bronze.months.join(
                    newcomers.select(pl.col("customer_id").str.strip_prefix("new-")),
                    on="customer_id",
                    how="semi",
                ).with_columns(pl.selectors.float() * _ABSURD, customer_id=_NEW),
            ]
        ),
        costs=pl.concat(
            [
                bronze.costs.with_columns(pl.selectors.float() * _absurd_if(_ends_after(as_of))),
                _moved(bronze.costs, as_of).with_columns(pl.selectors.float() * _ABSURD),
            ]
        ),
    )


def changed_features(stored: pl.DataFrame, again: pl.DataFrame) -> dict[str, int]:
    """Features of two gold masters that differ, each with its number of customers.

    A customer that only one of the two has is counted under ``customer_id``.
    """
    if stored.equals(again):
        return {}
    unknown = stored.join(again, on="customer_id", how="anti").height + (
        again.join(stored, on="customer_id", how="anti").height
    )
    both = stored.join(again, on="customer_id", suffix="_again")
    changed = {
        name: int(both[name].ne_missing(both[f"{name}_again"]).sum())
        for name in stored.columns
        if name != "customer_id"
    }
    return {name: rows for name, rows in ({"customer_id": unknown} | changed).items() if rows}


def _newcomers(customer: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The first customers once more, as if they had been activated on ``as_of``."""
    return (
        customer.sort("customer_id")
        .head(NEW_CUSTOMERS)
        .with_columns(
            customer_id=_NEW,
            customer_first_activation_date=pl.lit(as_of),
            contracted_power_kw=pl.col("contracted_power_kw") * _ABSURD,
        )
    )


def _false_notes(bronze: Bronze, as_of: date) -> pl.LazyFrame:
    """All notes, those from ``as_of`` on in anger, and two more angry ones for every customer."""
    anger = {
        "customer_intent": pl.lit(CANCELLATION),
        "sentiment_label": pl.lit("negative"),
        "sentiment_negative": pl.lit(1.0),
        "sentiment_neutral": pl.lit(0.0),
        "sentiment_positive": pl.lit(0.0),
    }
    later = pl.col("interaction_date") >= as_of
    notes = bronze.interactions.with_columns(
        pl.when(later).then(said).otherwise(pl.col(name)).alias(name)
        for name, said in anger.items()
    )
    given = {"customer_id": pl.col("customer_id")} | anger
    added = [
        bronze.customer.select(
            (
                pl.lit(day) if name == "interaction_date" else given.get(name, pl.lit(None, dtype))
            ).alias(name)
            for name, dtype in bronze.interactions.collect_schema().items()
        )
        for day in (as_of, as_of + timedelta(days=1))
    ]
    return pl.concat([notes, *added])


def _moved(monthly: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """The rows of the newest month before ``as_of`` once more, as if of the month of ``as_of``."""
    start = as_of.replace(day=1)
    before = monthly.filter(pl.col("month") < start)
    newest = before.filter(pl.col("month") == pl.col("month").max())
    taken = monthly.filter(pl.col("month") == start)
    keys = [key for key in ("customer_id", "province_code") if key in monthly.collect_schema()]
    return newest.join(taken, on=keys, how="anti").with_columns(month=pl.lit(start))


def _ends_after(as_of: date) -> pl.Expr:
    return pl.col("month") >= as_of.replace(day=1)


def _absurd_if(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(_ABSURD).otherwise(1.0)


def _postponed(name: str, as_of: date) -> pl.Expr:
    day = pl.col(name)
    return pl.when(day >= as_of).then(day.dt.offset_by("17d")).otherwise(day).alias(name)
