"""``spanishgas run``: materialize a snapshot, from raw drops to recommendations."""

import argparse

from rich.console import Console

from spanishgas_assets.commands import show
from spanishgas_assets.settings import Settings

NAME = "run"
HELP = "materialize what is missing or stale in a snapshot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--snapshot", required=True, metavar="DATE", help="a Monday, YYYY-MM-DD")
    parser.set_defaults(unpublished=False)
    parser.add_argument(
        "--train", action="store_true", help="also train a model and submit it to the gate"
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run, then print the summary."""
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.operations.runs.snapshot_run import run_snapshot

    made = run_snapshot(
        settings,
        open_instance(settings),
        build_definitions(settings),
        options.snapshot,
        train=options.train,
        console=console,
    )
    if not made.months and not made.assets:
        console.print("Everything is up to date: nothing to run.")
    show.execute(options, settings, console)
