"""``spanishgas templates``: the raw files with their columns and example rows."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.settings import Settings

NAME = "templates"
HELP = "write each raw file with its columns and example rows, to be filled with your own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder, made")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:  # noqa: ARG001
    """Write them; a file that is there stops it before the first."""
    from spanishgas_assets.raw.templates import write_templates

    for path in write_templates(options.out):
        console.print(f"{escape(str(path))}: written")
