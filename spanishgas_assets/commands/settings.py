"""``spanishgas settings``: what every setting is, and where its value comes from."""

import argparse
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.settings import Settings, StoreSettings

NAME = "settings"
HELP = "print every setting, where its value comes from and what it means"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write the reference page of all settings instead"
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Print the settings, or write the page."""
    from spanishgas_assets.settings.reference_page import effective_lines, settings_page

    if options.page is not None:
        write_output(options.page, settings_page().encode())
        console.print(f"{options.page}: written from the settings' declarations")
        return
    for kind in (settings, StoreSettings.from_environment()):
        for line in effective_lines(kind):
            console.print(line, markup=False, soft_wrap=True)
