"""``spanishgas demo-live``: a synthetic retailer that lives on, week by week."""

import argparse
from datetime import date
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands.arguments import positive
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "demo-live"
HELP = "write the weeks of a synthetic retailer that reacts to the offers made"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--start",
        type=monday,
        default=date(2025, 1, 6),
        metavar="DATE",
        help="the first Monday (default: 2025-01-06)",
    )
    parser.add_argument(
        "--weeks",
        type=positive,
        default=1,
        metavar="N",
        help="how many Mondays there are to be in all, at most 53: those that are not written yet "
        "are written (default: 1)",
    )
    parser.add_argument("--customers", type=positive, default=2000, metavar="N")
    parser.add_argument("--seed", type=int, default=7, metavar="S")
    parser.add_argument(
        "--world",
        default="as-assumed",
        metavar="NAME",
        help="what happens: a world of docs/demo.md, or a YAML file of one's own "
        "(default: as-assumed)",
    )
    parser.add_argument("--raw", metavar="DIR", help="default: SPANISHGAS_RAW, else data/raw")
    parser.add_argument(
        "--store",
        metavar="URL",
        help="where its recommendations are published (default: SPANISHGAS_STORE)",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="DIR",
        help="where what no pipeline may read is written (default: the folder truth beside raw)",
    )


def monday(text: str) -> date:
    """Take a date that is a Monday."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date, YYYY-MM-DD") from None
    if day.weekday() != 0:
        raise argparse.ArgumentTypeError(
            f"{text} is a {day:%A}: a live retailer starts on a Monday"
        )
    return day


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Write the weeks that are missing, a line for each."""
    from spanishgas_assets.demo.live.live_year import open_live_year
    from spanishgas_assets.demo.live.stated_save_rates import stated_save_rates
    from spanishgas_assets.demo.live.weekly_portfolio import MOST_WEEKS

    if options.weeks > MOST_WEEKS + 1:
        raise SettingsError(
            f"--weeks {options.weeks}: a live retailer has a year, {MOST_WEEKS + 1} Mondays"
        )
    raw = Path(options.raw or settings.raw)
    try:
        year = open_live_year(
            raw,
            options.truth or raw.parent / "truth",
            options.store or settings.store,
            start=options.start,
            customers=options.customers,
            seed=options.seed,
            world=options.world,
            save_rates=stated_save_rates(settings.retention),
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if year.delivered >= options.weeks:
        console.print(f"{raw}: {year.delivered} weeks are there already")
    while year.delivered < options.weeks:
        done = year.deliver()
        console.print(
            f"{done.monday}: {done.customers:,} customers, {len(done.files)} files, "
            f"{done.offers:,} offers made since the Monday before"
        )
