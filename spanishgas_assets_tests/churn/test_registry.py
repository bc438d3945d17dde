from dataclasses import replace
from datetime import date

import pytest

from spanishgas_assets.churn.gate import judge
from spanishgas_assets.churn.model import MODELS
from spanishgas_assets.churn.registry import POINTER, Registry
from spanishgas_assets.errors import StoreError

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


def test_promoting_again_changes_no_byte(registry, model, store, accepted):
    version = model.save(store)
    registry.promote(version, FIRST, accepted)
    before = store.read(POINTER)
    registry.promote(version, FIRST, accepted)
    assert store.read(POINTER) == before


def test_a_snapshot_has_one_promotion(registry, model, store, accepted, other):
    registry.promote(model.save(store), FIRST, accepted)
    registry.promote(other, FIRST, replace(accepted, version=other))
    assert [entry.version for entry in registry.promotions()] == [other]


def test_entry_and_decision_carry_the_figures(registry, model, store, accepted):
    entry = registry.promote(model.save(store), FIRST, accepted)
    assert entry.metrics["pr_auc"] == pytest.approx(model.card.metrics["pooled"]["pr_auc"].value)
    assert registry.decision(FIRST) == accepted
    assert registry.decision(SECOND) is None


def test_a_version_that_is_not_in_the_store_cannot_serve(registry, model, store, accepted):
    with pytest.raises(StoreError, match="is not in the store"):
        registry.promote(model.version, FIRST, accepted)
    assert not store.exists(POINTER)


def test_a_damaged_version_cannot_serve(registry, model, store, accepted):
    version = model.save(store)
    store.write(f"{MODELS}/{version}/main.ubj", b"half")
    with pytest.raises(StoreError, match=r"main\.ubj"):
        registry.promote(version, FIRST, accepted)
    assert not store.exists(POINTER)


def test_a_decision_serves_its_own_version_only(registry, other, accepted):
    with pytest.raises(ValueError, match="the decision is about"):
        registry.promote(other, FIRST, accepted)


def test_a_damaged_pointer_is_named(registry, store):
    store.write(POINTER, b"{")
    with pytest.raises(StoreError, match=r"champion\.json is damaged"):
        registry.champion(FIRST)
