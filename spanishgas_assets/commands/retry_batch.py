"""``spanishgas retry-batch [BATCH | --all]``: list raw batches that failed or wait; retry them."""

import argparse

from rich.console import Console

from spanishgas_assets.settings import Settings

NAME = "retry-batch"
HELP = "list the raw batches that failed or are waiting, or retry them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "batch", nargs="?", metavar="BATCH", help="name of the batch to retry; default: list all"
    )
    parser.add_argument("--all", action="store_true", help="retry all listed batches")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """List the batches, or retry one or all: the sensor's next tick starts the failed step.

    Raises:
        StoreError: no batch of that name failed or is waiting.
    """
    from rich.markup import escape

    from spanishgas_assets.errors import StoreError
    from spanishgas_assets.operations.arrivals.arrival_state import read_state, request_retry
    from spanishgas_assets.storage.store import open_store

    store = open_store(settings.store)
    state = read_state(store)
    problems = {state.open[drop].name: message for drop, message in state.problems.items()}
    if options.batch and options.batch not in problems:
        raise StoreError(
            f"{options.batch} is not a failed or waiting raw batch in {store.root}; "
            f"those are: {', '.join(problems) or 'none'}"
        )
    for name, message in problems.items():
        if options.all or options.batch == name:
            attempt = request_retry(store, name) + 1
            console.print(f"{name}: attempt {attempt} starts at the sensor's next tick")
        elif not options.batch:
            console.print(escape(message), soft_wrap=True)
    if not problems:
        console.print("No raw batch has failed or is waiting.")
