"""The templates of the raw files are read as they stand."""

from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, OPTIONAL_FILES, RAW_FILES
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows


def test_every_file_has_a_template_that_is_read_without_a_loss(tmp_path: Path) -> None:
    assert main(["templates", "--out", str(tmp_path / "own")]) == 0
    for file in (*RAW_FILES, *OPTIONAL_FILES):
        drop = find_drop(str(tmp_path / "own"), file)
        if file is CONSUMPTION_HOURLY:
            (readings,) = scan_readings(drop, ["2024-01-01"])
            rows = readings.readings().collect()
            assert rows["timestamp"].null_count() == 0
            assert rows["consumption_gas_m3"].to_list() == [0.13, 0.13, None, None]
            continue
        reading = read_rows(drop)
        assert reading.set_aside.is_empty()
        assert reading.ignored_columns == []
        assert reading.rows.height > 0


def test_nothing_that_is_there_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "price_history.csv"
    own.write_text("mine")
    assert main(["templates", "--out", str(tmp_path)]) == 1
    assert "price_history.csv: is there already, and is not replaced" in capsys.readouterr().err
    assert own.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["price_history.csv"]


def test_the_page_names_every_column_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "own_data.md").read_text("utf-8")
    table = page.partition("## Columns")[2].partition("\nFurther")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ")][1:]
    named = {name.strip(" `") for cell in rows for name in cell.split(",")}
    columns = {name for file in (*RAW_FILES, *OPTIONAL_FILES) for name in file.columns}
    assert named == columns
