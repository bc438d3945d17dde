"""``spanishgas demo-data``: the raw files of a made-up retailer."""

import argparse
from pathlib import Path

from rich.console import Console

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "demo-data"
HELP = "write the raw files of a made-up retailer"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--customers", type=int, default=5000, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="S")
    parser.add_argument("--out", metavar="DIR", help="default: SPANISHGAS_RAW, else data/raw")
    parser.add_argument("--layout", choices=["flat", "hive"], default="flat")
    parser.add_argument("--consumption", choices=["parquet", "csv"], default="parquet")
    parser.add_argument(
        "--truth", type=Path, metavar="FILE", help="write true churn probabilities here, aside"
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Write the files and say what is in them."""
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
        raise SettingsError(str(error)) from error
    console.print(
        f"{out}: {summary.customers:,} customers, {summary.churners:,} of them churners, "
        f"{summary.readings:,} hourly readings"
    )
