"""The one place that reads the environment for settings, and puts its faults in words."""

import difflib
import hashlib
import os
import warnings
from collections.abc import Container, Iterable, Mapping
from typing import Any, Self

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings.kinds import is_secret, wanted
from spanishgas_assets.settings.variables import DEPLOYMENT, FORMER_NAMES, PREFIX

#: Characters of a value that a message shows.
_LONGEST_SHOWN = 200


class EnvironmentSettings(BaseSettings):
    """Settings that an environment gives; code that makes them itself gets no variable with them.

    A subclass names the prefix of its variables in its ``model_config``.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        enable_decoding=False,  # lists and pairs are written with commas, not as JSON
        hide_input_in_errors=True,  # a secret may be among it
        validate_default=False,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the constructor is given: only :meth:`from_environment` reads variables."""
        return (init_settings,)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings; a variable that is absent or empty keeps its default.

        Args:
            environment: None is that of the process.

        Raises:
            SettingsError: variables cannot be used; names every one, its value and what it wants.
        """
        given = os.environ if environment is None else environment
        current, faults = _with_current_names(given, cls.variables())
        faults += cls.faults(current)
        if len(faults) > 1:
            raise SettingsError("\n  ".join([f"{len(faults)} settings cannot be used:", *faults]))
        if faults:
            raise SettingsError(faults[0])
        return cls(**_given(cls, current))

    @classmethod
    def faults(cls, environment: Mapping[str, str]) -> list[str]:
        """Say what is wrong with an environment, a line for each variable."""
        values = _given(cls, environment)
        faulty, contradictions = _refused(cls, values)
        if faulty:
            # The rules between settings are judged only when each can be used by itself.
            sound = {name: value for name, value in values.items() if name not in faulty}
            contradictions = _refused(cls, sound)[1]
        lines = [
            f"{cls.variable(name)}={_shown(cls, name, values[name])} is not "
            f"{wanted(cls.model_fields[name])}"
            for name in faulty
        ]
        return lines + [
            words for names, words in contradictions.items() if not faulty.keys() & set(names)
        ]

    @classmethod
    def variable(cls, name: str) -> str:
        """Return the variable of a field."""
        return f"{cls.model_config['env_prefix']}{name.upper()}"

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Return the field of each variable."""
        return {cls.variable(name): name for name in cls.model_fields}

    def with_changes(self, **changes: Any) -> Self:
        """Return settings with other values for some fields, checked like new ones."""
        return type(self)(**{name: getattr(self, name) for name in self.model_fields_set} | changes)

    def contradictions(self) -> dict[tuple[str, ...], str]:
        """Say what is wrong between settings that each can be used: the fields, and words."""
        return {}

    @model_validator(mode="after")
    def _must_agree(self) -> Self:
        found = self.contradictions()
        if found:
            raise PydanticCustomError(
                "contradiction", "{words}", {"words": "; ".join(found.values()), "found": found}
            )
        return self


def aws_environment_digest() -> str:
    """Digest the variables from which boto3 takes credentials, region and endpoint."""
    given = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("AWS_") or name == "HOME"
    )
    return hashlib.blake2b(repr(given).encode(), digest_size=16).hexdigest()


def unknown_variables(environment: Iterable[str], settings: Iterable[str]) -> list[str]:
    """Say which variables of the platform's prefix nothing reads, and the nearest that exists.

    Args:
        environment: names of all variables.
        settings: variables of the settings.
    """
    known = [*settings, *DEPLOYMENT]
    lines = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "`spanishgas settings` lists them"
            lines.append(f"{name} is not a setting; {hint}")
    return lines


def _with_current_names(
    environment: Mapping[str, str], own: Container[str]
) -> tuple[dict[str, str], list[str]]:
    """Replace former names; returns the variables, and what is wrong with the replacement.

    Args:
        environment: all variables.
        own: those that are read, and so whose former names are warned of.
    """
    current, faults = dict(environment), []
    for former in FORMER_NAMES.keys() & current.keys():
        name = FORMER_NAMES[former]
        value = current.pop(former)
        if name in current:
            faults.append(
                f"{former} is the former name of {name}, which is set too: unset {former}"
            )
            continue
        current[name] = value
        if name in own:
            # FutureWarning, because Python hides a DeprecationWarning from those who run programs.
            warnings.warn(
                f"{former} is now {name} and will be removed in the next release",
                FutureWarning,
                stacklevel=3,
            )
    return current, faults


def _given(kind: type[EnvironmentSettings], environment: Mapping[str, str]) -> dict[str, Any]:
    source = EnvSettingsSource(kind)
    source.env_vars = {
        name.lower(): text.strip()
        for name, text in environment.items()
        if name.isupper() and text.strip()
    }
    return source()


def _refused(
    kind: type[EnvironmentSettings], values: Mapping[str, Any]
) -> tuple[dict[str, None], dict[tuple[str, ...], str]]:
    """Return the fields that cannot be used, in order, and what is wrong between the others."""
    faulty: dict[str, None] = {}
    contradictions: dict[tuple[str, ...], str] = {}
    try:
        kind(**values)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            if one["type"] == "contradiction":
                contradictions |= one["ctx"]["found"]
            else:
                faulty[str(one["loc"][0])] = None
    return faulty, contradictions


def _shown(kind: type[EnvironmentSettings], name: str, value: str) -> str:
    if is_secret(kind.model_fields[name]):
        return str(SecretStr(value))
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}..."
