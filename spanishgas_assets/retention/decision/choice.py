"""Which option each customer gets: the best set within the limits, and why the others get none."""

from dataclasses import dataclass

import polars as pl

from spanishgas_assets.retention.column_values import (
    HOLDOUT,
    NO_BUDGET_LEFT,
    NO_CALL_LEFT,
    OWNER_HAS_OFFER,
)
from spanishgas_assets.retention.config.policy import TIER_TABLE, Policy
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.allocation import CENT, Allocation, allocate
from spanishgas_assets.retention.decision.options import options

SCENARIOS = {"low": "save_rate_low", "stated": "save_rate", "high": "save_rate_high"}


@dataclass(frozen=True)
class Choice:
    """The options taken, the reasons of those who get none, and what the limits are worth.

    ``taken`` has the columns of the options, one row per customer with an offer; ``withheld`` has
    customer_id, block_reason, withheld_action (null where no offer was meant) and
    withheld_value_eur, what the best option would have brought, one row per other customer with an
    option.
    """

    taken: pl.DataFrame
    withheld: pl.DataFrame
    allocation: Allocation


def choose(possible: pl.DataFrame, policy: Policy, proven_to_eur: float = CENT) -> Choice:
    """Take the options that together are worth the most within budget and calls.

    An owner gets one offer at most.

    Args:
        possible: what :func:`options` returns; of its columns customer_id, owner_id, offer,
            spend_eur, calls, value_eur and block are needed.
        policy: the limits.
        proven_to_eur: how much more another choice may be worth.
    """
    free = possible.filter(pl.col("block").is_null())
    allocation = allocated(free, policy, proven_to_eur)
    taken = free.filter(pl.Series(allocation.taken))
    return Choice(taken, _withheld(possible, taken, allocation, policy), allocation)


def allocated(free: pl.DataFrame, policy: Policy, proven_to_eur: float = CENT) -> Allocation:
    """Solve the choice for options that no guardrail forbids."""
    return allocate(
        free["owner_id"].rank("dense").cast(pl.Int64).to_numpy(),
        free["value_eur"].to_numpy(),
        free["spend_eur"].to_numpy(),
        free["calls"].to_numpy(),
        policy.budget_eur,
        policy.calls,
        proven_to_eur,
    )


def _withheld(
    possible: pl.DataFrame, taken: pl.DataFrame, allocation: Allocation, policy: Policy
) -> pl.DataFrame:
    """Look at each remaining customer's best option at the prices of a euro and of a call."""
    price_of_calls = allocation.call_price * pl.col("calls")
    net = pl.col("value_eur") - allocation.euro_price * pl.col("spend_eur") - price_of_calls
    scarce = (
        pl.when(price_of_calls > allocation.euro_price * pl.col("spend_eur"))
        .then(pl.lit(NO_CALL_LEFT))
        .otherwise(pl.lit(NO_BUDGET_LEFT))
    )
    owner_served = pl.col("owner_id").is_in(taken["owner_id"].unique().implode())
    meant = pl.lit(policy.choose == TIER_TABLE) | (
        (net > 0) & (pl.col("value_eur") > 0) & (pl.col("value_eur") >= policy.least_value_eur)
    )
    return (
        possible.join(taken.select("customer_id"), on="customer_id", how="anti")
        # An offer that only the draw withholds goes before a better one that is forbidden: without
        # the draw the customer would have it, as those have who are not drawn.
        .with_columns(
            net.alias("net"),
            drawn=((pl.col("block") == HOLDOUT) & (net > 0)).fill_null(value=False),
        )
        .sort("customer_id", "drawn", "net", "offer", descending=[False, True, True, False])
        .unique("customer_id", keep="first", maintain_order=True)
        .select(
            "customer_id",
            pl.coalesce(
                "block", pl.when(owner_served).then(pl.lit(OWNER_HAS_OFFER)).otherwise(scarce)
            ).alias("block_reason"),
            pl.when(meant).then("offer").alias("withheld_action"),
            pl.col("value_eur").clip(lower_bound=0).alias("withheld_value_eur"),
            *([] if "offer_probability" not in possible.columns else ["offer_probability"]),
        )
    )


def lost_to_limits(
    scored: pl.LazyFrame,
    permissions: pl.LazyFrame,
    rules: Rules,
    shifts: pl.LazyFrame,
    allocation: Allocation,
) -> dict[str, float]:
    """Choose again without each limit that binds, and say what the limit costs, EUR by limit.

    Args:
        scored: SCORED_CUSTOMERS.
        permissions: CONTACT_PERMISSIONS.
        rules: the team's policy and offers.
        shifts: offer, segment and shift, what outcomes add to its save rates there.
        allocation: the choice within the limits.
    """
    binding = {"budget_eur": allocation.euro_price, "calls": allocation.call_price}
    lost = {name: 0.0 for name, price in binding.items() if getattr(rules.policy, name) is not None}
    if not any(binding[name] for name in lost):
        return lost
    possible = options(scored, permissions, rules, shifts)
    free = possible.filter(pl.col("block").is_null())
    for name in lost:
        if binding[name]:
            without = allocated(free, rules.policy.model_copy(update={name: None}))
            lost[name] = max(without.value_eur - allocation.value_eur, 0.0)
    return lost


def sensitivity(
    scored: pl.LazyFrame, permissions: pl.LazyFrame, rules: Rules, shifts: pl.LazyFrame
) -> pl.DataFrame:
    """Choose again with the save rates at the ends of their bands.

    Grain: one row per scenario (low, stated, high): offers, spent_eur, value_eur of the choice made
    for it, and stated_choice_value_eur, what the choice made for the stated rates would be worth.
    """
    free = {
        name: options(scored, permissions, rules, shifts, rate) for name, rate in SCENARIOS.items()
    }
    stated = choose(free["stated"], rules.policy).taken.select("customer_id", "offer")
    rows = []
    for name, possible in free.items():
        best = allocated(possible.filter(pl.col("block").is_null()), rules.policy)
        worth = possible.join(stated, on=["customer_id", "offer"])["value_eur"].sum()
        rows.append(
            {
                "save_rates": name,
                "offers": int(best.taken.sum()),
                "spent_eur": round(best.spent_eur, 2),
                "value_eur": round(best.value_eur, 2),
                "stated_choice_value_eur": round(float(worth), 2),
            }
        )
    return pl.DataFrame(rows)
