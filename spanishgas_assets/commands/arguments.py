"""What every command's arguments are held to before it starts: nothing that is a path unawares."""

import argparse
import re
import unicodedata
from collections.abc import Callable, Iterable

from rich.console import Console

from spanishgas_assets.settings import Settings

#: A model's version: its snapshot and twelve digits of its content.
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", re.ASCII)
_LAST_PORT = 65_535

#: What an action does with its options.
Work = Callable[[argparse.Namespace, Settings, Console], None]


def unprintable(arguments: Iterable[str]) -> str | None:
    """Return the first argument that holds a control character or is not UTF-8; None if none is."""
    for argument in arguments:
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in argument):
            return argument
    return None


def adding_actions(
    parser: argparse.ArgumentParser,
) -> Callable[[str, Work, str], argparse.ArgumentParser]:
    """Return what declares an action of a command: its name, its work and its help."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, work: Work, help_text: str) -> argparse.ArgumentParser:
        subparser = actions.add_parser(name, help=help_text)
        subparser.set_defaults(work=work)
        return subparser

    return action


def model_version(text: str) -> str:
    """Take the version of a model, as ``spanishgas model list`` prints it."""
    if not _VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no version of a model; `spanishgas model list` prints them"
        )
    return text


def words(text: str) -> str:
    """Take a text that says something."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def positive(text: str) -> int:
    """Take a whole number from 1."""
    return _between(text, 1, None)


def port(text: str) -> int:
    """Take a port of the machine."""
    return _between(text, 1, _LAST_PORT)


def _between(text: str, low: int, high: int | None) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < low or (high is not None and number > high):
        wanted = f"from {low} to {high:,}" if high else f"at least {low}"
        raise argparse.ArgumentTypeError(f"{number} is not {wanted}")
    return number
