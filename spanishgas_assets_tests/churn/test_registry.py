import json
from dataclasses import asdict, replace
from datetime import date

import pytest

from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.registry import HEAD, LOG, ChampionEntry, Registry
from spanishgas_assets.churn.model.churn_model import MODELS
from spanishgas_assets.errors import RegistryError, StoreError
from spanishgas_assets.storage.store import open_store

from .retailer import altered

FIRST, SECOND = date(2025, 1, 6), date(2025, 1, 13)


@pytest.fixture
def registry(store):
    return Registry(store)


@pytest.fixture(scope="module")
def accepted(model, training_rows):
    return judge(model, None, training_rows, resamples=20)


@pytest.fixture
def other(model, store):
    """A second model, told apart by its seed."""
    return altered(model, seed=7).save(store)


def test_nobody_serves_before_the_first_promotion(registry, model, store, accepted):
    assert registry.champion(FIRST) is None
    registry.promote(model.save(store), SECOND, accepted)
    assert registry.champion(FIRST) is None
    assert registry.champion(SECOND).version == model.version


def test_champion_of_a_day_is_the_latest_promotion_until_then(
    registry, model, store, accepted, other
):
    registry.promote(other, SECOND, replace(accepted, version=other))
    registry.promote(model.save(store), FIRST, accepted)
    assert registry.champion(date(2025, 1, 12)).version == model.version
    assert registry.champion(date(2025, 3, 1)).version == other
    assert [entry.snapshot for entry in registry.promotions()] == ["2025-01-06", "2025-01-13"]


def log(store):
    return {key: store.read(key) for key in store.keys(LOG)}


def test_promoting_again_changes_no_byte(registry, model, store, accepted):
    version = model.save(store)
    registry.promote(version, FIRST, accepted)
    before = log(store)
    registry.promote(version, FIRST, accepted)
    assert log(store) == before


def test_a_snapshot_has_one_promotion(registry, model, store, accepted, other):
    registry.promote(model.save(store), FIRST, accepted)
    registry.promote(other, FIRST, replace(accepted, version=other))
    assert [entry.version for entry in registry.promotions()] == [other]


def test_where_the_snapshots_promotion_is_rolled_back_the_one_that_it_replaced_stands_again(
    registry, model, store, accepted, other
):
    registry.promote(model.save(store), FIRST, accepted)
    registry.promote(other, FIRST, replace(accepted, version=other))
    _, serving = registry.roll_back(by="Ana", why="odd")
    assert serving.version == model.version
    assert [entry.version for entry in registry.promotions()] == [model.version]


def test_what_a_person_rejected_meanwhile_does_not_stand_again(
    registry, model, store, accepted, other
):
    registry.promote(model.save(store), FIRST, accepted)
    registry.promote(other, FIRST, replace(accepted, version=other))
    registry.reject(model.version, by="Ana", why="odd")
    with pytest.raises(RegistryError, match=f"{other} is the only champion"):
        registry.roll_back(by="Ana", why="odd")


def test_entry_and_decision_carry_the_figures(registry, model, store, accepted):
    entry = registry.promote(model.save(store), FIRST, accepted)
    assert entry.metrics["pr_auc"] == pytest.approx(model.card.metrics["pooled"]["pr_auc"].value)
    assert registry.decision(FIRST) == accepted
    assert registry.decision(SECOND) is None


def test_a_version_that_is_not_in_the_store_cannot_serve(registry, model, store, accepted):
    with pytest.raises(StoreError, match="is not in the store"):
        registry.promote(model.version, FIRST, accepted)
    assert log(store) == {}


def test_a_damaged_version_cannot_serve(registry, model, store, accepted):
    version = model.save(store)
    store.write(f"{MODELS}/{version}/main.ubj", b"half")
    with pytest.raises(StoreError, match=r"main\.ubj"):
        registry.promote(version, FIRST, accepted)
    assert log(store) == {}


def test_a_decision_serves_its_own_version_only(registry, other, accepted):
    with pytest.raises(ValueError, match="the decision is about"):
        registry.promote(other, FIRST, accepted)


@pytest.mark.parametrize("damage", [b"{", b'{"version": "x", "snapshot": "y", "action": "sell"}'])
def test_a_damaged_entry_is_named(registry, store, damage):
    store.write(f"{LOG}/000001.json", damage)
    with pytest.raises(StoreError, match=r"000001\.json"):
        registry.champion(FIRST)


def test_of_two_that_promote_at_once_one_is_told(registry, model, store, accepted, other):
    version = model.save(store)

    registry.store = open_store(store.root)
    create = registry.store.create

    def overtaken(key, data):
        """Let another process write the next entry right before ours."""
        Registry(store).promote(other, SECOND, replace(accepted, version=other))
        return create(key, data)

    registry.store.create = overtaken
    with pytest.raises(RegistryError, match="another process changed the champion"):
        registry.promote(version, FIRST, accepted)
    assert [entry.version for entry in Registry(store).promotions()] == [other]


def both(registry, model, store, accepted, other):
    registry.promote(model.save(store), FIRST, accepted)
    registry.promote(other, SECOND, replace(accepted, version=other))


def test_a_rollback_lets_the_one_before_serve_and_keeps_the_history(
    registry, model, store, accepted, other
):
    both(registry, model, store, accepted, other)
    before = log(store)
    taken, serving = registry.roll_back(by="Ana", why="complaints")
    assert (taken.version, serving.version) == (other, model.version)
    assert registry.champion(SECOND).version == model.version
    assert registry.status(other) == "rolled_back"
    assert registry.status(model.version) == "champion"
    last = registry.history()[-1]
    assert (last.action, last.by, last.why) == ("roll_back", "Ana", "complaints")
    assert log(store).items() >= before.items()


def test_what_was_rolled_back_serves_again_when_it_is_promoted_again(
    registry, model, store, accepted, other
):
    both(registry, model, store, accepted, other)
    registry.roll_back(by="Ana", why="complaints")
    registry.promote(other, SECOND, replace(accepted, version=other), by="Ana", why="mended")
    assert registry.champion(SECOND).version == other
    assert registry.status(model.version) == "former"


def test_the_only_champion_cannot_be_rolled_back(registry, model, store, accepted):
    with pytest.raises(RegistryError, match="there is no champion"):
        registry.roll_back(by="Ana", why="-")
    registry.promote(model.save(store), FIRST, accepted)
    with pytest.raises(RegistryError, match="is the only champion"):
        registry.roll_back(by="Ana", why="-")


def test_a_person_approves_only_what_the_gate_accepted(registry, model, store, accepted):
    version = model.save(store)
    with pytest.raises(RegistryError, match="the gate has not judged"):
        registry.approve(version, by="Ana", why="looked at it")
    registry.record(FIRST, replace(accepted, accepted=False), version)
    with pytest.raises(RegistryError, match="the gate refused it"):
        registry.approve(version, by="Ana", why="looked at it")
    registry.record(FIRST, accepted, version)
    registry.approve(version, by="Ana", why="looked at it")
    assert registry.status(version) == "approved"
    assert registry.champion(FIRST) is None


def test_a_person_rejects_what_does_not_serve(registry, model, store, accepted, other):
    registry.promote(model.save(store), FIRST, accepted)
    registry.reject(other, by="Ana", why="odd reasons")
    assert registry.status(other) == "rejected"
    with pytest.raises(RegistryError, match="serves now"):
        registry.reject(model.version, by="Ana", why="-")


def test_any_flipped_byte_of_an_event_is_named_with_the_remedy(
    registry, model, store, accepted, other
):
    both(registry, model, store, accepted, other)
    key = f"{LOG}/000001.json"
    whole = store.read(key)
    assert len(registry.history()) == 2
    for place in range(0, len(whole) - 1, 7):
        flipped = bytearray(whole)
        flipped[place] ^= 4
        store.write(key, bytes(flipped))
        with pytest.raises(StoreError, match=r"000001\.json is damaged .*Restore it from a backup"):
            registry.history()


def test_an_event_in_anothers_place_is_named(registry, model, store, accepted, other):
    both(registry, model, store, accepted, other)
    store.write(f"{LOG}/000002.json", store.read(f"{LOG}/000001.json"))
    with pytest.raises(StoreError, match=r"000002\.json is damaged .*its checksum"):
        registry.champion(FIRST)


def test_a_missing_event_is_named_before_anything_is_added(registry, model, store, accepted, other):
    both(registry, model, store, accepted, other)
    store.delete([f"{LOG}/000001.json"])
    for look in (registry.history, lambda: registry.approve(other, by="Ana", why="-")):
        with pytest.raises(
            StoreError, match=r"000001\.json is gone, but not .*000002\.json\. Restore"
        ):
            look()
    assert list(log(store)) == [f"{LOG}/000002.json"]


def test_the_last_event_is_missed_too(registry, model, store, accepted, other):
    both(registry, model, store, accepted, other)
    store.delete([f"{LOG}/000002.json"])
    with pytest.raises(
        StoreError, match=r"000002\.json is gone, but not .*registry_head\.json, which counts 2"
    ):
        registry.history()
    with pytest.raises(StoreError, match=r"000002\.json is gone"):
        registry.settle()


@pytest.mark.parametrize("damage", ["gone", "cut", "behind"])
def test_a_run_counts_the_events_anew(registry, model, store, accepted, other, damage):
    registry.promote(model.save(store), FIRST, accepted)
    behind = store.read(HEAD)
    registry.promote(other, SECOND, replace(accepted, version=other))
    sound = store.read(HEAD)
    if damage == "gone":
        store.delete([HEAD])
    else:
        store.write(HEAD, {"cut": sound[:-5], "behind": behind}[damage])
    if damage == "cut":
        with pytest.raises(StoreError, match=r"registry_head\.json is damaged.* `spanishgas run`"):
            registry.history()
    else:
        assert len(registry.history()) == 2
    registry.settle()
    assert store.read(HEAD) == sound


def test_a_decision_in_anothers_place_is_named(registry, store, accepted, other):
    registry.record(FIRST, accepted, accepted.version)
    store.write(f"churn/decisions/{other}.json", store.read("churn/decisions/2025-01-06.json"))
    with pytest.raises(StoreError, match=r"is damaged .*its checksum.*or delete it: a model"):
        registry.decision_about(other)


def test_what_an_earlier_release_wrote_without_a_checksum_is_read(registry, store, accepted):
    entry = ChampionEntry(accepted.version, "2025-01-06", accepted.metrics)
    store.write(f"{LOG}/000001.json", json.dumps(asdict(entry)).encode())
    store.write("churn/decisions/2025-01-06.json", json.dumps(accepted.to_dict()).encode())
    assert registry.history() == [entry]
    assert registry.decision(FIRST) == accepted
