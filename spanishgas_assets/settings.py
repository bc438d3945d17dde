"""Typed settings, read from the environment when they are asked for, never at import.

Every variable of the platform is listed in :class:`Settings`; no other module reads the
environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from spanishgas_assets.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """What a deployment decides. Each field is the variable ``SPANISHGAS_<NAME>``.

    Attributes:
        raw: folder (or ``s3://`` prefix) that receives the raw drops.
        store: folder (or ``s3://`` prefix) that holds every table, model and report.
        gas_kwh_per_m3: energy in a cubic metre of gas, kWh.
        sentiment: backend that scores the mood of a note.
        experiment: feature set that the model is trained on.
        pr_auc_floor: lowest PR-AUC that the gate accepts.
        label_date: snapshot whose features the labels belong to; None means the snapshot that
            trains.
        threads: most threads that a model fit may use.
    """

    raw: str = "data/raw"
    store: str = "data/store"
    gas_kwh_per_m3: float = 11.0
    sentiment: str = "lexicon"
    experiment: str = "E5"
    pr_auc_floor: float = 0.70
    label_date: date | None = None
    threads: int = 2

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings; a variable that is absent or empty keeps its default.

        Raises:
            SettingsError: a variable has a value of the wrong kind; names it and what it wants.
        """
        environment = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for setting in fields(cls):
            variable = f"SPANISHGAS_{setting.name.upper()}"
            text = environment.get(variable, "").strip()
            if text:
                given[setting.name] = _parse(variable, text, _KINDS.get(setting.name, str))
        return cls(**given)


_KINDS: dict[str, Any] = {
    "gas_kwh_per_m3": float,
    "pr_auc_floor": float,
    "label_date": date.fromisoformat,
    "threads": int,
}
_WANTED = {float: "a number", int: "a whole number", date.fromisoformat: "a date (YYYY-MM-DD)"}


def _parse(variable: str, text: str, kind: Any) -> Any:
    try:
        return kind(text)
    except ValueError as error:
        raise SettingsError(f"{variable}={text!r} is not {_WANTED[kind]}") from error
