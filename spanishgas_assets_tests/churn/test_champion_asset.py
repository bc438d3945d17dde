"""Who serves a snapshot: the gate's word, a person's word, and what was rolled back."""

import json
from datetime import date

import dagster as dg
import pytest

from spanishgas_assets.churn.assets import churn_champion
from spanishgas_assets.churn.gate.registry import GATE, ChampionEntry, Registry
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS, registry_version
from spanishgas_assets.churn.gate.succession import lacks_verdict
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


def test_a_persons_promotion_stands_against_a_candidate_that_was_judged_before(world, model):
    run, registry = world
    run(SNAPSHOT, model)
    other = altered(model, seed=7)
    run(LATER, other)
    day = date.fromisoformat(LATER)
    decision = registry.decision_about(model.version)
    registry.promote(model.version, day, decision, by="Ana", why="it was better")
    assert run(LATER)["serves"].value == model.version
    registry.approve(other.version, by="Ana", why="it was not")
    assert run(LATER)["serves"].value == other.version


def test_a_model_trained_after_a_persons_promotion_is_judged(world, model):
    run, registry = world
    run(SNAPSHOT, model)
    other, newer = altered(model, seed=7), altered(model, seed=8)
    run(LATER, other)
    day = date.fromisoformat(LATER)
    decision = registry.decision_about(model.version)
    registry.promote(model.version, day, decision, by="Ana", why="it was better")
    assert run(LATER, newer)["serves"].value == newer.version


def promotion(version: str, snapshot: str, by: str = GATE) -> ChampionEntry:
    return ChampionEntry(version, snapshot, by=by)


GATES = [promotion("a", SNAPSHOT), promotion("b", LATER)]


def test_the_gates_own_promotion_leaves_what_the_registry_says_of_a_snapshot():
    assert REGISTRY_EVENTS.key in churn_champion.dependency_keys
    assert registry_version([], SNAPSHOT) == "nobody serves; events by people: none"
    assert registry_version(GATES[:1], SNAPSHOT) == registry_version([], SNAPSHOT)
    assert registry_version(GATES, LATER) == "a serves; events by people: none"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (promotion("a", LATER, "Ana"), "a serves; events by people: 3"),
        (ChampionEntry("b", LATER, {}, "roll_back", "Ana"), "a serves; events by people: 3"),
        (ChampionEntry("c", LATER, {}, "approve", "Ana"), "a serves; events by people: 3"),
        (ChampionEntry("c", LATER, {}, "reject", "Ana"), "a serves; events by people: 3"),
        (ChampionEntry("b", "2025-01-20", {}, "roll_back", "Ana"), "a serves; events by people: 3"),
        (ChampionEntry("c", "2025-01-20", {}, "reject", "Ana"), "a serves; events by people: none"),
        (promotion("c", SNAPSHOT, "Ana"), "c serves; events by people: none"),
    ],
)
def test_an_event_by_a_person_changes_what_is_said_of_the_snapshots_it_concerns(event, said):
    assert registry_version([*GATES, event], LATER) == said


def test_a_refused_candidates_verdict_that_is_gone_is_missed(world, model):
    run, registry = world
    day = date.fromisoformat(LATER)
    run(SNAPSHOT, model)
    refused = altered(model, threshold=0.95).version
    run(LATER, altered(model, threshold=0.95))
    assert not lacks_verdict(registry.store, day, refused)
    registry.store.delete([f"churn/decisions/{refused}.json"])
    assert lacks_verdict(registry.store, day, refused)
    run(LATER)
    assert not lacks_verdict(registry.store, day, refused)
    registry.store.write(f"churn/decisions/{LATER}.json", b"{}")
    assert lacks_verdict(registry.store, day, refused)


def test_a_person_moved_or_serving_models_verdict_is_not_asked_for(world, model):
    run, registry = world
    run(SNAPSHOT, model)
    run(LATER, altered(model, threshold=0.95))
    refused = altered(model, threshold=0.95).version
    registry.store.delete(registry.store.keys("churn/decisions/"))
    assert not lacks_verdict(registry.store, date.fromisoformat(SNAPSHOT), model.version)
    registry.reject(refused, by="Ana", why="no")
    assert not lacks_verdict(registry.store, date.fromisoformat(LATER), refused)
