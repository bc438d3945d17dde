"""What the customers of an earlier snapshot would read today, had nothing happened but time."""

from datetime import date

import polars as pl

from spanishgas_assets.gold.compound import compound
from spanishgas_assets.gold.durations import DAYS_PER_MONTH, MONTHS_PER_DAY
from spanishgas_assets.gold.interaction_strings import interaction_strings
from spanishgas_assets.gold.lifecycle import contract_stage
from spanishgas_assets.gold.tables import BEHAVIORAL, GOLD_MASTER, LIFECYCLE, SENTIMENT

#: Days in the unit of a feature that ages, and units in a day.
_UNITS = {"days": (1.0, 1.0), "months": (DAYS_PER_MONTH, MONTHS_PER_DAY)}

#: The features that only age: the days since or until something, whoever the customer is.
AGEING = {name: spec for name, spec in GOLD_MASTER.columns.items() if spec.ages}


#: Of them, what is counted from a day in a month of the window and not from a day of its own.
COUNTED_FROM_MONTHS = {"days_since_price_change"}


def months_turned(before: date, as_of: date) -> int:
    """Return how many complete months a snapshot has that the earlier one had not.

    Example:
        >>> months_turned(date(2025, 1, 20), date(2025, 1, 27))
        0
        >>> months_turned(date(2025, 1, 27), date(2025, 2, 3))
        1
    """
    return (as_of.year - before.year) * 12 + as_of.month - before.month


def aged(gold_master: pl.DataFrame, before: date, as_of: date) -> pl.DataFrame:
    """Move on what only ages, and what is made from it, down to the joined strings.

    Grain, columns and types as given. An age is moved in whole days, so that it equals to the last
    bit that of a snapshot in which nothing happened. Where months have turned, what happened in a
    month has happened as many months later: events of months go on, and the newest month has its
    own. A table of an earlier release that lacks a column is aged in the features that it has.

    Args:
        gold_master: of the earlier snapshot.
        before: the earlier snapshot.
        as_of: the day to which it is moved on.
    """
    older = gold_master.with_columns(
        (
            _of_months(name, before, as_of)
            if name in COUNTED_FROM_MONTHS
            else _moved_on(name, (as_of - before).days)
        )
        .cast(gold_master.schema[name])
        .alias(name)
        for name in AGEING
        if name in gold_master.columns
    )
    if not set(GOLD_MASTER.columns) <= set(older.columns):
        return older
    stage = older.with_columns(contract_stage())
    lifecycle, behavioral, sentiment = (
        stage.select(list(tier.columns)).lazy() for tier in (LIFECYCLE, BEHAVIORAL, SENTIMENT)
    )
    for made in (
        compound(lifecycle, behavioral),
        interaction_strings(lifecycle, behavioral, sentiment),
    ):
        stage = stage.update(made.collect(), on="customer_id", how="left", include_nulls=True)
    return stage.select(gold_master.columns)


def _moved_on(name: str, days: int) -> pl.Expr:
    days_per_unit, units_per_day = _UNITS[AGEING[name].unit or ""]
    whole = (pl.col(name) * days_per_unit).round() + AGEING[name].ages * days
    return whole * units_per_day


def _of_months(name: str, before: date, as_of: date) -> pl.Expr:
    """Days since an event of a month: February is shorter, so they are counted from its day."""
    event = pl.lit(before) - pl.duration(days=pl.col(name))
    return (pl.lit(as_of) - event.dt.offset_by(f"{months_turned(before, as_of)}mo")).dt.total_days()
