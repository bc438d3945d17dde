"""``spanishgas features``: the features and their rules as a Markdown page."""

import argparse
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.settings import Settings

NAME = "features"
HELP = "write the feature dictionary as Markdown, from the contracts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: print the page")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:  # noqa: ARG001
    """Write the page to the file, or print it."""
    from spanishgas_assets.gold.feature_dictionary import feature_dictionary

    if options.out is None:
        console.print(feature_dictionary(), markup=False, soft_wrap=True)
        return
    write_output(options.out, feature_dictionary().encode())
    console.print(f"{options.out}: written")
