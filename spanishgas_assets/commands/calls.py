"""``spanishgas calls``: the customers to contact, as a list that opens in a spreadsheet."""

import argparse
from pathlib import Path

from rich.console import Console

from spanishgas_assets.commands import show
from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "calls"
#: By name, because the contracts bring Pandera, which takes a second to import.
_RECOMMENDATIONS = "retention/recommendations"

HELP = "write a snapshot's call list as a CSV or Excel file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    show.add_arguments(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="file to write, .csv or .xlsx"
    )
    parser.add_argument(
        "--top",
        type=int,
        default=200,
        metavar="N",
        help="maximum number of customers, highest value first (default: 200)",
    )
    parser.add_argument(
        "--channel",
        choices=["phone", "email", "letter", "all"],
        default="phone",
        help="by which the offers are to be made (default: phone)",
    )
    parser.add_argument(
        "--language", choices=["es", "en"], default="es", help="of the list (default: es)"
    )
    parser.add_argument(
        "--separator",
        choices=["semicolon", "comma"],
        default="semicolon",
        help="CSV separator (default: semicolon with decimal commas, as Spanish Excel reads it)",
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Read the recommendations and write the list."""
    from spanishgas_assets.retention import call_list
    from spanishgas_assets.retention.config.retention_config import load_rules

    kind = options.out.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise SettingsError(f"--out {options.out}: the name must end in .csv or .xlsx")
    if options.top < 1:
        raise SettingsError(f"--top {options.top}: must be at least 1")
    source = show.source_of(options, settings)
    listed = call_list.call_list(
        source.table(_RECOMMENDATIONS),
        load_rules(settings.retention).offers.titles(options.language),
        top=options.top,
        channel=options.channel,
        language=options.language,
    )
    separator = call_list.SEMICOLON if options.separator == "semicolon" else call_list.COMMA
    data = (
        call_list.as_csv(listed, separator)
        if kind == ".csv"
        else call_list.as_xlsx(listed, source.snapshot)
    )
    write_output(options.out, data)
    count = f"{listed.height:,} customers ({options.channel})"
    console.print(f"{options.out}: {count} of {source.snapshot}")
    if listed.is_empty() and options.channel != call_list.ALL_CHANNELS:
        console.print(f"No offer is to be made by {options.channel}: --channel all lists every one")
    show.print_notices(source, options, settings, console)
