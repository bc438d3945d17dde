"""The hourly readings of a drop, summed and judged as a run does it, with nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from spanishgas_assets.bronze.clock_check import clock_finding
from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.bronze.daily_curve_check import curve_finding, daily_curves
from spanishgas_assets.bronze.finer_readings_check import finer_readings_finding
from spanishgas_assets.bronze.hour_label_check import label_finding, label_shifts
from spanishgas_assets.bronze.reading_checks import fuel_findings, marks_finding
from spanishgas_assets.bronze.tables import CONSUMPTION_MONTH
from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.inspection.remarks import LIMIT, FileReport, Weight, say_findings
from spanishgas_assets.partitions import month_after, month_start
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, year_of_name
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import ReadingsFile, scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.unreadable import refusing_unreadable
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.quarantine import reasons_in_words
from spanishgas_assets.tables.set_aside_limit import SetAside, limits_of, set_aside_finding
from spanishgas_assets.tables.table_checks import Finding


def inspect_readings(folder: str, settings: Settings) -> tuple[FileReport, pl.DataFrame | None]:
    """Sum all readings of a folder to customer-months.

    Returns:
        What is to be said of the file, and the customer-months (columns of
        bronze/consumption_month); None where it cannot be used.
    """
    report = FileReport(CONSUMPTION_HOURLY.name)
    labels = TimeLabels.of(settings)
    try:
        drop = find_drop(folder, CONSUMPTION_HOURLY)
        report.path = drop.path
        keys = _months(drop)
        files = scan_readings(drop, keys, labels)
        report.facts |= _form(files, labels)
        with refusing_unreadable(drop):
            summed = consumption_months(
                files,
                month_start(keys[0]),
                month_after(keys[-1]),
                settings.gas_kwh_per_m3,
                settings.clock,
            )
            shifts = label_shifts(files, labels, summed)
            curves = daily_curves(files, labels, summed.rows["customer_id"])
    except (MissingRawFileError, RawFileError) as error:
        report.say(Weight.STOPS, str(error))
        return report, None
    report.facts |= _facts(summed)
    _Judge(report, summed, files, labels, shifts, curves, settings).judge()
    return report, summed.rows


def _months(drop: Drop) -> list[str]:
    """Return the keys of the months that a drop can hold; of a year's file, all of them."""
    if drop.is_folder:
        if not drop.parts:
            raise RawFileError(
                f"{drop.path.name}: has no folder month=YYYY-MM with readings ({drop.url}). Put "
                "each month's file into its folder."
            )
        return [f"{month}-01" for month in sorted(drop.parts)]
    return [f"{year_of_name(drop.path.name)}-{number:02d}-01" for number in range(1, 13)]


def _form(files: Sequence[ReadingsFile], labels: TimeLabels) -> dict[str, str]:
    names = {file.name.rpartition(".")[2] for file in files}
    zones = {file.zone for file in files if file.zone}
    return {
        "form": f"{', '.join(sorted(names))}, {len(files):,} file{'s' if len(files) > 1 else ''}",
        "clock": f"{labels.clock.value}" + (f", zone {', '.join(sorted(zones))}" if zones else ""),
        "hour labels": labels.hours.value.replace("_", " "),
    }


def _facts(summed: ConsumptionMonths) -> dict[str, str]:
    rows = summed.rows
    hours = pl.col("hours_seen") + pl.col("hours_missing")
    share = pl.col("hours_seen").sum() / hours.sum()
    months = rows.group_by("month").agg(share.alias("share")).sort("month")
    facts = {"rows": f"{summed.file_rows:,}", "customers": f"{rows['customer_id'].n_unique():,}"}
    if months.height:
        first, last = months["month"][0], months["month"][-1]
        facts["months"] = f"{first:%Y-%m} to {last:%Y-%m}, {months.height} of them"
        least, most = months.select(least=pl.col("share").min(), most=pl.col("share").max()).row(0)
        facts["hours read"] = f"{least:.1%} to {most:.1%} of a month"
    return facts


@dataclass(frozen=True)
class _Judge:
    """All that the checks of bronze/consumption_month ask of a file's months."""

    report: FileReport
    summed: ConsumptionMonths
    files: Sequence[ReadingsFile]
    labels: TimeLabels
    shifts: pl.DataFrame
    curves: pl.DataFrame
    settings: Settings

    def judge(self) -> None:
        """Add a remark for each check that does not pass."""
        keys = [f"{month:%Y-%m-%d}" for month in self.summed.rows["month"].unique().sort()]
        self._set_aside()
        fuels = {key: fuel_findings(self.summed.rows, key) for key in keys}
        hard = [
            (key[:7], finding)
            for key in keys
            for finding in (
                clock_finding(self.summed.clock, key, self.labels.clock, self._zone(key)),
                self._labels_of(key),
                fuels[key][0],
            )
        ]
        say_findings(self.report, Weight.STOPS, hard)
        soft = [
            (key[:7], finding)
            for key in keys
            for finding in (
                fuels[key][1],
                curve_finding(self.curves, key, self.labels),
                finer_readings_finding(self.summed.rows, self.summed.finer, key),
            )
        ]
        say_findings(self.report, Weight.WARNS, [*soft, ("", marks_finding(self.summed.marks))])
        ignored = sorted({name for file in self.files for name in file.ignored_columns})
        if ignored:
            self.report.say(
                Weight.TELLS,
                f"Columns that the platform does not know, and leaves out: {', '.join(ignored)}",
            )

    def _zone(self, key: str) -> str:
        return next((file.zone for file in self.files if file.holds(key) and file.zone), "")

    def _labels_of(self, key: str) -> Finding:
        month = month_start(key)
        bad = self.summed.bad.filter(pl.col("month").is_null() | (pl.col("month") == month))
        used = self.summed.used.filter(pl.col("month") == month)["readings"].sum()
        return label_finding(
            bad, int(used) + bad.height, key, self.labels, self.shifts, zone=self._zone(key)
        )

    def _set_aside(self) -> None:
        """Judge each month by its own readings, and those of no month by the file's."""
        bad = self.summed.bad
        if bad.is_empty():
            return
        limits = limits_of(CONSUMPTION_MONTH, self.settings.set_aside_limits)
        used = dict(self.summed.used.select("month", "readings").iter_rows())
        found = []
        for (month,), rows in bad.group_by("month", maintain_order=True):
            dated = isinstance(month, date)
            count = used.get(month, 0) + rows.height if dated else self.summed.file_rows
            part = SetAside(rows, {CONSUMPTION_HOURLY.name: count})
            finding = set_aside_finding(limits, [part], LIMIT)
            found.append((f"{month:%Y-%m}" if dated else "", finding))
        say_findings(self.report, Weight.STOPS, found)
        if all(finding.passed for _, finding in found):
            said = f"{bad.height:,} readings are set aside: {reasons_in_words(bad)}"
            self.report.say(Weight.WARNS, said)
