"""The retention policy: ``policy.yaml``, read and checked key by key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from spanishgas_assets.retention.column_values import (
    CHANNELS,
    IMMEDIATE,
    NO_OFFER,
    RISK_TIERS,
    TIMING_WINDOWS,
)
from spanishgas_assets.retention.config.tiers import Tiers
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import (
    Amount,
    Count,
    CountFromOne,
    EachOf,
    Limit,
    OneOf,
    Share,
    Text,
    WholeLimit,
)

BEST_VALUE, TIER_TABLE = "best_value", "tier_table"

#: Keys that were renamed, with their name of today.
FORMER_KEYS = {"hold_out": "holdout"}

_NOT_NOW = [window for window in TIMING_WINDOWS if window != IMMEDIATE]


class Holdout(YamlModel):
    """Customers who get no offer, so that what offers do can be measured."""

    share: Share = Field(description="Share of customers.")
    salt: Text = Field(description="Another one draws other customers.")


class Explore(YamlModel):
    """Owners for whom an offer is drawn, so that what is not chosen becomes known, too."""

    share: Share = Field(default=0.0, description="Share of owners in each snapshot; 0 for none.")
    floor: Share = Field(
        default=0.1,
        description="Probability that is dealt out evenly among an owner's possible offers; the "
        "rest goes to each as often as it may be the best.",
    )


class Policy(YamlModel):
    """What the retention team decided once for all customers."""

    tiers: Tiers = Field(description="How risk is cut.")
    choose: Annotated[str, OneOf([BEST_VALUE, TIER_TABLE])] = Field(
        description="best_value, or tier_table for the old system's mapping."
    )
    tier_table: Annotated[dict[str, Text], EachOf(RISK_TIERS)] = Field(
        description="The offer of each tier, or no_offer, for choose: tier_table."
    )
    horizon_months: CountFromOne = Field(description="How long a kept customer's margin counts.")
    follow_up_days: CountFromOne = Field(
        default=91,
        description="Days from an offer within which leaving counts: the window of `churned`, and "
        "that of the churn probability.",
    )
    risk_after_save: Share = Field(
        default=0.25,
        description="Share of the churn probability that a kept customer has in each such window "
        "afterwards: 0 credits the whole horizon, 1 says that the risk persists.",
    )
    least_value_eur: Amount = Field(
        default=1.0, description="What an offer must be expected to bring at least, EUR."
    )
    contact_cost_eur: Annotated[dict[str, Amount], EachOf(CHANNELS)] = Field(
        description="Cost of one contact by channel, EUR."
    )
    budget_eur: Limit = Field(
        description="Most that offers and contacts may cost together, EUR, or unlimited."
    )
    calls: WholeLimit = Field(description="Most phone calls, or unlimited.")
    holdout: Holdout
    explore: Explore = Field(default=Explore(), description="A choice that tries.")
    cool_down_days: Count = Field(
        description="Days after a contact in which the customer gets no other offer."
    )
    no_offer_timing_window: Annotated[str, OneOf(_NOT_NOW)] = Field(
        description="When to look again at a customer without an offer."
    )

    @property
    def holdout_share(self) -> float:
        """Share of customers who get no offer."""
        return self.holdout.share

    @property
    def holdout_salt(self) -> str:
        """What the draw of the holdout depends on besides the customer."""
        return self.holdout.salt

    @field_validator("tier_table")
    @classmethod
    def _offers_are_known(cls, table: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if info.context is not None:
            known = OneOf([NO_OFFER, *info.context["offers"]])
            TypeAdapter(dict[str, Annotated[str, known]]).validate_python(table)
        return table


def load_policy(path: Path, offers: Sequence[str]) -> Policy:
    """Read a policy file; ``offers`` are the names of the offer table.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range; one line per
            fault names the file, the line and the key.
    """
    return read_yaml(path, Policy, context={"offers": offers}, former_keys=FORMER_KEYS)
