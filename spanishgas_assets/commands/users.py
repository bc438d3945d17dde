"""``spanishgas users``: who may sign in to the dashboard."""

import argparse
import getpass
import sys

from rich.console import Console

from spanishgas_assets.commands.arguments import adding_actions, words
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "users"
HELP = "add and list the users of the dashboard"

_SHORTEST = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions."""
    from spanishgas_assets.dashboard.users import ROLES

    action = adding_actions(parser)
    adding = action(
        "add", _add, "add a user, or replace one; asks for the password (or reads it from a pipe)"
    )
    adding.add_argument("name", type=words, metavar="NAME")
    adding.add_argument("--role", required=True, choices=ROLES)
    adding.add_argument(
        "--provinces",
        type=_codes,
        default=[],
        metavar="CODES",
        help="provinces (INE codes, e.g. 28,8) whose customers are the user's own",
    )
    adding.add_argument(
        "--no-password", action="store_true", help="the user signs in with OpenID Connect only"
    )
    action("list", _list, "list the users with their roles")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Do what the action says."""
    if not settings.dashboard_users:
        raise SettingsError(
            "SPANISHGAS_DASHBOARD_USERS is empty: set it to the file that holds the users"
        )
    options.work(options, settings, console)


def _add(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.dashboard.users import User, hashed, save_user

    password = "" if options.no_password else hashed(_asked_password(options.name))
    user = User(
        name=options.name, role=options.role, password=password, provinces=options.provinces
    )
    save_user(settings.dashboard_users, user)
    console.print(f"{settings.dashboard_users}: {user.name} is {user.role}")


def _list(_: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.dashboard.users import load_users

    for user in load_users(settings.dashboard_users).values():
        own = ", ".join(map(str, user.provinces))
        console.print(f"{user.name}  {user.role}{f'  provinces {own}' if own else ''}")


def _asked_password(name: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {name}: ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < _SHORTEST:
        raise SettingsError(f"the password must have at least {_SHORTEST} characters")
    return password


def _codes(text: str) -> list[int]:
    try:
        return [int(code) for code in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of province codes, e.g. 28,8"
        ) from None
