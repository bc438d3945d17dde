"""What the readings of a month leave unsaid: fuels without a value, marks that nobody knows."""

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.raw.typed_rows import REFUSED_SHARE
from spanishgas_assets.tables.table_checks import Finding

_PRESENT, _GAPS, _MARKS = "fuels_present", "fuel_gaps", "estimate_marks"

FUEL_CHECKS = {
    _PRESENT: (
        "Electricity has values, gas has some if other months of the run do, and at most "
        f"{REFUSED_SHARE:.0%} of the readings of customers with a fuel lack it."
    ),
}
READING_WARNINGS = {
    _GAPS: "Who has a fuel in some readings of the month has it in all.",
    _MARKS: "Every mark of an estimated reading is a known word.",
}

_COLUMN_OF = {"elec": "consumption_elec_kwh", "gas": "consumption_gas_m3"}
_SHOWN_WORDS = 3
_SHOWN_LETTERS = 20


def fuel_findings(rows: pl.DataFrame, partition: str) -> tuple[Finding, Finding]:
    """Judge whether empty cells of a fuel mean that the customer does not have it.

    Args:
        rows: the customer-months of a run, columns of bronze/consumption_month.
        partition: the month to be judged (``2024-03-01``).

    Returns:
        The hard finding, which says that a fuel is lost, and the soft one, which counts gaps.
    """
    month = rows.filter(pl.col("month") == month_start(partition))
    readings = int(month["hours_seen"].sum())
    lost, gaps, counts = [], [], {}
    for fuel, column in _COLUMN_OF.items():
        empty = pl.col(f"{fuel}_empty_hours")
        having = month.filter(empty < pl.col("hours_seen"))
        missing, of = (int(having[name].sum()) for name in (f"{fuel}_empty_hours", "hours_seen"))
        customers = having.filter(empty > 0).height
        counts[f"{fuel}_readings_empty"] = missing
        needed = fuel == "elec" or rows.filter(empty < pl.col("hours_seen")).height > 0
        if readings and not of and needed:
            lost.append(f"{column} is empty in all {readings:,} readings")
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


def marks_finding(marks: pl.DataFrame) -> Finding:
    """Report marks of estimated readings that nobody knows: word, readings."""
    readings = int(marks["readings"].sum())
    words = [f"{word[:_SHOWN_LETTERS]!r}" for word in marks["word"].head(_SHOWN_WORDS)]
    return Finding(
        _MARKS,
        marks.is_empty(),
        f"{readings:,} readings are marked {', '.join(words)}, which is no known word: they count "
        "as measured. Ask the source what it means"
        if readings
        else "every mark is known",
        {"readings_marked_otherwise": readings},
    )
