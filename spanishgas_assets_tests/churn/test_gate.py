"""Each way in which a model can be wrong is refused, and the champion stays as it was."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.churn.gate import judge
from spanishgas_assets.churn.gate_rules import GateLimits
from spanishgas_assets.churn.registry import POINTER, Registry
from spanishgas_assets.churn.training import train

from .retailer import SNAPSHOT, altered


def trained(rows, experiment="E5"):
    return train(rows, experiment, snapshot="2025-01-13", label_date=SNAPSHOT, resamples=20)


def shuffled_labels(rows, model):
    broken = rows.with_columns(pl.col("churn").sample(fraction=1.0, shuffle=True, seed=1))
    return trained(broken), broken, {"floor", "prevalence"}


def leaked_label(rows, model):
    """A feature that is a copy of the label."""
    broken = rows.with_columns(is_price_sensitive=pl.col("churn") == 1)
    return trained(broken), broken, {"leakage"}


def worse_challenger(rows, model):
    return trained(rows, "E7"), rows, {"floor", "champion"}


def tiny_evaluation(rows, model):
    few = model.membership.sort("churn", descending=True).filter(
        (pl.int_range(pl.len()) < 49) | (pl.col("churn") == 0)
    )
    return altered(model, few), rows, {"enough_churners"}


def miscalibrated(rows, model):
    """Every probability replaced by its fourth root: the order stays, the meaning goes."""
    bent = model.membership.with_columns(pl.col("probability") ** 0.25)
    return altered(model, bent), rows, {"calibration", "mean_score"}


def worse_than_the_baseline(rows, model):
    better = model.membership.with_columns(
        baseline_score=0.5 * pl.col("probability") + 0.3 * pl.col("churn")
    )
    return altered(model, better), rows, {"baseline"}


@pytest.mark.parametrize(
    "mutation",
    [
        shuffled_labels,
        leaked_label,
        worse_challenger,
        tiny_evaluation,
        miscalibrated,
        worse_than_the_baseline,
    ],
)
def test_a_wrong_model_is_refused_and_the_champion_stays(mutation, model, training_rows, store):
    registry = Registry(store)
    accepted = judge(model, None, training_rows, resamples=100)
    registry.promote(model.save(store), date(2025, 1, 6), accepted)
    before = store.read(POINTER)

    wrong, rows, broken_rules = mutation(training_rows, model)
    decision = judge(wrong, model, rows, resamples=100)
    champion = registry.promote(wrong.save(store), date(2025, 1, 13), decision)

    assert not decision.accepted
    assert broken_rules <= {rule.name for rule in decision.rules if not rule.passed}
    assert store.read(POINTER) == before
    assert champion.version == model.version
    assert registry.decision(date(2025, 1, 13)) == decision


def test_a_sound_model_passes_every_rule_and_reads_well(model, training_rows):
    decision = judge(model, model, training_rows, resamples=100)
    assert decision.accepted
    assert [rule.name for rule in decision.rules] == [
        "enough_churners", "floor", "prevalence", "baseline", "champion", "leakage",
        "calibration", "mean_score",
    ]  # fmt: skip
    said = decision.explain()
    assert said.startswith(f"model {model.version} accepted\n")
    assert "pass  floor: PR-AUC 0." in said
    assert "on 2,000 same customers 0.000 (0.000 to 0.000)" in said


def test_floor_is_configured(model, training_rows):
    decision = judge(model, None, training_rows, GateLimits(floor=0.9), resamples=20)
    assert [rule.name for rule in decision.rules if not rule.passed] == ["floor"]


def test_figures_come_from_the_rows_and_not_from_the_card(model, training_rows):
    lying = altered(model, model.membership.with_columns(probability=pl.lit(0.1)))
    assert lying.card.metrics == model.card.metrics
    assert not judge(lying, None, training_rows, resamples=20).accepted
