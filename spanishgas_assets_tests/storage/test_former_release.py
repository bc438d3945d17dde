"""A store of the release before immutable versions is read as it is, and moves over when written.

``former_release.tar.xz`` holds a part of a store that commit 5eaa44d made: a retailer of 100
customers (seed 7), scored on 2025-01-06 by a model of few trees that learned from 3,000 others.
Its manifest names its tables by URLs that lead nowhere here, as those of a moved store do.
"""

import hashlib
import tarfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import INTERACTIONS, PRICE_MONTH
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.model.model_store import pointed_model
from spanishgas_assets.cli import main
from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.references import previous_reference
from spanishgas_assets.publication.assembly import published_model, published_tables
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.publication_log import LATEST, publish
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables.snapshot_before import snapshot_before, table_before
from spanishgas_assets_tests.stored import NOON, RUN

SNAPSHOT, MODEL = "2025-01-06", "2025-01-06-bc24208f4692"
TABLES = (PRICE_MONTH, INTERACTIONS, CUSTOMER, GOLD_MASTER, SCORED_CUSTOMERS, RECOMMENDATIONS)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store as the former release left it; tests only read it."""
    folder = tmp_path_factory.mktemp("former")
    with tarfile.open(Path(__file__).with_name("former_release.tar.xz")) as packed:
        packed.extractall(folder, filter="data")
    return folder


@pytest.fixture
def store(unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A copy of it in a folder; the settings name it."""
    return copied(unpacked, str(tmp_path / "store"), monkeypatch)


def copied(unpacked: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("SPANISHGAS_STORE", url)
    copy = open_store(url)
    for path in unpacked.rglob("*.*"):
        if path.is_file():
            copy.write(path.relative_to(unpacked).as_posix(), path.read_bytes())
    return copy


def digests(store: Store) -> dict[str, str]:
    return {key: hashlib.sha256(store.read(key)).hexdigest() for key in store.keys("")}


def publish_over(store: Store) -> int:
    def content() -> Content:
        tables = published_tables(store, TABLES, SNAPSHOT)
        return Content(SNAPSHOT, tables, model=published_model(store, SNAPSHOT, MODEL))

    return publish(store, SNAPSHOT, content, published_at=NOON, by=RUN).number


def rows_of_every_table() -> dict[str, pl.DataFrame]:
    publication = open_publication()
    return {table.title: publication.table(table.title).collect() for table in TABLES}


def test_its_publication_opens_and_has_no_number(store: Store) -> None:
    publication = open_publication(as_of="2025-01-12")
    assert (publication.number, publication.snapshot) == (0, SNAPSHOT)
    assert publication.model_version == MODEL
    assert publication.tables == [
        "gold/gold_master",
        "retention/recommendations",
        "retention/scored_customers",
    ]
    assert publication.table("retention/recommendations").collect().height == 100


def test_tables_that_its_publication_does_not_name_are_read_where_they_lie(store: Store) -> None:
    publication = open_publication()
    prices = publication.table("bronze/price_month").collect()
    assert prices["month"].n_unique() == 12
    assert publication.table("silver/customer").collect().height == 100
    with pytest.raises(StoreError, match="publication of 2025-01-06 has no table 'silver/margins'"):
        publication.table("silver/margins")


def test_the_next_week_is_compared_with_it(store: Store) -> None:
    assert snapshot_before(store, "2025-01-13") == SNAPSHOT
    for table in (GOLD_MASTER, INTERACTIONS, SCORED_CUSTOMERS):
        assert table_before(store, table, "2025-01-13") is not None, table.title
    reference = previous_reference(store, date(2025, 1, 13))
    assert reference
    assert reference.as_of == date(2025, 1, 6)


def test_its_champion_serves_and_its_registry_goes_on(store: Store) -> None:
    model = pointed_model(store, "champion", SNAPSHOT)
    assert model
    assert model.version == MODEL
    Registry(store).approve(MODEL, by="Ana", why="looked at it")
    history = Registry(store).history()
    assert [(one.action, one.by) for one in history] == [("promote", "gate"), ("approve", "Ana")]


def test_show_calls_and_sql_read_it(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", str(unpacked))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    calls = tmp_path / "calls.csv"
    assert main(["show", "--snapshot", SNAPSHOT]) == 0
    assert main(["calls", "--snapshot", SNAPSHOT, "--channel", "all", "--out", str(calls)]) == 0
    assert main(["sql", "select count(*) from gold.gold_master"]) == 0
    said = capsys.readouterr().out
    assert f"Model      {MODEL}" in said
    assert "│          100 │" in said
    assert len(calls.read_text(encoding="utf-8-sig").splitlines()) > 1


def test_a_publication_over_it_makes_new_objects_and_moves_the_latest_pointer(
    unpacked: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copied(unpacked, store_url, monkeypatch)
    before, rows = digests(store), rows_of_every_table()
    assert publish_over(store) == 1
    after = digests(store)
    changed = {key for key in before if after.get(key) != before[key]}
    assert changed == {LATEST}
    published = open_publication()
    assert published.number == 1
    assert published.tables == sorted(table.title for table in TABLES)
    versions = [version for title in published.tables for version in published.versions(title)]
    assert {version.key for version in versions} <= after.keys() - before.keys()
    assert all(version.digest == after[version.key] for version in versions)
    for title, now in rows_of_every_table().items():
        assert now.equals(rows[title]), title
    assert publish_over(store) == 1


def test_what_has_moved_over_needs_the_old_objects_no_more(store: Store) -> None:
    publish_over(store)
    store.delete([key for key in store.keys("") if key.endswith(f"/{SNAPSHOT}.parquet")])
    assert open_publication().table(RECOMMENDATIONS.title).collect().height == 100
