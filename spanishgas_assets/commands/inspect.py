"""``spanishgas inspect``: what a folder of raw drops holds, and what a run would make of it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.errors import InspectionError
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.inspection.remarks import FileReport

NAME = "inspect"
HELP = "say what a folder of raw files holds, and everything that would stop a run"

_COLOURS = {"stops": "red", "warns": "yellow", "tells": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", help="the raw root; default: SPANISHGAS_RAW"
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="write an HTML page as well")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Read the folder and print what is found.

    Raises:
        InspectionError: something would stop a run.
    """
    from spanishgas_assets.inspection.inspection import inspect_folder
    from spanishgas_assets.inspection.inspection_page import inspection_page, verdict

    found = inspect_folder(options.folder or settings.raw, settings)
    for part in found.parts:
        _print(part, console)
    if options.page is not None:
        write_output(options.page, inspection_page(found).encode())
        console.print(f"\n{escape(str(options.page))}: written")
    if found.stops:
        raise InspectionError(verdict(found))
    console.print(f"\n[green]{verdict(found)}[/]")


def _print(part: "FileReport", console: Console) -> None:
    place = f"  [dim]{escape(part.path.name)}[/]" if part.path else ""
    console.print(f"\n[bold]{escape(part.name)}[/]{place}")
    facts = " · ".join(f"{name}: {value}" for name, value in part.facts.items())
    if facts:
        console.print(f"  {escape(facts)}", soft_wrap=True)
    for remark in sorted(part.remarks, key=lambda one: list(_COLOURS).index(one.weight)):
        colour = _COLOURS[remark.weight]
        console.print(f"  [{colour}]{remark.weight}[/]  {escape(remark.text)}", soft_wrap=True)
