"""``spanishgas quarantine list|show|replay``: quarantined rows and their corrections."""

import argparse
from pathlib import Path

import polars as pl
from rich.console import Console

from spanishgas_assets.commands.arguments import positive
from spanishgas_assets.commands.output_file import write_output
from spanishgas_assets.errors import StoreError
from spanishgas_assets.settings import Settings

NAME = "quarantine"
HELP = "list or show the quarantined rows, and replay corrected ones"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three actions and their options."""
    verbs = parser.add_subparsers(required=True, metavar="list|show|replay", dest="verb")
    verbs.add_parser("list", help="count the rows by table, partition, file and reason")
    shown = verbs.add_parser("show", help="print rows with file, row number, reason and values")
    shown.add_argument("table", metavar="TABLE", help="e.g. bronze/price_month")
    shown.add_argument("--partition", metavar="KEY", help="a month, a snapshot, or `undated`")
    shown.add_argument("--rows", type=positive, default=20, metavar="N", help="default: 20")
    shown.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write all rows to a CSV file, to correct and replay",
    )
    replayed = verbs.add_parser("replay", help="store corrected rows next to their raw file")
    replayed.add_argument("file", metavar="RAW_FILE", help="e.g. price_history.csv")
    replayed.add_argument("corrected", type=Path, metavar="CSV", help="the corrected rows")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run the action."""
    match options.verb:
        case "list":
            _list(settings, console)
        case "show":
            _show(options, settings, console)
        case _:
            _replay(options, settings, console)


def _list(settings: Settings, console: Console) -> None:
    from rich.table import Table

    from spanishgas_assets.storage.store import open_store
    from spanishgas_assets.tables.quarantine import kept, kind_of

    rows = kept(open_store(settings.store))
    counted = (
        # Values in a reason ("not a date (2025-13-01)") would make a line of every row.
        rows.group_by("table", "partition", "file", kind_of(pl.col("reason")))
        .len("rows")
        .sort("table", "partition", "file", "reason")
    )
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("Table", "Partition", "Rows", "File", "Reason"):
        grid.add_column(name, justify="right" if name == "Rows" else "left")
    for row in counted.iter_rows(named=True):
        grid.add_row(
            row["table"].replace("_", "/", 1),
            row["partition"],
            f"{row['rows']:,}",
            row["file"] or "",
            row["reason"],
        )
    console.print(grid)
    console.print(f"{rows.height:,} rows in quarantine")


def _show(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from rich.markup import escape

    from spanishgas_assets.storage.store import open_store
    from spanishgas_assets.tables.quarantine import kept

    rows = kept(open_store(settings.store)).filter(
        pl.col("table") == options.table.replace("/", "_")
    )
    if options.partition:
        rows = rows.filter(pl.col("partition") == options.partition)
    if rows.is_empty():
        raise StoreError(
            f"no row of {options.table}"
            + (f", partition {options.partition}," if options.partition else "")
            + " is in quarantine; see `spanishgas quarantine list`"
        )
    if options.csv:
        write_output(options.csv, _to_correct(rows).write_csv().encode())
        console.print(f"{options.csv}: {rows.height:,} rows to correct")
        return
    for row in rows.head(options.rows).iter_rows(named=True):
        console.print(
            f"{row['partition']}  {row['file'] or ''} row {row['row'] or '?'}: "
            f"{escape(row['reason'])}\n    {escape(row['values'])}",
            soft_wrap=True,
        )
    if rows.height > options.rows:
        console.print(f"... and {rows.height - options.rows:,} more")


def _to_correct(rows: pl.DataFrame) -> pl.DataFrame:
    """The values as columns, with the row number that a correction needs."""
    cells = rows["values"].str.json_decode(infer_schema_length=None)
    return pl.concat(
        [rows.select("row", "file", "reason"), cells.struct.unnest()], how="horizontal"
    )


def _replay(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.raw.corrections import place_corrections

    target, rows = place_corrections(
        settings.raw, options.file, options.corrected, cache=settings.raw_cache
    )
    console.print(f"{target}: {rows:,} corrected rows; the next `spanishgas run` reads them")
