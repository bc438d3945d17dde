"""The command line: ``spanishgas demo-data | run | show | ui``.

Exit status: 0 done; 1 an input, a setting or a check stopped the work; 2 the command was misused;
3 the gate refused the new model and no champion stands.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.errors import GateRefusalError, SpanishGasError
from spanishgas_assets.settings import Settings

FAILED, REFUSED = 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        options.command(options, Settings.from_environment(), console)
    except GateRefusalError as refusal:
        errors.print(f"[red]refused[/]  {escape(str(refusal))}")
        return REFUSED
    except SpanishGasError as error:
        errors.print(f"[red]error[/]  {escape(str(error))}")
        return FAILED
    return 0


def _demo_data(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.demo import write_demo_retailer
    from spanishgas_assets.operations.progress import RunProgress

    out = Path(options.out or settings.raw)
    try:
        with RunProgress(console, "demo retailer") as progress:
            summary = write_demo_retailer(
                out,
                customers=options.customers,
                seed=options.seed,
                layout=options.layout,
                consumption=options.consumption,
                truth=options.truth,
                progress=progress.fraction,
            )
    except ValueError as error:
        raise SpanishGasError(str(error)) from error
    console.print(
        f"{out}: {summary.customers:,} customers, {summary.churners:,} of them churners, "
        f"{summary.readings:,} hourly readings"
    )


def _run(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.operations.instance import open_instance
    from spanishgas_assets.operations.report import print_summary
    from spanishgas_assets.operations.run import run_snapshot
    from spanishgas_assets.operations.summary import summarise

    instance = open_instance(settings)
    made = run_snapshot(
        settings,
        instance,
        build_definitions(settings),
        options.snapshot,
        train=options.train,
        console=console,
    )
    if not made.months and not made.assets:
        console.print("Everything is up to date: nothing to run.")
    print_summary(summarise(settings, instance, options.snapshot), settings.pr_auc_floor, console)


def _show(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.operations.instance import open_instance
    from spanishgas_assets.operations.report import print_summary
    from spanishgas_assets.operations.summary import summarise

    instance = open_instance(settings)
    print_summary(summarise(settings, instance, options.snapshot), settings.pr_auc_floor, console)


def _ui(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.operations.instance import dagster_home

    home = dagster_home(settings)
    console.print(f"Dagster UI on http://localhost:{options.port}  (instance {home})")
    dagster = Path(sys.executable).with_name("dagster")
    os.execv(
        dagster,
        [
            str(dagster),
            "dev",
            "--module-name",
            "spanishgas_assets.definitions",
            "--port",
            str(options.port),
        ],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="spanishgas", description="From a retailer's raw drops to retention recommendations."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo-data", help="write the raw files of a made-up retailer")
    demo.add_argument("--customers", type=int, default=5000, metavar="N")
    demo.add_argument("--seed", type=int, default=7, metavar="S")
    demo.add_argument("--out", metavar="DIR", help="default: SPANISHGAS_RAW, else data/raw")
    demo.add_argument("--layout", choices=["flat", "hive"], default="flat")
    demo.add_argument("--consumption", choices=["parquet", "csv"], default="parquet")
    demo.add_argument(
        "--truth", type=Path, metavar="FILE", help="write true churn probabilities here, aside"
    )
    demo.set_defaults(command=_demo_data)

    run = commands.add_parser("run", help="materialise what a snapshot lacks")
    run.add_argument("--snapshot", required=True, metavar="DATE", help="a Monday, YYYY-MM-DD")
    run.add_argument("--train", action="store_true", help="train a model, and let the gate judge")
    run.set_defaults(command=_run)

    show = commands.add_parser("show", help="print a snapshot's summary again")
    show.add_argument("--snapshot", required=True, metavar="DATE")
    show.set_defaults(command=_show)

    ui = commands.add_parser("ui", help="open the Dagster UI on this store")
    ui.add_argument("--port", type=int, default=3000)
    ui.set_defaults(command=_ui)
    return parser
