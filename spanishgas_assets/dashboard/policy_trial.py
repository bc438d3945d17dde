"""What if: the plan worked out again under another policy, beside the published one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.retention.column_values import NO_OFFER
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.decision.choice import Choice, choose
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.tables import (
    CAMPAIGN_EFFECT,
    CONTACT_PERMISSIONS,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)


@dataclass(frozen=True)
class Trial:
    """A plan that nobody has published.

    Attributes:
        choice: the options that it takes.
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
    """Choose offers on the published scores, permissions and save rates under some rules."""
    return choose(
        options(
            frames.table(SCORED_CUSTOMERS.title),
            frames.table(CONTACT_PERMISSIONS.title),
            rules,
            frames.table(CAMPAIGN_EFFECT.title).select("offer", "shift"),
        ),
        rules.policy,
    )


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
    after = choice.taken.lazy().select(
        "customer_id", pl.col("offer").alias("after"), pl.col("value_eur").alias("gain_after")
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
