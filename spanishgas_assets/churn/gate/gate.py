"""The gate between a trained model and its customers: rules with figures, all of which must hold.

Every rule looks at pooled rows: each labelled customer, scored by a model that did not learn from
it. A holdout alone is too small to tell models apart.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.splits import HOLDOUT
from spanishgas_assets.churn.evaluation.bootstrap import RESAMPLES, evaluate, pr_auc_difference
from spanishgas_assets.churn.evaluation.groups import evaluate_groups, with_dimensions
from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.churn.gate import rules
from spanishgas_assets.churn.gate.rules import GateLimits, GateRule
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.scoring import score
from spanishgas_assets.storage.state_files import of_json


@dataclass(frozen=True)
class GateDecision:
    """The gate's decision about a version; accepted only if every rule passed.

    ``metrics``: rows, PR-AUC with its interval, ROC-AUC, ECE and prevalence of the pooled rows.
    """

    version: str
    accepted: bool
    rules: tuple[GateRule, ...]
    metrics: dict[str, float]

    def explain(self) -> str:
        """Format the verdict and every rule, one per line."""
        verdict = "accepted" if self.accepted else "refused"
        lines = [f"{'pass' if r.passed else 'FAIL'}  {r.name}: {r.explanation}" for r in self.rules]
        return "\n".join([f"model {self.version} {verdict}", *lines])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`.

        Raises:
            ValidationError: the values are not of its types.
        """
        return of_json(cls, data)


def judge(
    candidate: ChurnModel,
    champion: ChurnModel | None,
    training_set: pl.DataFrame,
    limits: GateLimits | None = None,
    *,
    resamples: int = RESAMPLES,
) -> GateDecision:
    """Hold a candidate against the limits, the baseline and the champion.

    The figures are computed from the candidate's membership table, not read from its card.

    Args:
        candidate: the model to judge.
        champion: the model that serves; None if there is none.
        training_set: the rows that the candidate was trained from; the champion is scored on them.
        limits: None for the defaults.
        resamples: draws behind each interval.

    Raises:
        StoreError: the champion cannot read the rows.
    """
    limits = limits or GateLimits()
    rows = candidate.membership
    churn, groups = rows["churn"].to_numpy(), rows["group_id"].to_numpy()
    seed = candidate.card.seed
    threshold = candidate.card.threshold
    scored = Scored(rows["probability"].to_numpy(), churn)
    metrics = evaluate(scored, groups, threshold, seed=seed, count=resamples)
    unseen = rows.filter(pl.col("part") == HOLDOUT)
    holdout = evaluate(
        Scored(_column(unseen, "probability"), _column(unseen, "churn")),
        _column(unseen, "group_id"),
        threshold,
        seed=seed,
        count=resamples,
    )
    baseline = pr_auc_difference(
        rows["probability"].to_numpy(),
        rows["baseline_score"].to_numpy(),
        churn,
        groups,
        seed=seed,
        count=resamples,
    )
    judged = (
        rules.enough_churners(int(churn.sum()), limits),
        rules.floor(metrics, limits),
        rules.prevalence(metrics),
        rules.baseline(baseline),
        rules.champion(_against(champion, candidate, training_set, resamples)),
        rules.leakage(metrics["pr_auc"], candidate.card.importance, limits),
        *rules.calibration(metrics, limits),
        rules.recall(holdout["recall"], threshold, limits),
        rules.groups(
            evaluate_groups(
                rows, with_dimensions(training_set), threshold, seed=seed, count=resamples
            ),
            limits,
        ),
    )
    figures = {
        "rows": rows.height,
        "pr_auc": metrics["pr_auc"].value,
        "pr_auc_low": metrics["pr_auc"].low,
        "pr_auc_high": metrics["pr_auc"].high,
        "roc_auc": metrics["roc_auc"].value,
        "ece": metrics["ece"].value,
        "prevalence": metrics["prevalence"].value,
    }
    return GateDecision(candidate.version, all(rule.passed for rule in judged), judged, figures)


def _against(
    champion: ChurnModel | None, candidate: ChurnModel, training_set: pl.DataFrame, resamples: int
) -> rules.Comparison | None:
    """Compare on raw scores: both are honest, and neither map of calibration plays a part."""
    if champion is None:
        return None
    theirs = score(champion, training_set).select("customer_id", champion_score="raw_score")
    rows = candidate.membership.join(theirs, on="customer_id", how="inner")
    difference = pr_auc_difference(
        _column(rows, "raw_score"),
        _column(rows, "champion_score"),
        _column(rows, "churn"),
        _column(rows, "group_id"),
        seed=candidate.card.seed,
        count=resamples,
    )
    return rules.Comparison(champion.version, rows.height, difference)


def _column(rows: pl.DataFrame, name: str) -> NDArray[Any]:
    return rows[name].to_numpy()
