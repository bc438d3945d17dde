"""Which features an experiment of the ablation uses: ``experiments.yaml``, turned into names."""

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.gold.tables import INTERACTION_STRINGS, SENTIMENT, TIERS, features
from spanishgas_assets.settings import Sentiment, Settings
from spanishgas_assets.yaml_models import read_yaml
from spanishgas_assets.yaml_values import OneOf

#: Everything but the sentiment of notes.
WITHOUT_SENTIMENT = "E8"

_ABLATION = Path(__file__).with_name("experiments.yaml")


_Tiers = Annotated[list[Annotated[str, OneOf(list(TIERS))]], Field(min_length=1)]


class Ablation(RootModel[dict[str, _Tiers]]):
    """The gold tiers of each experiment."""


@functools.cache
def experiments() -> dict[str, list[str]]:
    """Return the gold tiers of each experiment, in the order of the ablation."""
    return read_yaml(_ABLATION, Ablation).root


def trained_experiment(settings: Settings) -> str:
    """Return the experiment that a model is trained on.

    The one that the settings name; where sentiment is switched off and that one reads it, the
    ablation's own without the sentiment.

    Raises:
        SettingsError: the ablation has no such experiment; lists those it has.
    """
    if settings.sentiment is Sentiment.OFF and reads_sentiment(settings.experiment):
        return WITHOUT_SENTIMENT
    return settings.experiment


def training_version(settings: Settings) -> str:
    """Return what tells one training from another beside its data: experiment and rule."""
    tiers = hashlib.blake2b(_ABLATION.read_bytes(), digest_size=6).hexdigest()
    return f"{trained_experiment(settings)} of {tiers}, {settings.threshold_rule}"


def reads_sentiment(name: str) -> bool:
    """Say whether an experiment has features made of the sentiment of notes.

    Raises:
        SettingsError: the ablation has no such experiment; lists those it has.
    """
    return not {SENTIMENT.name, INTERACTION_STRINGS.name}.isdisjoint(_tiers(name))


def experiment_features(name: str) -> list[str]:
    """Return the features of an experiment, in contract order.

    Raises:
        SettingsError: the ablation has no such experiment; lists those it has.
    """
    return [feature for tier in _tiers(name) for feature in features(tier)]


def booster_features(name: str) -> list[str]:
    """Return the features that the booster reads: all but the strings made for linear models.

    Raises:
        SettingsError: the ablation has no such experiment; lists those it has.
    """
    tiers = [tier for tier in _tiers(name) if tier != INTERACTION_STRINGS.name]
    return [feature for tier in tiers for feature in features(tier)]


def extended(name: str, among: Sequence[str]) -> str | None:
    """Return the largest experiment before this one whose tiers it has too; None if there is none.

    Args:
        name: step of the ablation.
        among: the experiments to look at, in order.

    Raises:
        SettingsError: the ablation has no such experiment; lists those it has.
    """
    own = set(_tiers(name))
    smaller = [other for other in among[: among.index(name)] if set(_tiers(other)) <= own]
    return max(smaller, key=lambda other: len(_tiers(other)), default=None)


def _tiers(name: str) -> list[str]:
    if name not in experiments():
        known = ", ".join(experiments())
        raise SettingsError(f"experiment {name!r} is not in experiments.yaml; it has {known}")
    return experiments()[name]
