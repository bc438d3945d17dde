"""The gate's rules, one by one: a figure, the limit it is held against, a sentence for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from spanishgas_assets.churn.dataset.training_set import MIN_CHURNERS
from spanishgas_assets.churn.evaluation.bootstrap import Interval
from spanishgas_assets.churn.evaluation.groups import GroupEvaluation
from spanishgas_assets.churn.model.churn_model import Metrics
from spanishgas_assets.churn.model.threshold import MIN_RECALL
from spanishgas_assets.settings import FloorBy, Settings

_DEFAULTS = Settings()


@dataclass(frozen=True)
class GateLimits:
    """What the gate asks for.

    Attributes:
        floor: lowest PR-AUC.
        floor_by: what must reach the floor. ``value``: the PR-AUC itself; at 5,000 customers the
            interval is 0.06 wide, and a gate that refuses a sound model because the sample is
            small would stop every small retailer for ever. ``low``: the interval's lower end,
            the stricter setting for a retailer with many customers.
        floor_over_prevalence: floor as a multiple of the churn rate, in place of ``floor``: where
            few customers leave, no model reaches a fixed one. None keeps the fixed floor.
        ceiling: a PR-AUC above it is taken for a leak of the label until a person shows otherwise.
        min_churners: fewest churners among the pooled rows.
        max_ece: largest mean gap between probability and churn rate.
        baseline_tolerance: how much worse than the logistic baseline the lower end of the
            difference may be; the difference itself must not be negative.
        min_recall: recall that the threshold was chosen for; the holdout's must not be clearly
            below it.
        group_floors: lowest PR-AUC of single groups, by ``dimension:group``
            (``segment:Residential``).
    """

    floor: float = _DEFAULTS.pr_auc_floor
    floor_by: FloorBy = _DEFAULTS.pr_auc_floor_by
    floor_over_prevalence: float | None = _DEFAULTS.pr_auc_over_prevalence
    ceiling: float = 0.95
    min_churners: int = MIN_CHURNERS
    max_ece: float = 0.05
    baseline_tolerance: float = 0.02
    min_recall: float = MIN_RECALL
    group_floors: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what a deployment decides, and the defaults for the rest."""
        return cls(
            floor=settings.pr_auc_floor,
            floor_by=settings.pr_auc_floor_by,
            floor_over_prevalence=settings.pr_auc_over_prevalence,
            group_floors=settings.group_floors,
        )


@dataclass(frozen=True)
class GateRule:
    """One rule: its figure, the limit it is held against, and a sentence for people."""

    name: str
    passed: bool
    value: float
    limit: float
    explanation: str


def enough_churners(churners: int, limits: GateLimits) -> GateRule:
    """Ask for enough churners to tell models apart."""
    return GateRule(
        "enough_churners",
        churners >= limits.min_churners,
        churners,
        limits.min_churners,
        f"{churners:,} churners in the evaluation, at least {limits.min_churners:,} needed",
    )


def floor(metrics: Metrics, limits: GateLimits) -> GateRule:
    """Ask for the floor: fixed or relative to the churn rate, from the value or its lower end."""
    pr_auc, prevalence = metrics["pr_auc"], metrics["prevalence"].value
    over = limits.floor_over_prevalence
    least = limits.floor if over is None else over * prevalence
    figure = pr_auc.value if limits.floor_by is FloorBy.VALUE else pr_auc.low
    asked = f"at least {least:.3f} needed"
    if over is not None:
        asked += f" ({over:g} times the churn rate {prevalence:.3f})"
    if limits.floor_by is FloorBy.LOW:
        asked += " of its lower end"
    return GateRule("floor", figure >= least, figure, least, f"PR-AUC {pr_auc}, {asked}")


def prevalence(metrics: Metrics) -> GateRule:
    """Ask for more than chance, with certainty."""
    pr_auc, prevalence = metrics["pr_auc"], metrics["prevalence"].value
    return GateRule(
        "prevalence",
        pr_auc.low > prevalence,
        pr_auc.low,
        prevalence,
        f"lower end of the PR-AUC {pr_auc.low:.3f}, above the churn rate {prevalence:.3f} needed: "
        "a model that knows nothing reaches that",
    )


def baseline(difference: Interval, limits: GateLimits) -> GateRule:
    """Ask for no less than logistic regression gives."""
    return GateRule(
        "baseline",
        difference.value >= 0 and difference.low > -limits.baseline_tolerance,
        difference.value,
        0.0,
        f"PR-AUC less that of logistic regression {difference}, at least 0 needed and a lower end "
        f"above {-limits.baseline_tolerance:.3f}",
    )


def leakage(pr_auc: Interval, importance: Mapping[str, float], limits: GateLimits) -> GateRule:
    """Refuse what is too good to be true, and name the feature that carries it."""
    weight = sum(importance.values()) or 1.0
    feature, share = max(importance.items(), key=lambda item: item[1], default=("none", 0.0))
    return GateRule(
        "leakage",
        pr_auc.value <= limits.ceiling,
        pr_auc.value,
        limits.ceiling,
        f"PR-AUC {pr_auc.value:.3f}, at most {limits.ceiling:.3f} is believed: above it a feature "
        f"most likely knows the label; look first at {feature}, which carries "
        f"{share / weight:.0%} of the contributions",
    )


def recall(found: Interval, threshold: float, limits: GateLimits) -> GateRule:
    """Ask the threshold for its recall, on customers that neither model nor threshold has seen."""
    return GateRule(
        "recall",
        found.high >= limits.min_recall,
        found.value,
        limits.min_recall,
        f"recall at probability {threshold:.3f} on the holdout {found}, not clearly below "
        f"{limits.min_recall:.2f} needed",
    )


def groups(evaluations: Sequence[GroupEvaluation], limits: GateLimits) -> GateRule:
    """Ask every group that is not small for more than chance, and for its own floor if it has one.

    A floor for a group that is small or unknown is judged as missed: what cannot be measured is
    not granted.
    """
    missed, margins = [], [1.0]
    known = {f"{one.dimension}:{one.group}": one for one in evaluations}
    for name, one in known.items():
        if not one.small and one.metrics:
            gap = one.metrics["pr_auc"].low - one.metrics["prevalence"].value
            margins.append(gap)
            if gap <= 0:
                missed.append(f"{name} is no better than chance, {one.metrics['pr_auc']}")
    for name, least in limits.group_floors.items():
        group = known.get(name)
        if group is None or group.small or not group.metrics:
            missed.append(f"{name} has too few churners to be held against its floor {least:.2f}")
        elif group.metrics["pr_auc"].value < least:
            missed.append(f"{name} has PR-AUC {group.metrics['pr_auc']}, floor {least:.2f}")
    judged = sum(not one.small for one in evaluations)
    return GateRule(
        "groups",
        not missed,
        min(margins),
        0.0,
        "; ".join(missed)
        or f"each of {judged} groups is above its churn rate by at least {min(margins):.3f}, and "
        f"{len(limits.group_floors)} floors of single groups hold",
    )


def calibration(metrics: Metrics, limits: GateLimits) -> tuple[GateRule, GateRule]:
    """Two rules, both needed: a mean can be right while every probability is wrong."""
    ece, rate, mean = metrics["ece"], metrics["prevalence"], metrics["mean_score"]
    return (
        GateRule(
            "calibration",
            ece.value <= limits.max_ece,
            ece.value,
            limits.max_ece,
            f"mean gap between probability and churn rate {ece.value:.3f}, at most "
            f"{limits.max_ece:.3f} allowed",
        ),
        GateRule(
            "mean_score",
            rate.low <= mean.value <= rate.high,
            mean.value,
            rate.value,
            f"mean probability {mean.value:.3f}, within the interval of the churn rate {rate} "
            "needed",
        ),
    )
