"""The retention policy: ``policy.yaml``, read and checked key by key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.retention.tables import ACTIONS, IMMEDIATE, RISK_TIERS, TIMING_WINDOWS

DEFAULT_POLICY = Path(__file__).with_name("policy.yaml")

_POLICY_KEYS = ["tiers", "blocked_timing_window"]
_TIER_KEYS = ["name", "from", "action", "timing_window", "budget_share", "save_rate"]


@dataclass(frozen=True)
class Tier:
    """What customers of one risk tier get; ``lowest`` is the probability at which it begins."""

    name: str
    lowest: float
    action: str
    timing_window: str
    budget_share: float
    save_rate: float


@dataclass(frozen=True)
class Policy:
    """The tiers, lowest risk first, and when to look again at a blocked customer."""

    tiers: tuple[Tier, ...]
    blocked_timing_window: str

    def tier_of(self, probability: pl.Expr) -> pl.Expr:
        """Return the name of the tier that holds each probability; edges belong to the right."""
        name = pl.lit(None, pl.String)
        for tier in self.tiers:
            name = pl.when(probability >= tier.lowest).then(pl.lit(tier.name)).otherwise(name)
        return name

    def frame(self) -> pl.LazyFrame:
        """Return one row per tier: risk_tier, action, timing_window, budget_share, save_rate."""
        return pl.LazyFrame(
            [(t.name, t.action, t.timing_window, t.budget_share, t.save_rate) for t in self.tiers],
            schema={
                "risk_tier": pl.String,
                "action": pl.String,
                "timing_window": pl.String,
                "budget_share": pl.Float64,
                "save_rate": pl.Float64,
            },
            orient="row",
        )


def load_policy(path: Path = DEFAULT_POLICY) -> Policy:
    """Read a policy file.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range; names the
            file, the line and the key.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: cannot be read as YAML: {error}") from error
    document = _Entry(path, "the policy", root)
    top = document.mapping(_POLICY_KEYS)
    tiers = tuple(_tier(entry) for entry in top["tiers"].items())
    names = [tier.name for tier in tiers]
    if names != RISK_TIERS:
        raise top["tiers"].error(f"are {names}; wanted are {RISK_TIERS} in this order")
    edges = [tier.lowest for tier in tiers]
    if edges[0] != 0 or sorted(set(edges)) != edges:
        raise top["tiers"].error(
            f"begin at {edges}; the first must begin at 0 and each later one higher"
        )
    blocked = top["blocked_timing_window"]
    return Policy(tiers, blocked.one_of([w for w in TIMING_WINDOWS if w != IMMEDIATE]))


def _tier(entry: "_Entry") -> Tier:
    keys = entry.mapping(_TIER_KEYS)
    return Tier(
        name=keys["name"].one_of(RISK_TIERS),
        lowest=keys["from"].share(),
        action=keys["action"].one_of(ACTIONS),
        timing_window=keys["timing_window"].one_of(TIMING_WINDOWS),
        budget_share=keys["budget_share"].share(),
        save_rate=keys["save_rate"].share(),
    )


class _Entry:
    """A value of the file that knows its key and line."""

    def __init__(self, path: Path, key: str, node: yaml.Node | None) -> None:
        self.path, self.key, self.node = path, key, node

    def error(self, complaint: str) -> SettingsError:
        """Return the error that says where and what; the caller raises it."""
        line = self.node.start_mark.line + 1 if self.node else 1
        return SettingsError(f"{self.path}, line {line}: {self.key} {complaint}")

    def mapping(self, wanted: list[str]) -> dict[str, "_Entry"]:
        """Return the values of exactly these keys."""
        node = self.node
        if not isinstance(node, yaml.MappingNode):
            raise self.error(f"is not a mapping with {', '.join(wanted)}")
        entries: dict[str, _Entry] = {}
        for key, value in node.value:
            entry = _Entry(self.path, f"{self.key}.{key.value}".removeprefix("the policy."), value)
            if key.value not in wanted:
                raise entry.error(f"is unknown; known are {', '.join(wanted)}")
            if key.value in entries:
                raise entry.error("stands there twice")
            entries[key.value] = entry
        missing = [key for key in wanted if key not in entries]
        if missing:
            raise self.error(f"lacks {', '.join(missing)}")
        return entries

    def items(self) -> list["_Entry"]:
        """Return the entries of a list that is not empty."""
        node = self.node
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.error("is not a list of one entry or more")
        return [_Entry(self.path, f"{self.key}[{n}]", item) for n, item in enumerate(node.value)]

    def one_of(self, known: list[str]) -> str:
        value = self._scalar()
        if value not in known:
            raise self.error(f"is {value!r}; known are {', '.join(known)}")
        return str(value)

    def share(self) -> float:
        value = self._scalar()
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.error(f"is {value!r}, not a number between 0 and 1")
        return float(value)

    def _scalar(self) -> Any:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("is not a single value")
        return yaml.SafeLoader("").construct_object(self.node)
