"""Intervals that may be looked at every week, and what a campaign can show before it begins.

A 95% interval is right for one look. Who looks every Monday and stops at the first good one finds
effects where there are none. A confidence sequence holds the truth at all looks together in 95%.
The one here is that of the mixture sequential probability ratio test (Robbins, Annals of
Mathematical Statistics 41, 1970; for A/B tests Johari, Koomen, Pekelis and Walsh, "Always Valid
Inference", Operations Research 70, 2022), for an estimate that is about normal with a known
variance, as a sum over many customers is.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

#: Spread of the log of a quotient of churn rates at which the sequence is narrowest: effects of
#: retention offers lie about there, and any other value would be as valid.
TYPICAL_EFFECT = 0.2
_ALPHA = 0.05
_POWER = 0.8


def half_width(variance: float, *, alpha: float = _ALPHA) -> float:
    """Return half the width of the confidence sequence of an estimate with this variance."""
    mixed = TYPICAL_EFFECT**2
    bound = 2 * math.log(1 / alpha) + math.log1p(mixed / variance)
    return math.sqrt(variance * (variance + mixed) / mixed * bound)


@dataclass(frozen=True)
class Plan:
    """A campaign before it begins.

    Attributes:
        units_a_week: customers whom it assigns a week, to the offer or the holdout.
        holdout_share: share of them in the holdout.
        churn_rate: share of the holdout that leaves within the window.
        follow_up_weeks: weeks from an assignment until its outcome is known.
    """

    units_a_week: float
    holdout_share: float
    churn_rate: float
    follow_up_weeks: float


def smallest_effect(plan: Plan, weeks: int) -> float | None:
    """Return the least save rate that a campaign finds in four cases of five after some weeks.

    Found is what the confidence sequence tells from nothing, whatever Monday somebody looks. None
    where no outcome is known by then, the holdout is empty, or a save rate of 1 would not show.
    """
    units = plan.units_a_week * max(weeks - plan.follow_up_weeks, 0)
    chosen, holdout = units * (1 - plan.holdout_share), units * plan.holdout_share
    rate = plan.churn_rate
    if min(chosen, holdout) <= 0 or not 0 < rate < 1:
        return None

    def shown(save_rate: float) -> bool:
        left = rate * (1 - save_rate)
        variance = (1 - rate) / (holdout * rate) + (1 - left) / (chosen * left)
        lucky = NormalDist().inv_cdf(_POWER) * math.sqrt(variance)
        return -math.log1p(-save_rate) >= half_width(variance) + lucky

    steps = (number / 1000 for number in range(1, 1000))
    return next((step for step in steps if shown(step)), None)
