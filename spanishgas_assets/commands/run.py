"""``spanishgas run``: materialize a snapshot, from raw drops to recommendations."""

import argparse
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.commands import show
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.operations.runs.snapshot_run import SnapshotRun

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
    _tell_of_rollback(settings, options.snapshot, made, console)
    show.execute(options, settings, console)


def _tell_of_rollback(
    settings: Settings, snapshot: str, made: "SnapshotRun", console: Console
) -> None:
    """Say that readers see a publication that a person went back to, or do so no more."""
    from spanishgas_assets.publication.rollback import superseded_rollback
    from spanishgas_assets.storage import publication_log
    from spanishgas_assets.storage.store import open_store

    store = open_store(settings.store)
    shown = publication_log.current(store, snapshot)
    if shown and shown.rolled_back:
        console.print(f"Readers see publication {shown.number}, with which {shown.rolled_back}.")
    elif shown and "publication/manifest" in made.assets:
        undone = superseded_rollback(store, shown)
        if undone:
            console.print(f"[yellow]{escape(undone)}[/]")
