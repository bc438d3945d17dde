"""How long a save is expected to last: the months of margin that a kept customer brings."""

import math

import polars as pl

from spanishgas_assets.retention.config.policy import Policy

_DAYS_A_MONTH = 365.25 / 12


def kept_months(probability: pl.Expr, policy: Policy) -> pl.Expr:
    """Return the months of the horizon in which a customer whom an offer keeps is still there.

    A save bridges the window in which the customer would have left (``follow_up_days``). In each
    window after it the customer leaves with the policy's ``risk_after_save`` of the probability
    that they had. 0 of it credits the whole horizon, 1 says that the risk persists.

    Example:
        A probability of 0.8 over three months, a year's horizon; the risk persists.

        >>> from spanishgas_assets.retention.config.retention_config import load_rules
        >>> policy = load_rules().policy.model_copy(
        ...     update={"follow_up_days": 91, "horizon_months": 12, "risk_after_save": 1.0}
        ... )
        >>> scores = pl.DataFrame({"p": [0.0, 0.8, 1.0]})
        >>> scores.select(kept_months(pl.col("p"), policy).round(2)).to_series().to_list()
        [12.0, 3.74, 2.99]
    """
    horizon = float(policy.horizon_months)
    if policy.risk_after_save == 0:
        return pl.lit(horizon)
    window = policy.follow_up_days / _DAYS_A_MONTH
    stays = 1 - policy.risk_after_save * probability
    return pl.sum_horizontal(
        min(window, horizon - number * window) * stays**number
        for number in range(math.ceil(horizon / window))
    )
