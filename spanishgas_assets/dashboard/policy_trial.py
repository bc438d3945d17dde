"""What if: the plan worked out again under another policy, beside the published one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.retention.column_values import CHANNELS, NO_OFFER
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.allocation import CENT
from spanishgas_assets.retention.decision.choice import Choice, choose
from spanishgas_assets.retention.decision.options import option_rows
from spanishgas_assets.retention.tables import (
    CAMPAIGN_EFFECT,
    CONTACT_PERMISSIONS,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)

#: Up to so many customers a trial is as exact as the graph's own choice. Of more, the last cents
#: would take most of the time: a cent for each thousand customers may then be left on the table.
_EXACT_UP_TO, _PER_CENT = 100_000, 1_000

_OF_SCORES = ("segment", "risk_tier", "churn_probability", "avg_monthly_margin_eur")
_OF_PERMISSIONS = (
    "owner_id",
    "in_holdout",
    "in_cool_down",
    *(f"{channel}_block" for channel in CHANNELS),
)


@dataclass(frozen=True)
class Trial:
    """A plan that nobody has published.

    Attributes:
        choice: the options that it takes; customers by number.
        moved: one row per customer whose offer differs: customer_id, before, after and
            gain_change_eur.
    """

    choice: Choice
    moved: pl.DataFrame

    @property
    def figures(self) -> dict[str, float]:
        """Offers, calls, what is spent and what is gained, EUR."""
        allocation = self.choice.allocation
        return {
            "offers": float(self.choice.taken.height),
            "calls": float(allocation.calls),
            "spent_eur": allocation.spent_eur,
            "gain_eur": allocation.value_eur,
        }


def plan(frames: PublishedFrames, rules: Rules) -> Choice:
    """Choose offers on the published scores, permissions and save rates under some rules.

    As the graph chooses, with numbers and codes in place of ids and names: a million customers
    have three million options, and it is their text that takes memory and time. ``customer_id`` is
    the place in :func:`customer_ids`.
    """
    people = candidates(frames).lazy()
    offers = pl.Enum(sorted(rules.offers.names))
    possible = (
        option_rows(
            people.select("customer_id", *_OF_SCORES),
            people.select("customer_id", *_OF_PERMISSIONS),
            rules,
            frames.table(CAMPAIGN_EFFECT.title).select("offer", "segment", "shift"),
        )
        .select(
            "customer_id",
            "owner_id",
            pl.col("offer").cast(offers),
            "spend_eur",
            "calls",
            "value_eur",
            pl.col("block").cast(pl.Categorical),
        )
        .collect(engine="streaming")
    )
    count = candidates(frames).height
    proven_to = CENT if count <= _EXACT_UP_TO else CENT * count / _PER_CENT
    return choose(possible, rules.policy, proven_to)


def candidates(frames: PublishedFrames) -> pl.DataFrame:
    """Return what a choice needs of each customer, with numbers in place of ids.

    Grain: one row per customer, in the order of :func:`customer_ids`, which the column customer_id
    counts from 0; owner_id numbers the owners.
    """

    def make() -> pl.DataFrame:
        permissions = frames.table(CONTACT_PERMISSIONS.title)
        return (
            frames.table(SCORED_CUSTOMERS.title)
            .select("customer_id", *_OF_SCORES)
            .join(permissions, on="customer_id", how="left", maintain_order="left")
            .drop("customer_id")
            .with_columns(pl.col("owner_id").rank("dense").cast(pl.UInt32))
            .with_row_index("customer_id")
            .select("customer_id", *_OF_SCORES, *_OF_PERMISSIONS)
            .collect(engine="streaming")
        )

    return frames.once("candidates", make)


def customer_ids(frames: PublishedFrames) -> pl.Series:
    """Return the ids of the scored customers by their number."""

    def make() -> pl.Series:
        scored = frames.table(SCORED_CUSTOMERS.title).select("customer_id").collect()
        return scored.to_series()

    return frames.once("scored ids", make)


def changed_rules(
    rules: Rules,
    *,
    budget_eur: float | None,
    calls: int | None,
    horizon_months: int,
    cost_per_call_eur: float,
    save_rate_factor: float,
    offers: list[str],
) -> Rules:
    """Return rules with other limits, costs, save rates and offers; ``rules`` stay as they are."""
    policy = rules.policy.model_copy(
        update={
            "budget_eur": budget_eur,
            "calls": calls,
            "horizon_months": horizon_months,
            "contact_cost_eur": {**rules.policy.contact_cost_eur, "phone": cost_per_call_eur},
        }
    )
    kept = [one for one in rules.offers.offers if one.name in offers]
    scaled = [
        one.model_copy(
            update={
                "eligible": tuple(
                    entry.model_copy(
                        update={
                            name: min(getattr(entry, name) * save_rate_factor, 1.0)
                            for name in ("save_rate", "low", "high")
                        }
                    )
                    for entry in one.eligible
                )
            }
        )
        for one in kept
    ]
    return Rules(policy, OfferTable.model_construct(offers=tuple(scaled)), rules.contact)


def trial(frames: PublishedFrames, rules: Rules) -> Trial:
    """Work the plan out under some rules and compare it with what is published."""
    choice = plan(frames, rules)
    before = frames.table(RECOMMENDATIONS.title).select(
        "customer_id",
        pl.col("action").alias("before"),
        pl.col("expected_margin_impact_eur").alias("gain_before"),
    )
    taken = choice.taken
    after = taken.lazy().select(
        pl.lit(customer_ids(frames).gather(taken["customer_id"])).alias("customer_id"),
        pl.col("offer").cast(pl.String).alias("after"),
        pl.col("value_eur").alias("gain_after"),
    )
    moved = (
        before.join(after, on="customer_id", how="left")
        .with_columns(pl.col("after").fill_null(NO_OFFER), pl.col("gain_after").fill_null(0.0))
        .filter(pl.col("before") != pl.col("after"))
        .select(
            "customer_id",
            "before",
            "after",
            (pl.col("gain_after") - pl.col("gain_before")).alias("gain_change_eur"),
        )
        .sort(pl.col("gain_change_eur").abs(), "customer_id", descending=[True, False])
        .collect()
    )
    return Trial(choice, moved)


def policy_file(policy: Policy) -> str:
    """Write a policy as the file ``policy.yaml``, ready for the folder SPANISHGAS_RETENTION."""
    values: Mapping[str, Any] = policy.model_dump(mode="json", by_alias=True)
    limits = {
        name: "unlimited" if values[name] is None else values[name]
        for name in ("budget_eur", "calls")
    }
    return yaml.safe_dump({**values, **limits}, sort_keys=False, allow_unicode=True)
