"""Training: parts, boosters, calibration, threshold and evaluation, each on rows not seen before.

The holdout is put aside first. On the rest five boosters each leave one fold out; their
out-of-fold scores carry calibration and threshold. The main booster learns from all rows but the
holdout, and serves.
"""

import importlib.metadata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import polars as pl

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT
from spanishgas_assets.churn.dataset.training_set import data_hash
from spanishgas_assets.churn.evaluation.bootstrap import RESAMPLES, evaluate
from spanishgas_assets.churn.evaluation.groups import evaluate_groups, with_dimensions
from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.churn.evaluation.repeated_folds import REPEATS, repeated_folds
from spanishgas_assets.churn.evaluation.value import contact_value
from spanishgas_assets.churn.experiments.catalogue import booster_features
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.churn_model import MAIN, Card, ChurnModel, Metrics
from spanishgas_assets.churn.model.explanation import (
    SHOWN_FEATURES,
    calibrated_contributions,
    dependences,
    importance,
)
from spanishgas_assets.churn.model.honest_scores import HonestScores, honest_scores
from spanishgas_assets.churn.model.threshold import TIER_CUTS
from spanishgas_assets.churn.model.venn_abers import ScoreInterval
from spanishgas_assets.churn.tables import MEMBERSHIP
from spanishgas_assets.settings import ThresholdRule

SEED = 20241231
#: Libraries whose versions the card names, since they decide the numbers.
LIBRARIES = ("numpy", "polars", "scikit-learn", "scipy", "xgboost")


def train(
    training_set: pl.DataFrame,
    experiment: str,
    *,
    snapshot: str,
    label_date: str,
    seed: int = SEED,
    threads: int = 2,
    resamples: int = RESAMPLES,
    repeats: int = REPEATS,
    threshold_rule: ThresholdRule = ThresholdRule.BEST_PRECISION,
    notes_read_by: Mapping[str, str] = MappingProxyType({}),
    progress: booster.Progress = lambda _message: None,
) -> ChurnModel:
    """Train and evaluate a model; equal rows, experiment and seed give equal bytes.

    Args:
        training_set: rows that keep the contract TRAINING_SET, in any order.
        experiment: step of the ablation, e.g. ``E5``.
        snapshot: as-of date of the run, ISO; part of the version.
        label_date: as-of date of the rows, ISO.
        seed: decides splits, trees and resamples.
        threads: fits that run side by side; changes no result.
        resamples: draws behind each interval.
        repeats: deals into folds behind the metrics called ``repeated``.
        threshold_rule: how the threshold is chosen.
        notes_read_by: what read intent and sentiment of the rows' notes.
        progress: told in words what is done.

    Raises:
        SettingsError: no such experiment, or the threshold's rule cannot be kept.
        StoreError: the rows do not have the features as their contract declares them.
    """
    rows = training_set.sort("customer_id")
    contract = FeatureContract.of(booster_features(experiment))
    matrix = contract.encode(rows)
    scored = honest_scores(
        rows, matrix, experiment, threshold_rule, seed=seed, threads=threads, progress=progress
    )
    learnt = ~scored.in_holdout
    metrics = _evaluations(scored.membership, scored.threshold, seed, resamples)
    metrics["repeated"] = repeated_folds(
        rows.filter(learnt),
        matrix.rows(learnt),
        threshold_rule,
        seed=seed,
        repeats=repeats,
        resamples=resamples,
        threads=threads,
        progress=progress,
    )
    explained = _explained(scored, matrix, contract)
    progress(f"evaluated: PR-AUC {metrics['pooled']['pr_auc']}")
    card = Card(
        snapshot=snapshot,
        label_date=label_date,
        experiment=experiment,
        seed=seed,
        features=contract,
        threshold_rule=threshold_rule,
        tier_cuts=TIER_CUTS,
        data_hash=data_hash(rows),
        metrics=metrics,
        parameters=booster.PARAMETERS | {"trees": booster.TREES},
        libraries={name: importlib.metadata.version(name) for name in LIBRARIES},
        notes_read_by=dict(notes_read_by),
        **_facts(scored),
        **_worth(scored, rows, seed, resamples),
        **explained,
    )
    return ChurnModel.of(scored.boosters, scored.membership.select(list(MEMBERSHIP.columns)), card)


def _facts(scored: HonestScores) -> dict[str, Any]:
    """What the scores say of the model itself."""
    learnt = scored.membership.filter(~scored.in_holdout)
    churn = scored.membership["churn"]
    return {
        "calibrator": scored.calibration.calibrator,
        "calibration_log_loss": scored.calibration.log_loss,
        "threshold": scored.threshold,
        "interval": ScoreInterval.fit(learnt["raw_score"].to_numpy(), learnt["churn"].to_numpy()),
        "rows": len(churn),
        "churners": int(churn.sum()),
        "holdout_rows": int(scored.in_holdout.sum()),
    }


def _worth(scored: HonestScores, rows: pl.DataFrame, seed: int, resamples: int) -> dict[str, Any]:
    """How good the model is for each group, and in euros."""
    margin = rows["avg_monthly_margin_eur"]
    groups = evaluate_groups(
        scored.membership, with_dimensions(rows), scored.threshold, seed=seed, count=resamples
    )
    return {
        "groups": tuple(groups),
        "value": contact_value(scored.membership, margin, seed=seed, count=resamples),
    }


def _explained(
    scored: HonestScores, matrix: FeatureMatrix, contract: FeatureContract
) -> dict[str, Any]:
    """What the main booster uses, on the rows that it did not learn from."""
    unseen = matrix.rows(scored.in_holdout)
    contributions = calibrated_contributions(
        booster.contributions(booster.load(scored.boosters[MAIN]), unseen),
        scored.calibration.calibrator,
    )
    ranking = importance(matrix.names, contributions)
    shown = dependences(contract.features, unseen, contributions, list(ranking)[:SHOWN_FEATURES])
    return {"importance": ranking, "dependence": tuple(shown)}


def _evaluations(
    membership: pl.DataFrame, threshold: float, seed: int, resamples: int
) -> dict[str, Metrics]:
    """Evaluate booster and baseline on the holdout alone and on all rows pooled."""
    found = {}
    samples = {"pooled": membership, "holdout": membership.filter(pl.col("part") == HOLDOUT)}
    for prefix, column in {"": "probability", "baseline_": "baseline_score"}.items():
        for name, rows in samples.items():
            scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
            groups = rows["group_id"].to_numpy()
            found[prefix + name] = evaluate(scored, groups, threshold, seed=seed, count=resamples)
    return found
