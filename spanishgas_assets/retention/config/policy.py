"""The retention policy: ``policy.yaml``, read and checked key by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spanishgas_assets.retention.config.tiers import Tiers, read_tiers
from spanishgas_assets.retention.config.yaml_entries import Entry
from spanishgas_assets.retention.tables import (
    CHANNELS,
    IMMEDIATE,
    NO_OFFER,
    RISK_TIERS,
    TIMING_WINDOWS,
)

BEST_VALUE, TIER_TABLE = "best_value", "tier_table"

_KEYS = [
    "tiers",
    "choose",
    "tier_table",
    "horizon_months",
    "contact_cost_eur",
    "budget_eur",
    "calls",
    "holdout",
    "cool_down_days",
    "no_offer_timing_window",
]


@dataclass(frozen=True)
class Policy:
    """What the retention team decided once for all customers.

    Attributes:
        tiers: how risk is cut.
        choose: ``best_value``, or ``tier_table`` for the old system's mapping.
        tier_table: the offer of each tier, or no_offer, for the latter.
        horizon_months: how long a kept customer's margin counts.
        contact_cost_eur: of one contact, by channel.
        budget_eur: most that offers and contacts may cost together; None for no limit.
        calls: most phone calls; None for no limit.
        holdout_share: share of customers who get no offer so that offers can be measured.
        holdout_salt: draws other customers.
        cool_down_days: days after a contact without another offer.
        no_offer_timing_window: when to look again at a customer without an offer.
    """

    tiers: Tiers
    choose: str
    tier_table: dict[str, str]
    horizon_months: int
    contact_cost_eur: dict[str, float]
    budget_eur: float | None
    calls: int | None
    holdout_share: float
    holdout_salt: str
    cool_down_days: int
    no_offer_timing_window: str


def load_policy(path: Path, offers: Sequence[str]) -> Policy:
    """Read a policy file; ``offers`` are the names of the offer table.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range; names the
            file, the line and the key.
    """
    keys = Entry.of_file(path).mapping(_KEYS)
    table = keys["tier_table"].mapping(RISK_TIERS)
    contact = keys["contact_cost_eur"].mapping(CHANNELS)
    holdout = keys["holdout"].mapping(["share", "salt"])
    calls = keys["calls"].limit()
    if calls is not None and calls != int(calls):
        raise keys["calls"].error(f"is {calls}, not a whole number")
    return Policy(
        tiers=read_tiers(keys["tiers"]),
        choose=keys["choose"].one_of([BEST_VALUE, TIER_TABLE]),
        tier_table={tier: table[tier].one_of([NO_OFFER, *offers]) for tier in RISK_TIERS},
        horizon_months=keys["horizon_months"].whole(1),
        contact_cost_eur={channel: contact[channel].amount() for channel in CHANNELS},
        budget_eur=keys["budget_eur"].limit(),
        calls=None if calls is None else int(calls),
        holdout_share=holdout["share"].share(),
        holdout_salt=holdout["salt"].text(),
        cool_down_days=keys["cool_down_days"].whole(0),
        no_offer_timing_window=keys["no_offer_timing_window"].one_of(
            [window for window in TIMING_WINDOWS if window != IMMEDIATE]
        ),
    )
