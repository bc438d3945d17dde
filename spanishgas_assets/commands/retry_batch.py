"""``spanishgas rearm [BATCH | --all]``: raw batches that stand still, and another try for them."""

import argparse

from rich.console import Console

from spanishgas_assets.settings import Settings

NAME = "rearm"
HELP = "list the raw batches that failed or wait, or let them be tried again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="its name; none lists them")
    parser.add_argument("--all", action="store_true", help="arm every one of them again")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """List them, or arm one or all again: the sensor's next look starts what failed.

    Raises:
        StoreError: no batch of that name stands still.
    """
    from rich.markup import escape

    from spanishgas_assets.errors import StoreError
    from spanishgas_assets.operations.arrivals.arrival_state import read_ledger, rearm
    from spanishgas_assets.storage.store import open_store

    store = open_store(settings.store)
    ledger = read_ledger(store)
    standing = {ledger.open[drop].name: says for drop, says in ledger.troubles.items()}
    if options.batch and options.batch not in standing:
        raise StoreError(
            f"no raw batch {options.batch} failed or waits in {store.root}; "
            f"those that do: {', '.join(standing) or 'none'}"
        )
    for name, says in standing.items():
        if options.all or options.batch == name:
            attempt = rearm(store, name) + 1
            console.print(f"{name}: try {attempt} starts when the sensor looks next")
        elif not options.batch:
            console.print(escape(says), soft_wrap=True)
    if not standing:
        console.print("No raw batch failed or waits.")
