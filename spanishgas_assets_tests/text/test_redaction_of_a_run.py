"""Planted personal data, a real run, and a search through every byte that the run left."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.demo import write_demo_retailer
from spanishgas_assets_tests.stored import rows_of

SNAPSHOT = "2025-01-06"
PLANTED = [
    "Wenceslada",
    "Quintanilla",
    "wences.q",
    "correo-privado",
    "655 443 322",
    "655443322",
    "87654321X",
    "X7654321B",
    "ES7620770024003102575766",
    "ES0031406543210987JK",
]
NOTES = [
    "Hola Wenceslada Quintanilla, renovación del contrato",
    "Renewal. Write to wences.q@correo-privado.es or call 655 443 322",
    "Factura. DNI 87654321X, NIE X7654321B, IBAN ES7620770024003102575766",
    "Baja del CUPS ES0031406543210987JK, tel. 655443322",
    ["Estimada Wenceslada Quintanilla: factura", "655443322"],
]


@dataclass(frozen=True)
class Ran:
    """What a run read, left and said."""

    raw: Path
    store: Path
    said: str
    code: int


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    raw, store = folder / "raw", folder / "store"
    write_demo_retailer(raw, customers=1_200, seed=7)
    _plant(raw / "customer_interactions.json")
    done = subprocess.run(
        [sys.executable, "-m", "spanishgas_assets.cli", "run", "--snapshot", SNAPSHOT, "--train"],
        env=os.environ
        | {
            "SPANISHGAS_RAW": str(raw),
            "SPANISHGAS_STORE": str(store),
            "SPANISHGAS_PR_AUC_FLOOR": "0.45",
            "DAGSTER_HOME": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(raw, store, done.stdout + done.stderr, done.returncode)


def _plant(notes: Path) -> None:
    """Put personal data into notes that are read, and into two rows that are set aside."""
    records = json.loads(notes.read_text(encoding="utf-8"))
    planted = [records[0] | {"interaction_summary": note} for note in NOTES]
    undated = records[0] | {"date": "call 655443322", "interaction_summary": NOTES[1]}
    notes.write_text(json.dumps([*planted, undated, NOTES[2], *records]), encoding="utf-8")


def _texts(file: Path) -> list[bytes]:
    """The bytes of a file, and of a Parquet file the cells, which it holds compressed."""
    found = [file.read_bytes()]
    if file.suffix == ".parquet":
        found.append(pl.read_parquet(file).write_json().encode())
    return found


def test_the_run_reached_its_end_with_the_planted_notes_read_and_set_aside(ran):
    assert ran.code == 0, ran.said
    notes = rows_of(ran.store, f"bronze/interactions/{SNAPSHOT}")
    assert notes["interaction_summary"].head(len(NOTES)).to_list() == [
        "Hola [NAME], renovación del contrato",
        "Renewal. Write to [EMAIL] or call [PHONE]",
        "Factura. [ID], NIE [ID], IBAN [IBAN]",
        "Baja del CUPS [CUPS], tel. [PHONE]",
        '["Estimada [NAME]: factura", "[PHONE]"]',
    ]
    assert rows_of(ran.store, f"quarantine/bronze_interactions/{SNAPSHOT}").height == 2


def test_no_byte_of_store_logs_and_event_metadata_holds_personal_data(ran):
    files = [path for path in ran.store.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)
    assert any(path.suffix == ".parquet" for path in files)
    leaks = [
        (planted, path.relative_to(ran.store).as_posix())
        for path in files
        for text in _texts(path)
        for planted in PLANTED
        if planted.encode() in text
    ]
    assert leaks == []


def test_nothing_that_the_run_said_holds_personal_data(ran):
    assert [planted for planted in PLANTED if planted in ran.said] == []


def test_the_originals_stay_in_raw(ran):
    raw = (ran.raw / "customer_interactions.json").read_text(encoding="utf-8")
    assert [planted for planted in PLANTED if planted not in raw] == []
