"""The year's drop is what it was before histories came: its content is pinned.

The small files are pinned to the byte. Readings are pinned to a tenth of a watt-hour, since the
last digits of a logarithm or a power differ from processor to processor.
"""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.demo import write_demo_retailer

PINNED = {
    "churn_label.csv": "af0a670686574e09",
    "customer_attributes.csv": "f1740abe1596619a",
    "customer_contracts.csv": "5997ad0416cddc9d",
    "price_history.csv": "6c00a041a039b72f",
    "costs_by_province_month.csv": "d464e07ac655db6d",
    "customer_interactions.json": "7fbc57dfe4eeeb9d",
}
PINNED_READINGS = "d0f2eb5de39143ae"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("year") / "raw"
    write_demo_retailer(out, customers=130, seed=3)
    return out


@pytest.mark.parametrize("name", PINNED)
def test_a_small_file_has_the_bytes_it_always_had(year: Path, name: str) -> None:
    assert hashlib.sha256((year / name).read_bytes()).hexdigest()[:16] == PINNED[name]


def test_the_readings_are_those_they_always_were(year: Path) -> None:
    readings = pl.read_parquet(year / "consumption_hourly_2024.parquet")
    rounded = readings.select(
        "customer_id",
        pl.col("timestamp").cast(pl.Int64),
        (pl.col("consumption_elec_kwh", "consumption_gas_m3") * 1e4).round().cast(pl.Int64),
    )
    digest = hashlib.sha256()
    for column in rounded:
        if column.dtype == pl.String:
            digest.update("".join(column).encode())
        else:
            digest.update(column.to_numpy().tobytes())
    assert digest.hexdigest()[:16] == PINNED_READINGS
