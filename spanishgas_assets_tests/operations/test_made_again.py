"""Which tables of a stored snapshot a changed setting, rule file or word list makes stale."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date

import dagster as dg
import pytest

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.config_assets import CONFIG_ASSETS, READING_SETTINGS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.staleness import stale_assets, stale_months
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.operations.conftest import SNAPSHOT, Ran, set_environment
from spanishgas_assets_tests.operations.test_external_versions import USED_BY

MONTHS = trailing_year_keys(date.fromisoformat(SNAPSHOT))
#: Made again after any change: the summary of the checks, and the publication.
ALWAYS = {"monitoring/check_summary", "publication/manifest"}

Stale = Callable[[], tuple[list[str], set[str]]]


@pytest.fixture(scope="module")
def instance(
    trained: Ran, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dg.DagsterInstance, Stale]]:
    """The instance of a copy of the store, and what is stale there."""
    store = tmp_path_factory.mktemp("stale") / "store"
    shutil.copytree(trained.store, store)
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, trained.raw, store)
        settings = Settings.from_environment()
        opened, definitions = open_store(str(store)), build_definitions(settings)
        with open_instance(settings) as found:

            def stale() -> tuple[list[str], set[str]]:
                months = stale_months(found, definitions, opened, TABLES, MONTHS)
                assets = stale_assets(
                    found, definitions, opened, TABLES, "train_snapshot", SNAPSHOT
                )
                return months, {key.to_user_string() for key in assets}

            yield found, stale


def observe(instance: dg.DagsterInstance, config: dg.AssetSpec, version: str) -> None:
    for partition in MONTHS if config == READING_SETTINGS else [SNAPSHOT]:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                config.key, partition=partition, tags={"dagster/data_version": version}
            )
        )


def version_of(instance: dg.DagsterInstance, config: dg.AssetSpec) -> str:
    (record,) = instance.fetch_observations(config.key, limit=1).records
    assert record.asset_observation
    return record.asset_observation.tags["dagster/data_version"]


def followers(tables: set[str]) -> set[str]:
    """The tables, and all of the snapshot that are made from them."""
    definitions = build_definitions(Settings())
    graph = definitions.resolve_asset_graph()
    job = definitions.resolve_job_def("train_snapshot").asset_layer.executable_asset_keys
    found = {dg.AssetKey(name.split("/")) for name in tables}
    for key in graph.toposorted_asset_keys:
        if graph.get(key).parent_keys & found:
            found.add(key)
    return {key.to_user_string() for key in found & job}


@pytest.mark.parametrize("config", CONFIG_ASSETS, ids=lambda config: config.key.path[-1])
def test_another_version_makes_what_is_computed_with_it_stale_and_nothing_else(
    instance: tuple[dg.DagsterInstance, Stale], config: dg.AssetSpec
) -> None:
    opened, stale = instance
    before = version_of(opened, config)
    observe(opened, config, "another")
    months, assets = stale()
    observe(opened, config, before)
    assert months == (MONTHS if config == READING_SETTINGS else [])
    expected = followers(USED_BY[config.key.path[-1]])
    assert expected >= ALWAYS
    assert assets == (expected if config != READING_SETTINGS else set())


def test_the_version_of_before_makes_everything_fresh_again(
    instance: tuple[dg.DagsterInstance, Stale],
) -> None:
    _, stale = instance
    assert stale() == ([], set())


def test_the_sentences_of_the_reasons_are_told_again_without_scoring_again() -> None:
    assert followers(USED_BY["reason_texts"]) == ALWAYS | {
        "retention/recommendations",
        "retention/assignments",
        "retention/call_list",
        "retention/management_page",
    }
