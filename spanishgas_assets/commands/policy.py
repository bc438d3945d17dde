"""``spanishgas policy``: what another policy would have brought, from one's own logs."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from spanishgas_assets.commands.arguments import adding_actions
from spanishgas_assets.settings import Settings

NAME = "policy"
HELP = "evaluate another retention policy on what was really done"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    action = adding_actions(parser)
    evaluate = action(
        "evaluate",
        _evaluate,
        "say what a policy.yaml would have brought on the published assignments",
    )
    evaluate.add_argument("file", type=Path, metavar="FILE", help="a policy.yaml")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run the action."""
    options.work(options, settings, console)


def _evaluate(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.retention.measurement.evaluate_policy import evaluate_policy

    found = evaluate_policy(settings, options.file)
    table = Table("EUR a customer", "value", "95% interval")
    for name, value in found.values.items():
        table.add_row(name, f"{value.value:,.2f}", f"{value.low:,.2f} to {value.high:,.2f}")
    console.print(table)
    console.print(
        f"{found.rows:,} customers of {found.snapshots:,} snapshots; effective rows "
        f"{found.effective_rows:,.0f}, {found.unsupported:.1%} never tried; "
        f"{found.unseen:,} further offers of this policy are to customers who were never chosen, "
        "and count for nothing here."
    )
