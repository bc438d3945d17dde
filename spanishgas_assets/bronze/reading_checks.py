"""What the readings of a month leave unsaid: fuels without a value, marks that nobody knows."""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.raw.typed_rows import REFUSED_SHARE
from spanishgas_assets.tables.table_checks import Finding

_PRESENT, _GAPS, _MARKS = "fuels_present", "fuel_gaps", "estimate_marks"

FUEL_CHECKS = {
    _PRESENT: (
        "Electricity has values, gas has some if other months have, and at most "
        f"{REFUSED_SHARE:.0%} of the readings of customers with a fuel, and of the customers who "
        "had it the month before, lack it."
    ),
}
READING_WARNINGS = {
    _GAPS: "Who has a fuel in some readings of the month has it in all.",
    _MARKS: "Every mark of an estimated reading is a known word.",
}

_COLUMN_OF = {"elec": "consumption_elec_kwh", "gas": "consumption_gas_m3"}
_SHOWN_WORDS = 3
_SHOWN_LETTERS = 20


def fuel_findings(
    rows: pl.DataFrame, partition: str, before: pl.DataFrame | None = None
) -> tuple[Finding, Finding]:
    """Judge whether empty cells of a fuel mean that the customer does not have it.

    Args:
        rows: the customer-months of a run, columns of bronze/consumption_month.
        partition: the month to be judged (``2024-03-01``).
        before: the customer-months of the month before the run, if they are known.

    Returns:
        The hard finding, which says that a fuel is lost, and the soft one, which counts gaps.
    """
    month = rows.filter(pl.col("month") == month_start(partition))
    readings = int(month["hours_seen"].sum())
    known = _with_month_before(rows, before)
    lost, gaps, counts = [], [], {}
    for fuel, column in _COLUMN_OF.items():
        empty = pl.col(f"{fuel}_empty_hours")
        having = month.filter(empty < pl.col("hours_seen"))
        missing, of = (int(having[name].sum()) for name in (f"{fuel}_empty_hours", "hours_seen"))
        customers = having.filter(empty > 0).height
        counts[f"{fuel}_readings_empty"] = missing
        needed = fuel == "elec" or known.filter(empty < pl.col("hours_seen")).height > 0
        without, had, earlier = _without_what_they_had(known, month, fuel)
        counts[f"{fuel}_customers_without"] = without
        if readings and not of and needed:
            seen = f"; {had:,} of the customers had it in {earlier:%Y-%m}" if had else ""
            lost.append(f"{column} is empty in all {readings:,} readings{seen}")
        elif without > max(1, REFUSED_SHARE * had):
            lost.append(
                f"{column} is empty in all readings of {without:,} of {had:,} customers who had it "
                f"in {earlier:%Y-%m}"
            )
        if missing:
            said = f"{column}: empty in {missing:,} of {of:,} readings of customers who have it"
            gaps.append(f"{said} ({customers:,} customers); they count as zero")
            if missing > REFUSED_SHARE * of:
                lost.append(f"{said}, over {REFUSED_SHARE:.0%}")
    remedy = ". Deliver the readings again with values of that fuel"
    return (
        Finding(
            _PRESENT, not lost, "; ".join(lost) + remedy if lost else "both read as given", counts
        ),
        Finding(_GAPS, not gaps, "; ".join(gaps) or "no reading lacks a fuel of its customer"),
    )


def _with_month_before(rows: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    columns = ["customer_id", "month", "hours_seen", "elec_empty_hours", "gas_empty_hours"]
    if before is None or not set(columns) <= set(before.columns):
        return rows.select(columns)
    return pl.concat([before.select(columns), rows.select(columns)])


def _without_what_they_had(
    known: pl.DataFrame, month: pl.DataFrame, fuel: str
) -> tuple[int, int, date | None]:
    """Count customers who lack a fuel, and those of them who had it the month before, which is it.

    Customers who are not in both months do not count.
    """
    if month.is_empty():
        return 0, 0, None
    earlier = (month["month"][0] - timedelta(days=1)).replace(day=1)
    has = pl.col(f"{fuel}_empty_hours") < pl.col("hours_seen")
    had = known.filter(pl.col("month") == earlier, has).select("customer_id")
    now = month.join(had, on="customer_id", how="semi")
    return now.filter(~has).height, now.height, earlier


def marks_finding(marks: pl.DataFrame) -> Finding:
    """Report marks of estimated readings that nobody knows: word, readings."""
    readings = int(marks["readings"].sum())
    words = [f"{word[:_SHOWN_LETTERS]!r}" for word in marks["word"].head(_SHOWN_WORDS)]
    return Finding(
        _MARKS,
        marks.is_empty(),
        f"{readings:,} readings are marked {', '.join(words)}, which is no known word: they count "
        "as estimates. Ask the source what it means"
        if readings
        else "every mark is known",
        {"readings_marked_otherwise": readings},
    )
