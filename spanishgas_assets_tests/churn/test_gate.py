"""Each way in which a model can be wrong is refused, and the champion stays as it was."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.churn.evaluation.bootstrap import Interval
from spanishgas_assets.churn.evaluation.groups import GroupEvaluation
from spanishgas_assets.churn.gate import rules
from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.registry import LOG, Registry
from spanishgas_assets.churn.gate.rules import GateLimits
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.settings import FloorBy, Settings

from .retailer import SNAPSHOT, altered


def trained(rows, experiment="E5"):
    return train(
        rows, experiment, snapshot="2025-01-13", label_date=SNAPSHOT, resamples=20, repeats=1
    )


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
        (pl.int_range(pl.len()) < 19) | (pl.col("churn") == 0)
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
    before = {key: store.read(key) for key in store.keys(LOG)}

    wrong, rows, broken_rules = mutation(training_rows, model)
    decision = judge(wrong, model, rows, resamples=100)
    champion = registry.promote(wrong.save(store), date(2025, 1, 13), decision)

    assert not decision.accepted
    assert broken_rules <= {rule.name for rule in decision.rules if not rule.passed}
    assert {key: store.read(key) for key in store.keys(LOG)} == before
    assert len(before) == 1
    assert champion.version == model.version
    assert registry.decision(date(2025, 1, 13)) == decision


def test_a_sound_model_passes_every_rule_and_reads_well(model, training_rows):
    decision = judge(model, model, training_rows, resamples=100)
    assert decision.accepted
    assert [rule.name for rule in decision.rules] == [
        "enough_churners", "floor", "prevalence", "baseline", "champion", "leakage",
        "calibration", "mean_score", "recall", "groups",
    ]  # fmt: skip
    said = decision.explain()
    assert said.startswith(f"model {model.version} accepted\n")
    assert "pass  floor: PR-AUC 0." in said
    assert "on the same 2,000 customers: 0.000 (0.000 to 0.000)" in said


def test_floor_is_configured(model, training_rows):
    decision = judge(model, None, training_rows, GateLimits(floor=0.9), resamples=20)
    assert [rule.name for rule in decision.rules if not rule.passed] == ["floor"]


def test_figures_come_from_the_rows_and_not_from_the_card(model, training_rows):
    lying = altered(model, model.membership.with_columns(probability=pl.lit(0.1)))
    assert lying.card.metrics == model.card.metrics
    assert not judge(lying, None, training_rows, resamples=20).accepted


def broken(decision):
    return [rule.name for rule in decision.rules if not rule.passed]


def test_the_leak_is_named(training_rows):
    leaking, rows, _ = leaked_label(training_rows, None)
    said = {rule.name: rule.explanation for rule in judge(leaking, None, rows, resamples=20).rules}
    assert "Check is_price_sensitive first: it has" in said["leakage"]


def test_the_stricter_floor_asks_the_lower_end(model, training_rows):
    pr_auc = model.card.metrics["pooled"]["pr_auc"]
    between = (pr_auc.low + pr_auc.value) / 2
    value = GateLimits(floor=between)
    low = GateLimits(floor=between, floor_by=FloorBy.LOW)
    assert broken(judge(model, None, training_rows, value, resamples=200)) == []
    assert broken(judge(model, None, training_rows, low, resamples=200)) == ["floor"]


@pytest.mark.parametrize(("times", "refused"), [(2.0, []), (9.0, ["floor"])])
def test_a_floor_relative_to_the_churn_rate_takes_the_fixed_ones_place(
    model, training_rows, times, refused
):
    limits = GateLimits(floor=0.99, floor_over_prevalence=times)
    assert broken(judge(model, None, training_rows, limits, resamples=20)) == refused


@pytest.mark.parametrize(
    ("floors", "refused"),
    [
        ({"segment:SME": 0.3}, []),
        ({"segment:SME": 0.99}, ["groups"]),
        ({"segment:Nobody": 0.1}, ["groups"]),
    ],
)
def test_single_groups_have_their_own_floors(model, training_rows, floors, refused):
    limits = GateLimits(group_floors=floors)
    assert broken(judge(model, None, training_rows, limits, resamples=20)) == refused


def test_a_group_at_chance_is_refused_and_named(model, training_rows):
    """The scores of one segment dealt out anew among its customers."""
    sme = training_rows.filter(pl.col("segment") == "SME")["customer_id"].implode()
    rows = model.membership.with_columns(
        pl.when(pl.col("customer_id").is_in(sme))
        .then(pl.col("probability").shuffle(seed=3).over(pl.col("customer_id").is_in(sme)))
        .otherwise("probability")
        .alias("probability")
    )
    decision = judge(altered(model, rows), None, training_rows, GateLimits(floor=0.3), resamples=50)
    assert "groups" in broken(decision)
    assert "segment:SME is no better than chance" in decision.explain()


def test_a_threshold_that_misses_its_recall_is_refused(model, training_rows):
    decision = judge(altered(model, threshold=0.95), None, training_rows, resamples=50)
    assert broken(decision) == ["recall"]


def test_limits_come_from_the_settings():
    settings = Settings(
        pr_auc_floor=0.6,
        pr_auc_floor_by=FloorBy.LOW,
        pr_auc_over_prevalence=3.0,
        group_floors={"segment:SME": 0.5},
        group_over_prevalence=2.0,
        groups_by=FloorBy.VALUE,
    )
    assert GateLimits.of(settings) == GateLimits(
        floor=0.6,
        floor_by=FloorBy.LOW,
        floor_over_prevalence=3.0,
        group_floors={"segment:SME": 0.5},
        group_over_prevalence=2.0,
        groups_by=FloorBy.VALUE,
    )


def of_group(number, value, half_width):
    metrics = {
        "pr_auc": Interval(value, value - half_width, value + half_width),
        "prevalence": Interval(0.10, 0.09, 0.11),
    }
    return GroupEvaluation("segment", str(number), 1000, 100, small=False, metrics=metrics)


@pytest.mark.parametrize(
    ("limits", "last", "passed"),
    [
        (GateLimits(), (0.20, 0.12), True),  # not proven to be better than chance, and not worse
        (GateLimits(groups_by=FloorBy.LOW), (0.20, 0.12), False),
        (GateLimits(), (0.10, 0.02), False),  # clearly at chance
        (GateLimits(), (0.125, 0.02), True),  # below by itself, and within what 15 groups scatter
        (GateLimits(groups_by=FloorBy.VALUE), (0.125, 0.02), False),
        (GateLimits(group_over_prevalence=1.0, groups_by=FloorBy.VALUE), (0.125, 0.02), True),
    ],
)
def test_groups_are_judged_together(limits, last, passed):
    fourteen = [of_group(number, 0.5, 0.1) for number in range(14)]
    rule = rules.groups([*fourteen, of_group(14, *last)], limits)
    assert (rule.passed, rule.value >= 0) == (passed, passed)
    assert passed or "segment:14 is no better than chance" in rule.explanation


def test_a_group_alone_is_judged_by_its_own_interval():
    assert not rules.groups([of_group(0, 0.125, 0.02)], GateLimits()).passed


@pytest.mark.parametrize(
    ("limits", "rate", "least"),
    [
        (GateLimits(), 0.10, 0.5),
        (GateLimits(), 0.02, 0.1),
        (GateLimits(), 0.30, 0.65),
        (GateLimits(floor=0.7), 0.30, 0.7),
        (GateLimits(floor=0.7, floor_over_prevalence=2.0), 0.30, 0.6),
    ],
)
def test_the_floor_follows_the_churn_rate_unless_it_is_fixed(limits, rate, least):
    assert limits.least_pr_auc(rate) == pytest.approx(least)


def test_a_model_is_refused_if_it_is_clearly_below_the_floor(model, training_rows):
    pr_auc = model.card.metrics["pooled"]["pr_auc"]
    above = (pr_auc.high + pr_auc.value) / 2
    clearly = GateLimits(floor=above)
    value = GateLimits(floor=above, floor_by=FloorBy.VALUE)
    assert broken(judge(model, None, training_rows, clearly, resamples=200)) == []
    assert broken(judge(model, None, training_rows, value, resamples=200)) == ["floor"]
