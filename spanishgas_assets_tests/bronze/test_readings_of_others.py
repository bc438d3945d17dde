"""Readings as distributors and spreadsheets write them, each with the energy that it holds."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.unreadable import refusing_unreadable
from spanishgas_assets.settings import Clock, HourLabels

JANUARY, MARCH, OCTOBER = date(2024, 1, 1), date(2024, 3, 1), date(2024, 10, 1)
PLAIN = TimeLabels()
ENDS = TimeLabels(Clock.GRID, HourLabels.ENDING)
LOCAL_ENDS = TimeLabels(Clock.LOCAL, HourLabels.ENDING)
CUPS = "ES0021000000000001AA"
HEADER = "customer_id;timestamp;consumption_elec_kwh;consumption_gas_m3"
RENAMED = "customer_id;date;hour;consumption_elec_kwh;is_estimated"


def month(first: date) -> list[date]:
    days = [first + timedelta(days=day) for day in range(31)]
    return [day for day in days if day.month == first.month]


def datadis(
    header: str = "cups;fecha;hora;consumo_kWh;metodoObtencion",
    first: date = JANUARY,
    hours: Callable[[date], Iterable[int]] = lambda _: range(1, 25),
) -> str:
    """A month as distributors give it to their customers: 0.125 kWh in each hour."""
    rows = [
        f"{CUPS};{day:%Y/%m/%d};{hour:02d}:00;0,125;Real"
        for day in month(first)
        for hour in hours(day)
    ]
    return "\n".join([header, *rows]) + "\n"


def plain(elec: str = "0,125", gas: str = "0,5") -> str:
    rows = [
        f"{name};{day} {hour:02d}:00;{elec};{gas}"
        for name in ("C00001", "C00002")
        for day in month(JANUARY)
        for hour in range(24)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


def summed(
    folder: Path, text: str | bytes, labels: TimeLabels = PLAIN, first: date = JANUARY
) -> ConsumptionMonths:
    path = folder / "consumption_hourly_2024.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    drop = Drop(CONSUMPTION_HOURLY, path)
    end = date(2024, first.month + 1, 1)
    with refusing_unreadable(drop):
        files = scan_readings(drop, [first.isoformat()], labels)
        return consumption_months(files, first, end, 11.0, labels.clock)


def found(result: ConsumptionMonths) -> list[tuple[object, ...]]:
    rows = result.rows.select("elec_kwh", "gas_m3", "hours_seen", "hours_missing")
    return rows.unique().rows()


def reasons(result: ConsumptionMonths) -> list[tuple[int, str]]:
    return result.bad.select("row", "reason").rows()


MONTH = [(93.0, 372.0, 744, 0)]


def test_datadis_export_says_what_to_rename(tmp_path: Path) -> None:
    said = (
        r"Found: cups, fecha, hora, consumo_kWh, metodoObtencion\. If they are what they seem, "
        r"rename cups to customer_id, fecha to date, hora to hour, consumo_kWh to "
        r"consumption_elec_kwh, metodoObtencion to is_estimated\."
    )
    with pytest.raises(RawFileError, match=said):
        summed(tmp_path, datadis(), ENDS)


@pytest.mark.parametrize("form", ["{}", "{}.0", "0{}:00"], ids=["number", "float", "time"])
def test_datadis_export_with_these_names_is_read(tmp_path: Path, form: str) -> None:
    text = datadis(RENAMED)
    for hour in range(24, 0, -1):
        text = text.replace(f";{hour:02d}:00;", f";{form.format(hour)[-5:]};")
    result = summed(tmp_path, text, ENDS)
    assert found(result) == [(93.0, 0.0, 744, 0)]
    assert result.rows["estimated_hours"].item() == 0
    assert result.rows["elec_h09_kwh"].item() == 22 * 0.125  # working days
    assert result.bad.is_empty()


def test_hours_of_the_long_and_the_short_day(tmp_path: Path) -> None:
    text = datadis(RENAMED, OCTOBER, lambda day: range(1, 26 if day == date(2024, 10, 27) else 25))
    assert found(summed(tmp_path, text, LOCAL_ENDS, OCTOBER)) == [(93.125, 0.0, 745, 0)]
    text = datadis(RENAMED, MARCH, lambda day: range(1, 24 if day == date(2024, 3, 31) else 25))
    assert found(summed(tmp_path, text, LOCAL_ENDS, MARCH)) == [(92.875, 0.0, 743, 0)]


def test_hour_25_of_a_source_without_changes_of_the_clock_is_set_aside(tmp_path: Path) -> None:
    text = datadis(RENAMED, OCTOBER, lambda day: range(1, 26 if day == date(2024, 10, 27) else 25))
    result = summed(tmp_path, text, ENDS, OCTOBER)
    assert found(result) == [(93.0, 0.0, 744, 0)]
    assert reasons(result) == [(26 * 24 + 25, "no time")]


@pytest.mark.parametrize(
    "above", [b"sep=;\n", b"\xef\xbb\xbf", b"\xef\xbb\xbfsep=;\r\n"], ids=["named", "mark", "both"]
)
def test_what_spreadsheets_put_before_a_table(tmp_path: Path, above: bytes) -> None:
    result = summed(tmp_path, above + plain().encode())
    assert found(result) == MONTH
    assert result.file_rows == 2 * 744


def test_row_of_a_table_below_a_named_separator_is_counted_from_the_header(tmp_path: Path) -> None:
    text = "sep=;\n" + plain().replace(":00;0,125", ":00;much", 1)
    assert reasons(summed(tmp_path, text)) == [(1, "consumption_elec_kwh: not a number")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (plain().replace("consumption_elec_kwh", "consumption_elec_Wh"), "elec_kwh is missing"),
        (plain().replace("_gas_m3\n", "_gas_m3;consumption_elec_kwh\n"), "elec_kwh is there twice"),
        (plain().replace(HEADER, RENAMED + ";hour"), "column hour is there twice"),
        ("Curva de carga;;;\n" + plain(), "customer_id, timestamp, .* are missing"),
        (plain().replace("\n", "\r"), "lines end with a carriage return alone"),
        (plain().encode("utf-16"), r"UTF-16 text, expected UTF-8\. Save it as UTF-8"),
        (plain("0,125 kWh"), r"elec_kwh: not a number \(1,488 readings, first row 1\)"),
        (plain("(0,125)"), r"elec_kwh: not a number \(1,488 readings, first row 1\)"),
        (plain(gas="1,5-"), r"gas_m3: not a number \(1,488 readings, first row 1\)"),
        (
            plain().replace(";", ","),
            r"row 1 has 6 cells, the header 4\. Text and numbers that hold ',' have to stand in",
        ),
        (plain().replace("2024-01-", "01/24 "), "no time in a known form"),
    ],
    ids=lambda value: None if isinstance(value, bytes) or len(value) > 90 else value[:30],
)
def test_file_that_is_not_understood_is_refused(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(RawFileError, match=rf"consumption_hourly_2024\.csv: (?s:.*){said}"):
        summed(tmp_path, text)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1'234,5", "consumption_elec_kwh: not a number"),
        ("1\u202f234,5", "consumption_elec_kwh: not a number"),
        ("0,125-", "consumption_elec_kwh: not a number"),
        ("123456", "consumption_elec_kwh: absurd (100,000 or more in an hour)"),
    ],
)
def test_single_cell_that_is_not_understood_is_set_aside(
    tmp_path: Path, cell: str, why: str
) -> None:
    result = summed(tmp_path, plain().replace("0,125", cell, 1))
    assert reasons(result) == [(1, why)]
    assert set(found(result)) == {(92.875, 371.5, 743, 1), MONTH[0]}


def test_rows_that_are_no_readings_are_set_aside(tmp_path: Path) -> None:
    text = (
        plain()
        .replace("\n", "\nid;fecha y hora;kWh;m3\n", 1)
        .replace("\nC00002", "\n;;;\nC00002", 1)
    )
    result = summed(tmp_path, f"{text}TOTAL;;186;744\n")
    assert found(result) == MONTH
    assert reasons(result) == [(1, "no time"), (746, "no id"), (1491, "no time")]


@pytest.mark.parametrize("nothing", ["(null)", r"\N", "<null>", "NULL", ""])
def test_nothing_of_a_database_is_no_gas(tmp_path: Path, nothing: str) -> None:
    result = summed(tmp_path, plain(gas=nothing))
    assert found(result) == [(93.0, 0.0, 744, 0)]
    assert result.rows["gas_empty_hours"].unique().to_list() == [744]


def test_unit_in_brackets_of_a_header(tmp_path: Path) -> None:
    text = plain().replace("consumption_elec_kwh", "Consumption elec (kWh)")
    assert (
        found(summed(tmp_path, text.replace("consumption_gas_m3", "consumption gas m\u00b3")))
        == MONTH
    )


def test_separators_behind_the_last_cell_are_ignored(tmp_path: Path) -> None:
    assert found(summed(tmp_path, plain().replace("\n", ";;\n"))) == MONTH


def test_supply_point_with_and_without_border_point_stays_two(tmp_path: Path) -> None:
    text = plain().replace("C00001", CUPS).replace("C00002", f"{CUPS}1P")
    assert summed(tmp_path, text).rows["customer_id"].to_list() == [CUPS, f"{CUPS}1P"]
