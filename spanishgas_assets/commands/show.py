"""``spanishgas show``: a snapshot's summary."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.publication.reader import Publication, WorkingState

NAME = "show"
HELP = "print the summary of a snapshot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--snapshot", metavar="DATE", help="a Monday, YYYY-MM-DD; default: the last published"
    )
    add_unpublished(parser)


def add_unpublished(parser: argparse.ArgumentParser) -> None:
    """Declare the option that reads what the graph has now instead of the publication."""
    parser.add_argument(
        "--unpublished",
        action="store_true",
        help="read the tables as they are now, which may be of two runs, not as published",
    )


def source_of(options: argparse.Namespace, settings: Settings) -> "Publication | WorkingState":
    """Open what the options ask for.

    Raises:
        StoreError: the snapshot is not published.
        SettingsError: what is not published is asked for, and not of which snapshot.
    """
    from spanishgas_assets.publication.reader import WorkingState, open_publication
    from spanishgas_assets.storage.store import open_store

    if options.unpublished:
        from spanishgas_assets.catalog import PUBLISHED_TABLES

        if options.snapshot is None:
            raise SettingsError("--unpublished: say of which snapshot, with --snapshot DATE")
        return WorkingState(open_store(settings.store), options.snapshot, PUBLISHED_TABLES)
    return open_publication(settings.store, snapshot=options.snapshot)


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Read the figures and print them."""
    from spanishgas_assets.churn.gate.rules import GateLimits
    from spanishgas_assets.operations.runs.summary import summarise
    from spanishgas_assets.operations.runs.terminal_report import print_summary

    source = source_of(options, settings)
    summary = summarise(source, _figures(source, settings))
    print_summary(summary, GateLimits.of(settings).least_pr_auc, console)
    print_notices(source, options, settings, console)


def _figures(source: "Publication | WorkingState", settings: Settings) -> Mapping[str, Any]:
    """Return what the runs came to; of what no publication tells, the instance does."""
    from spanishgas_assets.publication.reader import Publication

    if isinstance(source, Publication) and source.manifest.figures:
        return source.manifest.figures
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.publication.run_figures import run_figures

    return run_figures(open_instance(settings), source.snapshot, source.partitions())


def print_notices(
    source: "Publication | WorkingState",
    options: argparse.Namespace,
    settings: Settings,
    console: Console,
) -> None:
    """Say which newer runs published nothing, where what was shown is the publication."""
    from spanishgas_assets.publication.stopped_runs import notices
    from spanishgas_assets.storage.store import open_store

    if not options.unpublished:
        for line in notices(open_store(settings.store), source.snapshot):
            console.print(f"[yellow]{escape(line)}[/]")
