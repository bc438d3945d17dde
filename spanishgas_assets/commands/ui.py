"""``spanishgas ui``: the Dagster UI on the store's instance."""

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands.arguments import port
from spanishgas_assets.settings import Settings

NAME = "ui"
HELP = "open the Dagster UI on this store"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=port, default=3000)


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Replace this process by ``dagster dev`` on the instance that ``spanishgas run`` writes."""
    from spanishgas_assets.operations.runs.instance import dagster_home

    home = dagster_home(settings)
    console.print(f"Dagster UI on http://localhost:{options.port}  (instance {home})")
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = ["dev", "-m", "spanishgas_assets.definitions", "--port", str(options.port)]
    os.execv(dagster, [dagster, *arguments])  # noqa: S606  # no shell is wanted
