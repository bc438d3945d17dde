"""The seven raw files, each as small as it can be, for tests that break one."""

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import RAW_FILES, RawFile

CUSTOMERS = [f"C{number:05d}" for number in range(1, 13)]

CSV_ROWS = {
    "churn_label": [f"{name},0" for name in CUSTOMERS],
    "customer_attributes": [f"{name},4.6,0,0,28,Madrid,0,1,oficina" for name in CUSTOMERS],
    "customer_contracts": [f"{name},2020-01-06,2024-06-01,,2025-06-01" for name in CUSTOMERS],
    "price_history": [f"{name},2024-01-01,0.2,0.15,0.1,10,6,,0,0" for name in CUSTOMERS],
    "costs_by_province_month": [f"2024-01,{code},0.08,0.75,0.02" for code in range(1, 13)],
}


def file_named(name: str) -> RawFile:
    return next(file for file in RAW_FILES if file.name == name)


def csv_text(name: str, rows: list[str] | None = None, *, separator: str = ",") -> str:
    file = file_named(name)
    names = [column for column in file.columns if column not in file.may_lack]
    lines = [",".join(names), *(CSV_ROWS[name] if rows is None else rows)]
    return "\n".join(line.replace(",", separator) for line in lines) + "\n"


def write(folder: Path, name: str, content: str | bytes, filename: str | None = None) -> Drop:
    """Put a raw file's content in a folder; the drop that reading starts from."""
    file = file_named(name)
    path = folder / (filename or file.filenames[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Drop(file, path)


def notes(count: int = 12) -> list[dict[str, str]]:
    return [
        {"customer_id": name, "date": "2024-11-15", "channel": "phone",
         "interaction_summary": f"Note {name}"}
        for name in CUSTOMERS[:count]
    ]  # fmt: skip


def notes_text(records: list[object]) -> str:
    return json.dumps(records)


def readings(days: int = 2, customers: int = 3, start: date = date(2024, 1, 1)) -> pl.DataFrame:
    hours = pl.datetime_range(
        pl.lit(start), pl.lit(start + timedelta(days=days)), "1h", closed="left", eager=True
    ).cast(pl.Datetime("us"))
    names = pl.DataFrame({"customer_id": CUSTOMERS[:customers]})
    return names.join(pl.DataFrame({"timestamp": hours}), how="cross").with_columns(
        consumption_elec_kwh=pl.lit(1.25), consumption_gas_m3=pl.lit(0.5)
    )
