"""Who serves a snapshot: the gate's word, a person's word, and what was rolled back."""

import json
from datetime import date

import dagster as dg
import pytest

from spanishgas_assets.churn.assets import churn_champion
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS, report_registry_event
from spanishgas_assets.churn.model.model_store import BoosterStore
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import write_table

from .retailer import SNAPSHOT, altered

LATER = "2025-01-13"


@pytest.fixture
def world(store_url, model, training_rows):
    """A store whose snapshots have a training set, and a candidate each where one is given."""
    store = open_store(store_url)
    instance = dg.DagsterInstance.ephemeral()

    def run(snapshot, candidate=None, **settings):
        if candidate is not None:
            pointer = json.dumps({"version": candidate.save(store)}).encode()
            store.write(f"churn/churn_model/{snapshot}.json", pointer)
        write_table(store, f"churn/training_set/{snapshot}", training_rows)
        result = dg.materialize(
            [churn_champion],
            partition_key=snapshot,
            instance=instance,
            resources={
                "settings": Settings(store=store.root, **settings),
                "model_store": BoosterStore(root=store.root),
            },
            raise_on_error=False,
        )
        if not result.success:
            return result.get_step_failure_events()[0].step_failure_data.user_failure_data
        return result.asset_materializations_for_node("churn__champion")[0].metadata

    run.instance = instance
    return run, Registry(store)


def test_an_accepted_candidate_serves(world, model):
    run, registry = world
    assert run(SNAPSHOT, model)["serves"].value == model.version
    assert registry.status(model.version) == "champion"


def test_without_a_model_nobody_serves(world):
    run, _ = world
    assert "no champion for 2025-01-06: train one" in run(SNAPSHOT).description


def test_a_refused_candidate_leaves_the_standing_one(world, model):
    run, registry = world
    run(SNAPSHOT, model)
    refused = altered(model, threshold=0.95)
    assert run(LATER, refused)["serves"].value == model.version
    assert not registry.decision(date.fromisoformat(LATER)).accepted


def test_where_a_person_must_approve_the_first_model_waits(world, model):
    run, registry = world
    said = run(SNAPSHOT, model, human_approval=True).description
    assert f"spanishgas model approve {model.version}" in said
    registry.approve(model.version, by="Ana", why="looked at it")
    assert run(SNAPSHOT, human_approval=True)["serves"].value == model.version


def test_a_waiting_challenger_leaves_the_standing_one_until_it_is_approved(world, model):
    run, registry = world
    run(SNAPSHOT, model)
    other = altered(model, seed=7)
    shown = run(LATER, other, human_approval=True)
    assert shown["serves"].value == model.version
    assert shown["waits_for_approval"].value == other.version
    registry.approve(other.version, by="Ana", why="looked at it")
    assert run(LATER, human_approval=True)["serves"].value == other.version


@pytest.mark.parametrize("how", ["reject", "roll_back"])
def test_what_a_person_took_out_does_not_come_again(world, model, how):
    run, registry = world
    run(SNAPSHOT, model)
    other = altered(model, seed=7)
    if how == "reject":
        run(LATER, other, human_approval=True)
        registry.reject(other.version, by="Ana", why="odd")
    else:
        run(LATER, other)
        registry.roll_back(by="Ana", why="odd")
    assert run(LATER)["serves"].value == model.version


def test_a_persons_move_is_seen_by_the_snapshots_it_concerns(world, model):
    run, _ = world
    for snapshot in (SNAPSHOT, LATER):
        run(snapshot, model)
    assert report_registry_event(run.instance, churn_champion.key, "2025-01-10", 3) == [LATER]
    seen = run.instance.fetch_observations(REGISTRY_EVENTS.key, limit=5).records
    assert [one.asset_observation.partition for one in seen] == [LATER]
    assert seen[0].asset_observation.tags["dagster/data_version"] == "event 3"
    assert REGISTRY_EVENTS.key in churn_champion.dependency_keys
