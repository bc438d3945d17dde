"""What the files of a drop are together: keys that match, places that have costs, units."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.bronze.energy_unit_check import energy_units_finding
from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.bronze.unit_checks import order_finding, power_finding
from spanishgas_assets.inspection.remarks import LIMIT, FileReport, Weight, say_findings
from spanishgas_assets.raw.files import (
    CAMPAIGN_OUTCOMES,
    CHURN_LABEL,
    CONSUMPTION_HOURLY,
    CONTACT_PREFERENCES,
    COSTS,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    PRICE_HISTORY,
)
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.raw.unmatched_ids import why_unmatched
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.quarantine import reasons_in_words
from spanishgas_assets.tables.set_aside_limit import SetAside, limits_of, set_aside_finding

_OF_CUSTOMERS = (CUSTOMER_ATTRIBUTES, CUSTOMER_CONTRACTS, CHURN_LABEL)
_NAMES = ("attributes", "contracts", "labels")
_MATCHED = (PRICE_HISTORY, CUSTOMER_INTERACTIONS, CONTACT_PREFERENCES, CAMPAIGN_OUTCOMES)
#: Below this share of ids that are customers, two files are not of one retailer.
_LEAST_MATCHED = 0.5


def inspect_together(
    readings: Mapping[str, Reading],
    months: pl.DataFrame | None,
    days: Mapping[str, date | None],
    settings: Settings,
) -> tuple[FileReport, pl.DataFrame | None]:
    """Hold the files against each other.

    Args:
        readings: the small files that can be read, by name.
        months: the customer-months of the readings, or None.
        days: of the dated drop that each file lies in; None for one that lies flat.
        settings: limits of what may be set aside, and the day of the labels.

    Returns:
        What is to be said, and the customers (columns of bronze/customer); None where one of their
        files cannot be read.
    """
    report = FileReport("the files together")
    if any(file.name not in readings for file in _OF_CUSTOMERS):
        return report, None
    known = _customers(report, readings, days, settings)
    ids = known["customer_id"]
    for file in _MATCHED:
        if file.name in readings:
            _match(report, file.name, readings[file.name].rows["customer_id"], ids)
    if months is not None:
        _match(report, CONSUMPTION_HOURLY.name, months["customer_id"], ids)
        without = ids.len() - int(ids.is_in(months["customer_id"].unique().implode()).sum())
        if without:
            report.say(Weight.WARNS, f"{without:,} of {ids.len():,} customers have no reading")
        found = [("", energy_units_finding(months.lazy(), known.lazy()))]
        say_findings(report, Weight.WARNS, found)
        if COSTS.name in readings:
            _costs(report, readings[COSTS.name].rows, known, months)
    say_findings(report, Weight.WARNS, [("", power_finding(known)), ("", order_finding(known))])
    return report, known


def _customers(
    report: FileReport,
    readings: Mapping[str, Reading],
    days: Mapping[str, date | None],
    settings: Settings,
) -> pl.DataFrame:
    of_customers = zip(_NAMES, _OF_CUSTOMERS, strict=True)
    rows = {name: readings[file.name].rows for name, file in of_customers}
    attributes, contracts, labels = (rows[name].lazy() for name in _NAMES)
    labelled_on = settings.label_date or days[CHURN_LABEL.name]
    known = customers(labels, attributes, contracts, labelled_on).collect()
    alone = orphans(rows, labelled_on, days[CUSTOMER_CONTRACTS.name])
    report.facts["customers"] = f"{known.height:,} with attributes and a contract"
    if alone.height:
        came_in = {file.name: readings[file.name].height for file in _OF_CUSTOMERS}
        limits = limits_of(CUSTOMER, settings.set_aside_limits)
        finding = set_aside_finding(limits, [SetAside(alone, came_in)], LIMIT)
        if finding.passed:
            said = f"{alone.height:,} rows are set aside: {reasons_in_words(alone)}"
            report.say(Weight.WARNS, said)
        else:
            report.say(Weight.STOPS, finding.description)
    return known


def _match(report: FileReport, name: str, written: pl.Series, known: pl.Series) -> None:
    ids = written.drop_nulls().unique()
    if ids.is_empty():
        return
    others = ids.filter(~ids.is_in(known.implode())).sort()
    matched = ids.len() - others.len()
    report.facts[name] = f"{matched:,} of {ids.len():,} ids are customers"
    if others.is_empty():
        return
    reasons = pl.DataFrame({"reason": why_unmatched(others, known, "not a customer")})
    said = reasons_in_words(reasons.with_columns(row=pl.lit(None, pl.Int64)))
    weight = Weight.STOPS if matched < _LEAST_MATCHED * ids.len() else Weight.WARNS
    examples = ", ".join(others.head(3))
    report.say(
        weight,
        f"{name}: {others.len():,} of {ids.len():,} ids are no customer's ({examples}): {said}",
    )


def _costs(
    report: FileReport, costs: pl.DataFrame, known: pl.DataFrame, months: pl.DataFrame
) -> None:
    """Report provinces of customers that have no cost in a month of the readings."""
    needed = known.select(pl.col("province_code").alias("province")).unique()
    wanted = needed.join(months.select("month").unique(), how="cross")
    have = costs.select("province", pl.col("month").dt.truncate("1mo"))
    lacking = wanted.join(have, on=["province", "month"], how="anti").sort("month", "province")
    if lacking.height:
        month, province = lacking.select("month", "province").row(0)
        report.say(
            Weight.WARNS,
            f"{COSTS.name}: {lacking.height:,} of {wanted.height:,} provinces and months of "
            f"customers have no cost, first province {province} in {month:%Y-%m}",
        )
