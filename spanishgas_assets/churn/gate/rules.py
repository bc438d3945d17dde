"""The rules of the gate: each compares a figure with a limit and explains the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Self

from spanishgas_assets.churn.dataset.least_labels import MIN_CHURNERS
from spanishgas_assets.churn.evaluation.bootstrap import Interval
from spanishgas_assets.churn.evaluation.groups import GroupEvaluation
from spanishgas_assets.churn.model.churn_model import Metrics
from spanishgas_assets.churn.model.threshold import MIN_RECALL
from spanishgas_assets.settings import FloorBy, Settings

#: Floor as a multiple of the churn rate, where neither setting states one.
USUAL_MULTIPLE = 5.0

_DEFAULTS = Settings()


@dataclass(frozen=True)
class GateLimits:
    """The limits of the gate.

    Attributes:
        floor: lowest PR-AUC; None makes it a multiple of the churn rate.
        floor_by: what must reach the floor. ``high``: the upper end of its interval, so that a
            model is refused if it is clearly below; at 5,000 customers the interval is 0.06 wide,
            and a gate that refuses a sound model because the sample is small would stop every
            small retailer for ever. ``value``: the PR-AUC itself. ``low``: the lower end, the
            strictest.
        floor_over_prevalence: floor as this multiple of the churn rate, in place of ``floor``:
            what a model can reach depends on how many customers leave.
        ceiling: a PR-AUC above it is taken for a leak of the label until a person shows otherwise.
        min_churners: fewest churners among the pooled rows.
        max_ece: largest mean gap between probability and churn rate, at the lower end of its
            interval: few customers make a gap by chance alone.
        min_recall: recall that the threshold was chosen for; the holdout's must not be clearly
            below it.
        group_floors: lowest PR-AUC of single groups, by ``dimension:group``
            (``segment:Residential``).
        group_over_prevalence: what every group's PR-AUC must reach, as a multiple of its own churn
            rate.
        groups_by: what of a group must reach it, as ``floor_by``. Its interval is that of all
            groups together: among fifteen groups of a sound model one lies below its own interval
            by chance in every second or third population.
    """

    floor: float | None = _DEFAULTS.pr_auc_floor
    floor_by: FloorBy = _DEFAULTS.pr_auc_floor_by
    floor_over_prevalence: float | None = _DEFAULTS.pr_auc_over_prevalence
    ceiling: float = 0.95
    min_churners: int = MIN_CHURNERS
    max_ece: float = 0.05
    min_recall: float = MIN_RECALL
    group_floors: Mapping[str, float] = field(default_factory=dict)
    group_over_prevalence: float = _DEFAULTS.group_over_prevalence
    groups_by: FloorBy = _DEFAULTS.groups_by

    def least_pr_auc(self, churn_rate: float) -> float:
        """Return the floor where so many customers leave.

        Where nobody states one, it goes at most half-way from the churn rate to 1: where a third
        of the customers leave, nothing is five times as good as chance.
        """
        if self.floor_over_prevalence is not None:
            return self.floor_over_prevalence * churn_rate
        if self.floor is not None:
            return self.floor
        return _multiple(USUAL_MULTIPLE, churn_rate)

    def least_of_group(self, churn_rate: float) -> float:
        """Return what a group's PR-AUC must reach, at most half-way from its churn rate to 1."""
        return _multiple(self.group_over_prevalence, churn_rate)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what a deployment decides, and the defaults for the rest."""
        return cls(
            floor=settings.pr_auc_floor,
            floor_by=settings.pr_auc_floor_by,
            floor_over_prevalence=settings.pr_auc_over_prevalence,
            group_floors=settings.group_floors,
            group_over_prevalence=settings.group_over_prevalence,
            groups_by=settings.groups_by,
        )


@dataclass(frozen=True)
class GateRule:
    """The outcome of one rule: its figure, its limit, and an explanation for people."""

    name: str
    passed: bool
    value: float
    limit: float
    explanation: str


@dataclass(frozen=True)
class Comparison:
    """A candidate beside the champion on the same customers: difference in PR-AUC, ours first."""

    champion: str
    customers: int
    difference: Interval


def champion(comparison: Comparison | None) -> GateRule:
    """Ask that the candidate is not clearly worse than the champion, if there is one."""
    if comparison is None:
        return GateRule("champion", True, 0.0, 0.0, "no champion to compare with")  # noqa: FBT003
    difference = comparison.difference
    return GateRule(
        "champion",
        difference.high >= 0,
        difference.value,
        0.0,
        f"difference in PR-AUC to champion {comparison.champion} on the same "
        f"{comparison.customers:,} customers: {difference}; the upper end must reach 0",
    )


def enough_churners(churners: int, limits: GateLimits) -> GateRule:
    """Require enough churners to distinguish models."""
    return GateRule(
        "enough_churners",
        churners >= limits.min_churners,
        churners,
        limits.min_churners,
        f"{churners:,} churners in the evaluation; the minimum is {limits.min_churners:,}",
    )


def floor(metrics: Metrics, limits: GateLimits) -> GateRule:
    """Require the floor: fixed or relative to the churn rate, from the value or its lower end."""
    pr_auc, prevalence = metrics["pr_auc"], metrics["prevalence"].value
    least = limits.least_pr_auc(prevalence)
    figure = getattr(pr_auc, limits.floor_by.value)
    asked = f"the minimum is {least:.3f}"
    if limits.floor is None or limits.floor_over_prevalence is not None:
        asked += f" ({least / prevalence:.3g} times the churn rate {prevalence:.3f})"
    if limits.floor_by is not FloorBy.VALUE:
        end = "upper" if limits.floor_by is FloorBy.HIGH else "lower"
        asked += f", for the {end} end of the interval"
    return GateRule("floor", figure >= least, figure, least, f"PR-AUC {pr_auc}; {asked}")


def prevalence(metrics: Metrics) -> GateRule:
    """Require more than chance, beyond sampling error."""
    pr_auc, prevalence = metrics["pr_auc"], metrics["prevalence"].value
    return GateRule(
        "prevalence",
        pr_auc.low > prevalence,
        pr_auc.low,
        prevalence,
        f"the lower end of the PR-AUC interval is {pr_auc.low:.3f}; it must exceed the churn rate "
        f"{prevalence:.3f}, which random scores reach",
    )


def baseline(difference: Interval) -> GateRule:
    """Require a PR-AUC that is not clearly below that of logistic regression."""
    return GateRule(
        "baseline",
        difference.high >= 0,
        difference.value,
        0.0,
        f"difference in PR-AUC to logistic regression: {difference}; the upper end must reach 0",
    )


def leakage(pr_auc: Interval, importance: Mapping[str, float], limits: GateLimits) -> GateRule:
    """Refuse a PR-AUC that suggests leakage, and name the feature that contributes most."""
    weight = sum(importance.values()) or 1.0
    feature, share = max(importance.items(), key=lambda item: item[1], default=("none", 0.0))
    return GateRule(
        "leakage",
        pr_auc.value <= limits.ceiling,
        pr_auc.value,
        limits.ceiling,
        f"PR-AUC {pr_auc.value:.3f}; above {limits.ceiling:.3f} a feature most likely leaks the "
        f"label. Check {feature} first: it has {share / weight:.0%} of the contributions",
    )


def recall(found: Interval, threshold: float, limits: GateLimits) -> GateRule:
    """Require the threshold's recall on customers that neither model nor threshold has seen."""
    return GateRule(
        "recall",
        found.high >= limits.min_recall,
        found.value,
        limits.min_recall,
        f"recall on the holdout at probability {threshold:.3f}: {found}; the upper end must reach "
        f"{limits.min_recall:.2f}",
    )


def groups(evaluations: Sequence[GroupEvaluation], limits: GateLimits) -> GateRule:
    """Require more than chance of every group that is not small, and its own floor if it has one.

    The end of a group's interval is that of a 95% interval for all judged groups together
    (Bonferroni, from the spread of its own resamples). The floor of a group that is small or
    unknown counts as missed, as it cannot be measured.
    """
    known = {f"{one.dimension}:{one.group}": one for one in evaluations}
    judged = {name: one for name, one in known.items() if not one.small and one.metrics}
    missed, margins = [], [1.0]
    for name, one in judged.items():
        pr_auc = one.metrics["pr_auc"]
        figure = getattr(_for_all(pr_auc, len(judged)), limits.groups_by.value)
        least = limits.least_of_group(one.metrics["prevalence"].value)
        margins.append(figure - least)
        if figure < least:
            missed.append(f"{name} is no better than chance, {pr_auc}; the minimum is {least:.3f}")
    for name, least in limits.group_floors.items():
        group = known.get(name)
        if group is None or group.small or not group.metrics:
            missed.append(
                f"{name} has too few churners to measure against its floor of {least:.2f}"
            )
        elif group.metrics["pr_auc"].value < least:
            missed.append(
                f"{name} has PR-AUC {group.metrics['pr_auc']}, below its floor of {least:.2f}"
            )
    asked = f"{limits.group_over_prevalence:.3g} times its churn rate"
    if limits.groups_by is not FloorBy.VALUE:
        end = "upper" if limits.groups_by is FloorBy.HIGH else "lower"
        asked += f" with the {end} end of an interval for all {len(judged)} together"
    return GateRule(
        "groups",
        not missed,
        min(margins),
        0.0,
        "; ".join(missed)
        or f"each of {len(judged)} groups reaches {asked}, the least of them by "
        f"{min(margins):.3f}; {len(limits.group_floors)} group floors are met",
    )


def calibration(metrics: Metrics, limits: GateLimits) -> tuple[GateRule, GateRule]:
    """Two rules, both needed: a mean can be right while every probability is wrong."""
    ece, rate, mean = metrics["ece"], metrics["prevalence"], metrics["mean_score"]
    return (
        GateRule(
            "calibration",
            ece.low <= limits.max_ece,
            ece.value,
            limits.max_ece,
            f"mean gap between probability and churn rate: {ece}; the maximum is "
            f"{limits.max_ece:.3f}, for the lower end of the interval",
        ),
        GateRule(
            "mean_score",
            rate.low <= mean.value <= rate.high,
            mean.value,
            rate.value,
            f"mean probability {mean.value:.3f}; it must lie within the interval of the churn "
            f"rate, {rate}",
        ),
    )


def _multiple(times: float, churn_rate: float) -> float:
    return min(times * churn_rate, (1 + churn_rate) / 2)


def _for_all(interval: Interval, count: int) -> Interval:
    """Widen a 95% interval to one of ``count`` that hold their values together in 95%."""
    normal = NormalDist()
    factor = normal.inv_cdf(1 - 0.025 / count) / normal.inv_cdf(0.975)
    return Interval(
        interval.value,
        interval.value - factor * (interval.value - interval.low),
        interval.value + factor * (interval.high - interval.value),
    )
