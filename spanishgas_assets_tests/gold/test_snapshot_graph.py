"""A small retailer's snapshot made by the graph: audited from raw files, at any thread count."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.demo import write_demo_retailer
from spanishgas_assets.gold.checks import HARD_CHECKS, stored_bronze
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS
from spanishgas_assets.silver import customer as silver_customer
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import current_version, table_key
from spanishgas_assets_tests.builders import AS_OF
from spanishgas_assets_tests.gold.graph import make_months, make_snapshot
from spanishgas_assets_tests.gold.raw_future import with_false_future, without_future
from spanishgas_assets_tests.stored import object_of, rows_of

REPOSITORY = Path(__file__).parents[2]
GOLD_TABLES = [*TIERS.values(), GOLD_MASTER]


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drop") / "raw"
    write_demo_retailer(folder, customers=700, seed=3)
    return folder


@pytest.fixture(scope="module")
def made(raw, tmp_path_factory):
    """Store and result of the snapshot as it is."""
    store = tmp_path_factory.mktemp("made")
    make_months(raw, store)
    return store, make_snapshot(raw, store)


def gold_bytes(store):
    return {
        table.name: object_of(store, table_key("gold", table.name, AS_OF.isoformat())).read_bytes()
        for table in GOLD_TABLES
    }


@pytest.mark.parametrize("future", [without_future, with_false_future])
def test_no_raw_row_from_the_snapshot_on_changes_a_byte_of_gold(raw, made, tmp_path, future):
    store, result = made
    assert result.success
    other = future(raw, tmp_path / "raw", AS_OF)
    make_months(other, tmp_path / "store")
    assert make_snapshot(other, tmp_path / "store").success
    assert gold_bytes(tmp_path / "store") == gold_bytes(store)


def test_the_corrupted_drop_differs_in_every_dated_file(raw, tmp_path):
    false = with_false_future(raw, tmp_path / "raw", AS_OF)
    for name in (
        "consumption_hourly_2024.parquet",
        "price_history.csv",
        "costs_by_province_month.csv",
        "customer_interactions.json",
        "customer_contracts.csv",
        "customer_attributes.csv",
        "churn_label.csv",
    ):
        assert (false / name).read_bytes() != (raw / name).read_bytes(), name


def test_the_graph_makes_what_the_audit_makes(made):
    store, _ = made
    again = snapshot(stored_bronze(open_store(str(store)), AS_OF), AS_OF)
    key = table_key("gold", "gold_master", AS_OF.isoformat())
    assert rows_of(store, key).equals(again.gold_master)


def test_the_audits_say_what_they_saw(made):
    _, result = made
    checks = {
        check.check_name: check
        for check in result.get_asset_check_evaluations()
        if check.asset_key.path[-1] == "gold_master"
    }
    assert set(HARD_CHECKS) <= set(checks)
    assert all(checks[name].passed and checks[name].blocking for name in HARD_CHECKS)
    told = checks["label_not_revealed"].metadata["most_telling"].value.records
    assert "sentiment_label" in {record.data["feature"] for record in told}
    (event,) = result.asset_materializations_for_node("gold__gold_master")
    assert "Share of nulls" in event.metadata["nulls"].value
    assert "label" in event.metadata["associations"].value
    for tier in TIERS:
        (event,) = result.asset_materializations_for_node(f"gold__{tier}")
        assert event.metadata["distributions"].value.startswith(tier)


def test_a_snapshot_that_knows_its_future_is_not_stored(raw, made, tmp_path, monkeypatch):
    store, _ = made
    (tmp_path / "bronze").symlink_to(store / "bronze")
    counted = silver_customer.interaction_counts
    monkeypatch.setattr(
        silver_customer,
        "interaction_counts",
        lambda notes, as_of: counted(notes, as_of + timedelta(days=7)),
    )
    instance = dg.DagsterInstance.ephemeral()
    result = make_snapshot(raw, tmp_path, instance=instance)
    assert not result.success
    key = table_key("gold", "gold_master", AS_OF.isoformat())
    assert current_version(open_store(str(tmp_path)), key) is None
    (failed,) = [c for c in result.get_asset_check_evaluations() if c.blocking and not c.passed]
    assert failed.check_name == "no_future"
    assert "interactions_last_30d" in failed.description


_HASH = """
import sys
from spanishgas_assets.gold.checks import stored_bronze
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.row_digest import row_digest
from spanishgas_assets_tests.builders import AS_OF
made = snapshot(stored_bronze(open_store(sys.argv[1]), AS_OF), AS_OF)
print(row_digest(made.customer_month), row_digest(made.gold_master))
"""


def test_one_thread_and_four_make_the_same(made):
    store, _ = made
    versions = {
        threads: subprocess.run(
            [sys.executable, "-c", _HASH, str(store)],
            capture_output=True,
            text=True,
            check=True,
            cwd=REPOSITORY,
            env=os.environ | {"POLARS_MAX_THREADS": threads},
        ).stdout
        for threads in ("1", "4")
    }
    assert len(versions["1"].split()) == 2
    assert versions["1"] == versions["4"]
