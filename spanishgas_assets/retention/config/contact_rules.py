"""Contact rules: ``contact_rules.yaml``, read, and turned into who may not be contacted how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spanishgas_assets.retention.config.yaml_entries import Entry
from spanishgas_assets.retention.tables import CHANNELS, CONTACT_BLOCKS, CONTACT_FLAGS

_ANSWERS = {"yes": pl.lit(value=True), "no": pl.lit(value=False), "unknown": pl.lit(None)}


@dataclass(frozen=True)
class ContactRule:
    """One rule: who may not be contacted on which channels.

    It holds from ``begins`` until the day before ``ends``, for customers whose ``flag`` has one of
    the answers ``blocks`` (yes, no, unknown).
    """

    reason: str
    flag: str
    blocks: tuple[str, ...]
    channels: tuple[str, ...]
    begins: date
    ends: date | None
    source: str

    def holds(self, as_of: date) -> bool:
        """Say whether the rule is in force on a day."""
        return self.begins <= as_of and (self.ends is None or as_of < self.ends)

    def blocked(self) -> pl.Expr:
        """Say of each customer whether the rule blocks."""
        flag = pl.col(self.flag)
        return pl.any_horizontal(flag.eq_missing(_ANSWERS[answer]) for answer in self.blocks)


def channel_block(rules: Sequence[ContactRule], channel: str, as_of: date) -> pl.Expr:
    """Name the first rule in force that blocks a channel for each customer; null where none does.

    Reads the columns of CONTACT_FLAGS: true, false, or null where it is not known.
    """
    reasons = [
        pl.when(rule.blocked()).then(pl.lit(rule.reason))
        for rule in rules
        if channel in rule.channels and rule.holds(as_of)
    ]
    return pl.coalesce(*reasons, pl.lit(None, pl.String))


def load_contact_rules(path: Path) -> tuple[ContactRule, ...]:
    """Read the contact rules.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range; names the
            file, the line and the key.
    """
    return tuple(_rule(item) for item in Entry.of_file(path).mapping(["rules"])["rules"].items())


def _rule(entry: Entry) -> ContactRule:
    keys = entry.mapping(["reason", "flag", "blocks", "channels", "from", "source"], ["until"])
    begins = keys["from"].day()
    ends = keys["until"].day() if "until" in keys else None
    if ends is not None and ends <= begins:
        raise keys["until"].error(f"is {ends}, not after from ({begins})")
    return ContactRule(
        reason=keys["reason"].one_of(CONTACT_BLOCKS),
        flag=keys["flag"].one_of(CONTACT_FLAGS),
        blocks=tuple(answer.answer() for answer in keys["blocks"].items()),
        channels=keys["channels"].some_of(CHANNELS),
        begins=begins,
        ends=ends,
        source=keys["source"].text(),
    )
