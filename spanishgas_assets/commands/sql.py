"""``spanishgas sql``: a publication's tables, queried or exported with DuckDB."""

import argparse
from pathlib import Path

from rich.console import Console

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

NAME = "sql"
HELP = "query the published tables, or export them as a DuckDB file"

_SHOWN_ROWS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument(
        "query",
        nargs="?",
        metavar="QUERY",
        help='e.g. "select action, count(*) from retention.recommendations group by action"',
    )
    asked.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write a DuckDB file with every table instead: views of a store in a folder, copies "
        "of one in S3",
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write all rows of the answer to a CSV file"
    )
    publication = parser.add_mutually_exclusive_group()
    publication.add_argument(
        "--snapshot", metavar="DATE", help="a Monday, YYYY-MM-DD (default: the latest published)"
    )
    publication.add_argument(
        "--as-of", metavar="DATE", help="the last published snapshot on or before this date"
    )
    publication.add_argument(
        "--number", type=int, metavar="N", help="a publication, current or superseded"
    )


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Open the publication, and answer the query or write the file."""
    from spanishgas_assets.publication.duckdb_views import export, queried
    from spanishgas_assets.publication.reader import open_publication

    if options.export and options.csv:
        raise SettingsError("--csv is for the answer to a query; --export writes one file alone")
    _make_folder_of(options.export or options.csv)
    publication = open_publication(
        settings.store, snapshot=options.snapshot, as_of=options.as_of, number=options.number
    )
    if options.export:
        kind = export(publication, options.export)
        console.print(f"{options.export}: {len(publication.tables)} {kind}s of {publication.name}")
        return
    with queried(publication, options.query) as answer:
        if options.csv:
            answer.write_csv(str(options.csv), header=True)
            console.print(f"{options.csv}: {len(answer):,} rows of {publication.name}")
            return
        answer.show(max_rows=_SHOWN_ROWS, max_width=console.width)
    console.print(publication.name)


def _make_folder_of(path: Path | None) -> None:
    """Make the folder of a file that is to be written, if one is."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{path}: its folder cannot be made: {error.strerror}") from error
