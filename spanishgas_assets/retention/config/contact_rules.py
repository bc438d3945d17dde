"""Contact rules: ``contact_rules.yaml``, read, and turned into who may not be contacted how."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import polars as pl
from pydantic import Field, ValidationInfo, field_validator

from spanishgas_assets.retention.column_values import CHANNELS, CONTACT_BLOCKS, CONTACT_FLAGS
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import AllOr, Answer, Day, OneOf, Text

Channels = Annotated[
    tuple[Annotated[str, OneOf(CHANNELS)], ...], Field(min_length=1), AllOr(CHANNELS)
]

_ANSWERS = {"yes": pl.lit(value=True), "no": pl.lit(value=False), "unknown": pl.lit(None)}


class ContactRule(YamlModel):
    """One rule: who may not be contacted on which channels.

    It holds from ``begins`` until the day before ``ends``, for customers whose ``flag`` has one of
    the answers ``blocks`` (yes, no, unknown).
    """

    reason: Annotated[str, OneOf(CONTACT_BLOCKS)] = Field(
        description="Block reason in contact_permissions and recommendations."
    )
    flag: Annotated[str, OneOf(CONTACT_FLAGS)] = Field(
        description="Column of contact_preferences.csv that decides."
    )
    blocks: Annotated[tuple[Answer, ...], Field(min_length=1)] = Field(
        description="Answers of the flag that block; unknown is no row, an empty cell or no file."
    )
    channels: Channels = Field(description="Channels that are closed; all for every one.")
    begins: Day = Field(alias="from", description="First day.")
    ends: Day | None = Field(default=None, alias="until", description="Day after the last; open.")
    source: Text = Field(description="Where the rule comes from and how sure that is.")

    @field_validator("ends")
    @classmethod
    def _ends_after_it_begins(cls, ends: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("begins")
        if ends is not None and begins is not None and ends <= begins:
            raise ValueError(f"is {ends}, not after from ({begins})")
        return ends

    def holds(self, as_of: date) -> bool:
        """Say whether the rule is in force on a day."""
        return self.begins <= as_of and (self.ends is None or as_of < self.ends)

    def blocked(self) -> pl.Expr:
        """Say of each customer whether the rule blocks."""
        flag = pl.col(self.flag)
        return pl.any_horizontal(flag.eq_missing(_ANSWERS[answer]) for answer in self.blocks)


class ContactRuleFile(YamlModel):
    """Who may not be contacted, on which channel, from when."""

    rules: Annotated[tuple[ContactRule, ...], Field(min_length=1)]


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
        SettingsError: it cannot be read, or a key is missing, unknown or out of range; one line per
            fault names the file, the line and the key.
    """
    return read_yaml(path, ContactRuleFile).rules
