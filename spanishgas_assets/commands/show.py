"""``spanishgas show``: a snapshot's summary."""

import argparse

from rich.console import Console

from spanishgas_assets.settings import Settings

NAME = "show"
HELP = "print the summary of a snapshot"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--snapshot", required=True, metavar="DATE", help="a Monday, YYYY-MM-DD")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Read the figures and print them."""
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.operations.runs.summary import summarise
    from spanishgas_assets.operations.runs.terminal_report import print_summary

    summary = summarise(settings, open_instance(settings), options.snapshot)
    print_summary(summary, settings.pr_auc_floor, console)
