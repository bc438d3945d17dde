"""Before a campaign: the smallest effect that it could show, in weeks and euros."""

import polars as pl

from spanishgas_assets.retention.column_values import IN_HOLDOUT
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.measurement.always_valid import Plan, smallest_effect

#: Weeks after which a campaign is asked what it can show.
SHOWN_WEEKS = (26, 52, 104)
_DAYS_A_WEEK = 7


def smallest_effects(assigned: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Say of each offer which save rate a campaign of such assignments would find.

    A snapshot's assignments come again once every cool-down (or follow-up, where there is none), by
    other customers: those who were assigned before are no new units.

    Grain: one row per offer: the least save rate that is found in four cases of five after each of
    SHOWN_WEEKS (``weeks_N``; null where none would be), and ``least_gain_eur``: what a campaign
    brings at the one of the last, in a cool-down; null likewise.

    Args:
        assigned: ASSIGNMENTS.
        policy: whose holdout, follow-up and cool-down count.
    """
    cycle = max(policy.cool_down_days or policy.follow_up_days, _DAYS_A_WEEK) / _DAYS_A_WEEK
    rows = []
    for (offer,), own in assigned.sort("offer").group_by("offer", maintain_order=True):
        plan = Plan(
            units_a_week=own.height / cycle,
            holdout_share=policy.holdout_share,
            churn_rate=float(own["churn_probability"].sum()) / own.height,
            follow_up_weeks=policy.follow_up_days / _DAYS_A_WEEK,
        )
        found = {f"weeks_{weeks}": smallest_effect(plan, weeks) for weeks in SHOWN_WEEKS}
        made = own.filter(pl.col("arm") != IN_HOLDOUT)
        last = found[f"weeks_{SHOWN_WEEKS[-1]}"]
        stake, spent = float(made["at_stake_eur"].sum()), float(made["spend_eur"].sum())
        gain = None if last is None else round(last * stake - spent, 2)
        rows.append({"offer": offer, **found, "least_gain_eur": gain})
    kinds = {f"weeks_{weeks}": pl.Float64 for weeks in SHOWN_WEEKS}
    return pl.DataFrame(rows, schema={"offer": pl.String, **kinds, "least_gain_eur": pl.Float64})
