"""Who may use the dashboard: the user file, roles, and passwords that nobody can read from it."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings
from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import OneOf, Text

CALLER, MANAGER, MANAGEMENT, DATA = "caller", "manager", "management", "data"
ROLES = [CALLER, MANAGER, MANAGEMENT, DATA]

#: Whoever uses a dashboard without sign-in, which answers on its own machine only.
NOBODY = "local"

_HEAD = "# Users of the dashboard (spanishgas users). Passwords are argon2 hashes.\n"


class User(YamlModel):
    """One person who may sign in."""

    name: Text = Field(description="Name to sign in with; with OpenID Connect, the mail address.")
    role: Annotated[str, OneOf(ROLES)] = Field(description="What the person may see.")
    password: str = Field(
        default="", description="Hash of the password; empty where only OpenID Connect lets in."
    )
    provinces: list[int] = Field(
        default=[], description="Provinces (INE codes) whose customers are the person's own."
    )


class UserFile(YamlModel):
    """The file that SPANISHGAS_DASHBOARD_USERS names."""

    users: list[User] = Field(description="Everybody who may sign in.")


def load_users(path: str) -> dict[str, User]:
    """Read the user file: users by name; none where the path is empty.

    Raises:
        SettingsError: it cannot be read, a value is wrong, or a name stands twice.
    """
    return _by_name(path, read_yaml(Path(path), UserFile)) if path else {}


def configured_users(settings: Settings) -> dict[str, User]:
    """Return the users of a deployment by name: of its file, or of the text in its place.

    Raises:
        SettingsError: as :func:`load_users`; a fault of the text is named by the variable.
    """
    text = settings.dashboard_users_text.get_secret_value()
    if not text:
        return load_users(settings.dashboard_users)
    variable = settings.variable("dashboard_users_text")
    return _by_name(variable, read_yaml(Path(variable), UserFile, text=text))


def _by_name(place: str, file: UserFile) -> dict[str, User]:
    by_name = {user.name: user for user in file.users}
    if len(by_name) < len(file.users):
        raise SettingsError(f"{place}: a name stands twice; each user needs a name of their own")
    return by_name


def save_user(path: str, user: User) -> None:
    """Add a user to the file, or replace the one of the same name; the file is for its owner only.

    Raises:
        SettingsError: the file is there and cannot be read, or cannot be written.
    """
    file = Path(path)
    users = (load_users(path) if file.exists() else {}) | {user.name: user}
    listed = [one.model_dump(exclude_defaults=True) for one in users.values()]
    text = _HEAD + yaml.safe_dump({"users": listed}, sort_keys=False, allow_unicode=True)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error


def hashed(password: str) -> str:
    """Return what the file keeps of a password."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def is_password(user: User | None, password: str) -> bool:
    """Say whether a password is the user's; takes as long for a user whom nobody knows."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    known = user is not None and bool(user.password)
    kept = user.password if user is not None and known else hashed("nobody's")
    try:
        return PasswordHasher().verify(kept, password) and known
    except (VerificationError, InvalidHashError):
        return False
