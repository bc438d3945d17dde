"""The gate's rules, one by one: a figure, the limit it is held against, a sentence for people."""

from dataclasses import dataclass

from spanishgas_assets.churn.bootstrap import Interval
from spanishgas_assets.churn.model import Metrics
from spanishgas_assets.churn.training_set import MIN_CHURNERS


@dataclass(frozen=True)
class GateLimits:
    """What the gate asks for.

    Attributes:
        floor: lowest PR-AUC. The value itself must reach it, not the interval's lower end: at
            5,000 customers the interval is 0.06 wide, and a gate that refuses a sound model
            because the sample is small would stop every small retailer for ever. The interval is
            shown beside it.
        ceiling: a PR-AUC above it is taken for a leak of the label until a person shows otherwise.
        min_churners: fewest churners among the pooled rows.
        max_ece: largest mean gap between probability and churn rate.
        baseline_tolerance: how much worse than the logistic baseline the lower end of the
            difference may be; the difference itself must not be negative.
    """

    floor: float = 0.70
    ceiling: float = 0.95
    min_churners: int = MIN_CHURNERS
    max_ece: float = 0.05
    baseline_tolerance: float = 0.02


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


def floor(pr_auc: Interval, limits: GateLimits) -> GateRule:
    """Ask for the floor from the value itself."""
    return GateRule(
        "floor",
        pr_auc.value >= limits.floor,
        pr_auc.value,
        limits.floor,
        f"PR-AUC {pr_auc}, at least {limits.floor:.3f} needed",
    )


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


def leakage(pr_auc: Interval, limits: GateLimits) -> GateRule:
    """Refuse what is too good to be true."""
    return GateRule(
        "leakage",
        pr_auc.value <= limits.ceiling,
        pr_auc.value,
        limits.ceiling,
        f"PR-AUC {pr_auc.value:.3f}, at most {limits.ceiling:.3f} is believed: above it a feature "
        "most likely knows the label",
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
