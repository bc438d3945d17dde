"""``spanishgas demo-data``: the raw files of a synthetic retailer."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from spanishgas_assets.commands.arguments import positive
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.demo import DemoSummary
    from spanishgas_assets.demo.files.retailer import Progress

NAME = "demo-data"
HELP = "write the raw files of a synthetic retailer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--customers", type=positive, default=5000, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="S")
    parser.add_argument("--out", metavar="DIR", help="default: SPANISHGAS_RAW, else data/raw")
    parser.add_argument(
        "--layout",
        choices=["flat", "hive"],
        help="layout of the readings of one year (default: flat)",
    )
    parser.add_argument("--consumption", choices=["parquet", "csv"], default="parquet")
    parser.add_argument(
        "--start", default="2024-01", metavar="YYYY-01", help="first month (default: 2024-01)"
    )
    parser.add_argument(
        "--months",
        type=int,
        default=12,
        metavar="M",
        help="months of data: 12 to 36 in steps of 3 (default: 12); more than 12 are written as "
        "dated drops, each with labels",
    )
    parser.add_argument(
        "--shift",
        metavar="NAME",
        help="planted change from the thirteenth month on; see docs/demo.md",
    )
    parser.add_argument(
        "--notes",
        choices=["templates", "many-hands"],
        default="templates",
        help="how the notes of one year are made: composed from templates, or drawn from those "
        "that many hands wrote (default: templates)",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="also write the true churn probabilities to this file, and with notes by many "
        "hands the intent and sentiment that each was drawn for",
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Write the files and print their totals."""
    from spanishgas_assets.operations.runs.progress import RunProgress

    out = Path(options.out or settings.raw)
    try:
        with RunProgress(console, "demo retailer") as progress:
            summary = _write(out, options, progress.fraction)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    console.print(
        f"{out}: {summary.customers:,} customers, {summary.churners:,} churners, "
        f"{summary.readings:,} hourly readings"
    )


def _write(out: Path, options: argparse.Namespace, progress: "Progress") -> "DemoSummary":
    """The year as one drop, or a history as dated drops, which has one layout only."""
    from spanishgas_assets.demo import write_demo_history, write_demo_retailer

    if (options.start, options.months, options.shift) == ("2024-01", 12, None):
        return write_demo_retailer(
            out,
            customers=options.customers,
            seed=options.seed,
            layout=options.layout or "flat",
            consumption=options.consumption,
            notes=options.notes,
            truth=options.truth,
            progress=progress,
        )
    if options.notes != "templates":
        raise ValueError(
            "notes='many-hands': the notes of a history are composed; use notes templates"
        )
    if options.layout == "flat":
        raise ValueError("layout='flat': a history has monthly readings; use layout hive")
    return write_demo_history(
        out,
        customers=options.customers,
        seed=options.seed,
        start=options.start,
        months=options.months,
        shift=options.shift,
        consumption=options.consumption,
        truth=options.truth,
        progress=progress,
    )
