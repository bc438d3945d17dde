"""What a model is worth in euros: the margin kept when only so many customers can be contacted."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from spanishgas_assets.churn.evaluation.bootstrap import Interval, intervals
from spanishgas_assets.churn.evaluation.metrics import CONTACT_SHARES, Floats, Scored

BY_PROBABILITY, BY_EXPECTED_LOSS = "by_probability", "by_expected_loss"
_MONTHS = 12


@dataclass(frozen=True)
class ContactEconomics:
    """What a contact costs and does; stated assumptions, no figure of the data.

    Attributes:
        contact_cost_eur: per customer contacted, 15 to 30 EUR, 20 in the middle
            (docs/domain.md#risk-tiers-and-money).
        kept_share: share of the contacted churners who stay because of it.
    """

    contact_cost_eur: float = 20.0
    kept_share: float = 0.30


def contact_value(
    membership: pl.DataFrame,
    margin_eur_month: pl.Series,
    *,
    seed: int,
    count: int,
    economics: ContactEconomics | None = None,
) -> dict[str, dict[str, Interval]]:
    """Return what contacting the first 1, 5, 10 and 20% of the customers would keep, EUR a year.

    For two orders of contact: by probability of churn, and by expected loss (probability times
    margin). ``kept_5_eur`` is a year's margin of the churners reached times the share kept;
    ``net_5_eur`` takes the contacts' cost off. A negative margin counts as none.

    Args:
        membership: group_id, churn and probability.
        margin_eur_month: of the same rows.
        seed: of the resamples.
        count: of the resamples.
        economics: None for the stated assumptions.
    """
    economics = economics or ContactEconomics()
    churn = membership["churn"].to_numpy()
    probability = membership["probability"].to_numpy()
    margin = np.clip(margin_eur_month.to_numpy().astype(np.float64), 0, None)
    kept = economics.kept_share * _MONTHS * margin * churn
    groups = membership["group_id"].to_numpy()

    def figures(ranked: Scored, weights: Floats | None) -> dict[str, float]:
        rows = len(churn) if weights is None else float(weights.sum())
        reached = {n: ranked.reached(kept, share, weights) for n, share in CONTACT_SHARES.items()}
        cost = {n: economics.contact_cost_eur * share * rows for n, share in CONTACT_SHARES.items()}
        return {f"kept_{name}_eur": amount for name, amount in reached.items()} | {
            f"net_{name}_eur": amount - cost[name] for name, amount in reached.items()
        }

    orders = {BY_PROBABILITY: probability, BY_EXPECTED_LOSS: probability * margin}
    found = {}
    for name, order in orders.items():
        ranked = Scored(order, churn)
        found[name] = intervals(
            lambda weights, ranked=ranked: figures(ranked, weights),  # type: ignore[misc]
            groups,
            seed=seed,
            count=count,
        )
    return found
