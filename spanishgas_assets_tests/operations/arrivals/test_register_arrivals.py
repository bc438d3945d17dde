"""What an arrival leaves in the instance, and what it makes stale."""

from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.errors import MissingRawFileError
from spanishgas_assets.operations.arrivals.arrival_state import ArrivalImpact
from spanishgas_assets.operations.arrivals.register_arrivals import Arrival, register_arrival
from spanishgas_assets.settings import Settings
from spanishgas_assets_tests.bronze.platform import MONTHS, SNAPSHOT, monthly_rows, write_raw
from spanishgas_assets_tests.raw.drops import csv_text, write


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def noted(folder: Path, instance: dg.DagsterInstance, touched: list[str] = MONTHS) -> ArrivalImpact:
    settings = Settings(raw=str(folder / "raw"), store=str(folder / "store"))
    arrival = Arrival(
        batch="flat.1.a", snapshot=SNAPSHOT, job="train_snapshot", known=MONTHS, touched=touched
    )
    return register_arrival(settings, instance, build_definitions(settings), arrival)


def observed(instance: dg.DagsterInstance, file: str) -> list[tuple[str | None, str]]:
    """Partition and version of each observation of a raw asset, oldest first."""
    records = instance.fetch_observations(dg.AssetKey(["raw", file]), limit=99).records[::-1]
    events = [record.asset_observation for record in records]
    return [(one.partition, one.tags["dagster/data_version"]) for one in events if one]


def test_the_first_drop_makes_its_months_and_the_snapshot(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    write_raw(tmp_path / "raw")
    assert noted(tmp_path, instance) == ArrivalImpact(MONTHS, {}, snapshot=True)


def test_only_what_the_batch_touched_is_looked_at(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    write_raw(tmp_path / "raw")
    assert noted(tmp_path, instance, touched=["2024-02-01"]).months == ["2024-02-01"]


def test_a_month_without_prices_is_named_with_what_it_lacks(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    raw = write_raw(tmp_path / "raw")
    rows = [row for row in monthly_rows("price_history") if "2024-03" not in row]
    write(raw, "price_history", csv_text("price_history", rows))
    assert noted(tmp_path, instance).unready == {"2024-03-01": ["price_history"]}


def test_the_raw_assets_show_a_version_for_each_content_that_arrived(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    raw = write_raw(tmp_path / "raw")
    noted(tmp_path, instance)
    noted(tmp_path, instance)
    (first,) = observed(instance, "customer_contracts")
    assert [month for month, _ in observed(instance, "price_history")] == MONTHS
    write(raw, "customer_contracts", csv_text("customer_contracts").replace("2020", "2021"))
    noted(tmp_path, instance)
    before, after = observed(instance, "customer_contracts")
    assert before == first
    assert (after[0], after[1] != before[1]) == (SNAPSHOT, True)
    assert len(observed(instance, "price_history")) == 3


def test_a_drop_without_a_file_is_refused_in_words(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    (write_raw(tmp_path / "raw") / "price_history.csv").unlink()
    with pytest.raises(MissingRawFileError, match=r"price_history\.csv: not found"):
        noted(tmp_path, instance)
