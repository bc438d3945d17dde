"""What a first model would be made of, and what it lacks."""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.churn.dataset.least_labels import MIN_CHURNERS
from spanishgas_assets.inspection.remarks import FileReport, Weight
from spanishgas_assets.partitions import month_after
from spanishgas_assets.raw.files import COSTS, PRICE_HISTORY
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.snapshot_dates import FIRST_SNAPSHOT, trailing_year_keys

_SUNDAY_TO_MONDAY = 7
_MONTHS_OF = {PRICE_HISTORY.name: "pricing_date", COSTS.name: "month"}


def inspect_first_model(
    known: pl.DataFrame | None, months: pl.DataFrame | None, readings: Mapping[str, Reading]
) -> FileReport:
    """Say which snapshot the files allow, and whether a model can learn from it.

    Args:
        known: the customers (columns of bronze/customer), or None.
        months: the customer-months of the readings, or None.
        readings: the small files that can be read, by name.
    """
    report = FileReport("a first model")
    if months is not None and months.height:
        _snapshot(report, months, readings)
    else:
        report.say(Weight.STOPS, "there are no readings to make features of")
    if known is None:
        report.say(Weight.STOPS, "customers, contracts and labels cannot be put together")
    else:
        _labels(report, known)
    return report


def first_snapshot(last_month: date) -> date:
    """Return the first Monday after a month, given by its first day.

    Example:
        >>> first_snapshot(date(2024, 12, 1))
        datetime.date(2025, 1, 6)
    """
    after = month_after(last_month.isoformat())
    return after + timedelta(days=-after.weekday() % _SUNDAY_TO_MONDAY)


def _snapshot(report: FileReport, months: pl.DataFrame, readings: Mapping[str, Reading]) -> None:
    there = {f"{month:%Y-%m-%d}" for month in months["month"].unique()}
    day = first_snapshot(date.fromisoformat(max(there)))
    keys = trailing_year_keys(day)
    report.facts["snapshot"] = f"{day}, of {keys[0][:7]} to {keys[-1][:7]}"
    if day < FIRST_SNAPSHOT:
        report.say(Weight.STOPS, f"snapshots begin on {FIRST_SNAPSHOT}: deliver later months")
    lacking = {"readings": [key for key in keys if key not in there]}
    for name, column in _MONTHS_OF.items():
        if name in readings:
            of_file = readings[name].rows[column].dt.truncate("1mo").unique()
            held = {f"{month:%Y-%m-%d}" for month in of_file}
            lacking[name] = [key for key in keys if key not in held]
    for name, missing in lacking.items():
        if missing:
            said = ", ".join(key[:7] for key in missing)
            report.say(
                Weight.STOPS,
                f"{name}: {len(missing)} of the twelve months before {day} are not there: {said}",
            )


def _labels(report: FileReport, known: pl.DataFrame) -> None:
    labels = known["churn"].drop_nulls()
    left = int(labels.sum())
    share = f", {left / labels.len():.1%}" if labels.len() else ""
    report.facts["labels"] = f"{labels.len():,} of {known.height:,} customers, {left:,} left{share}"
    if left in (0, labels.len()):
        text = "a model needs customers who left (churn 1) and who stayed (churn 0)"
        report.say(Weight.STOPS, text)
    elif left < MIN_CHURNERS:
        report.say(
            Weight.STOPS,
            f"{left:,} customers left, at least {MIN_CHURNERS} are needed: label a longer period "
            "or more customers",
        )
