"""Which features an experiment of the ladder uses: ``experiments.yaml``, turned into names."""

import functools
from pathlib import Path

import yaml

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.gold.tables import INTERACTION_STRINGS, features

_LADDER = Path(__file__).with_name("experiments.yaml")


@functools.cache
def experiments() -> dict[str, list[str]]:
    """Return the gold tiers of each experiment, in the order of the ladder."""
    ladder: dict[str, list[str]] = yaml.safe_load(_LADDER.read_text(encoding="utf-8"))
    return ladder


def experiment_features(name: str) -> list[str]:
    """Return the features of an experiment, in contract order.

    Raises:
        SettingsError: the ladder has no such experiment; lists those it has.
    """
    return [feature for tier in _tiers(name) for feature in features(tier)]


def booster_features(name: str) -> list[str]:
    """Return the features that the booster reads: all but the strings made for linear models.

    Raises:
        SettingsError: the ladder has no such experiment; lists those it has.
    """
    tiers = [tier for tier in _tiers(name) if tier != INTERACTION_STRINGS.name]
    return [feature for tier in tiers for feature in features(tier)]


def _tiers(name: str) -> list[str]:
    if name not in experiments():
        known = ", ".join(experiments())
        raise SettingsError(f"experiment {name!r} is not in experiments.yaml; it has {known}")
    return experiments()[name]
