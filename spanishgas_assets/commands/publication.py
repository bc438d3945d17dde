"""``spanishgas publication``: what readers follow, how it changed, and whether it is sound."""

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from spanishgas_assets.commands.arguments import adding_actions, positive, words
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.publication.diff import PublicationDiff
    from spanishgas_assets.publication.reader import Publication

NAME = "publication"
HELP = "list, show, compare, roll back, verify or prune publications"

_SHOWN_CUSTOMERS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    action = adding_actions(parser)
    action("list", _list, "list the publications, newest last")
    show = action("show", _show, "print what a publication consists of and was made from")
    show.add_argument("number", nargs="?", type=positive, help="default: the latest")
    compare = action("diff", _diff, "print what changed from one publication to another")
    compare.add_argument("before", type=positive, metavar="A", help="number of a publication")
    compare.add_argument("after", type=positive, metavar="B", help="number of another")
    rollback = action("rollback", _rollback, "show an earlier publication again, with its model")
    rollback.add_argument("number", type=positive, help="publication to go back to")
    rollback.add_argument("--by", required=True, type=words, metavar="NAME")
    rollback.add_argument("--why", required=True, type=words, metavar="TEXT")
    check = action("verify", _verify, "read everything a publication names; exit 1 on damage")
    check.add_argument("number", nargs="?", type=positive, help="default: the latest")
    check.add_argument(
        "--rebuild",
        action="store_true",
        help="also make it again from its raw drops in a scratch store, and compare every table",
    )
    prune = action("prune", _prune, "remove superseded publications and what only they name")
    prune.add_argument("--yes", action="store_true", help="remove it; without, only list it")


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run the action."""
    options.work(options, settings, console)


def _open(settings: Settings, number: int | None) -> "Publication":
    from spanishgas_assets.publication.reader import open_publication

    return open_publication(settings.store, number=number)


def _list(_options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from rich.table import Table

    from spanishgas_assets.storage import publication_log
    from spanishgas_assets.storage.store import open_store

    store = open_store(settings.store)
    current = {
        day: found.number
        for day in publication_log.published_snapshots(store)
        if (found := publication_log.current(store, day))
    }
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Number", "Snapshot", "Published", "Model", "By", "Status"):
        table.add_column(title)
    damages = []
    for number in publication_log.numbers(store):
        try:
            manifest = publication_log.read_manifest(store, number)
        except StoreUnavailableError:
            raise
        except StoreError as error:
            table.add_row(str(number), "", "", "", "", "damaged")
            damages.append(str(error))
            continue
        snapshot = manifest.content.snapshot
        table.add_row(
            str(number),
            snapshot,
            manifest.published_at,
            str(manifest.content.model["version"]),
            manifest.by.get("person") or manifest.by.get("launched_by", ""),
            "current" if current.get(snapshot) == number else "superseded",
        )
    for day in (day for day, number in current.items() if number == 0):
        table.add_row("-", day, "", "", "an earlier release", "current")
    console.print(table)
    newest = publication_log.latest_snapshot(store)
    console.print(f"latest: {newest}" if newest else "nothing is published yet")
    for damage in damages:
        console.print(f"[yellow]{escape(damage)}[/]", soft_wrap=True)


def _show(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from rich.table import Table

    publication = _open(settings, options.number)
    content = publication.manifest.content
    console.print(f"Publication {publication.number} of snapshot {publication.snapshot}")
    for label, text in (
        ("published", publication.manifest.published_at),
        ("by", ", ".join(f"{name} {said}" for name, said in publication.manifest.by.items())),
        ("supersedes", str(publication.manifest.supersedes or "nothing")),
        ("model", f"{content.model['version']}, registry event {content.model['registry_event']}"),
        ("code", ", ".join(f"{name} {said}" for name, said in content.code.items())),
    ):
        console.print(f"  {label:<11} {text}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Table", "Partitions", "Rows", "MB"):
        table.add_column(title, justify="left" if title == "Table" else "right")
    for title, parts in sorted(content.tables.items()):
        rows = sum(one.rows for one in parts.values())
        size = sum(one.size_bytes for one in parts.values())
        table.add_row(title, str(len(parts)), f"{rows:,}", f"{size / 1e6:.1f}")
    for name, file in sorted(content.files.items()):
        table.add_row(name, "1", "", f"{file.size_bytes / 1e6:.1f}")
    console.print(table)
    for file in content.files.values():
        console.print(publication.store.url(file.key), markup=False, soft_wrap=True)
    for kind, found in (("raw drops", content.raw), ("settings", content.settings)):
        console.print(f"{kind}:")
        for name, versions in found.items():
            distinct = sorted(set(versions.values()))
            console.print(f"  {name}: {', '.join(distinct[:3])}" + (" ..." * (len(distinct) > 3)))


def _diff(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.catalog import PUBLISHED_TABLES
    from spanishgas_assets.publication.diff import diff

    before, after = _open(settings, options.before), _open(settings, options.after)
    _print_diff(diff(before, after, PUBLISHED_TABLES), console)


def _print_diff(found: "PublicationDiff", console: Console) -> None:
    for source in found.sources:
        console.print(f"changed: {source}")
    for table in found.tables:
        rows = f"{table.rows[0]:,} -> {table.rows[1]:,} rows"
        keys = f"{table.added:,} added, {table.removed:,} removed"
        console.print(f"{table.name}: {rows}; {keys}")
        for column, count in table.changed.items():
            console.print(f"    {column}: {count:,} rows")
    if not found.tables:
        console.print("no table differs")
    for name, (first, second) in found.money_eur.items():
        console.print(f"{name}: {first:,.2f} -> {second:,.2f} EUR")
    customers = found.customers
    console.print(f"customers whose tier or offer changed: {customers.height:,}")
    for row in customers.head(_SHOWN_CUSTOMERS).iter_rows(named=True):
        console.print(
            f"  {row['customer_id']}: {row['risk_tier_before']}, {row['action_before']} -> "
            f"{row['risk_tier']}, {row['action']}: {row['because']}",
            markup=False,
        )
    if customers.height > _SHOWN_CUSTOMERS:
        console.print(f"  and {customers.height - _SHOWN_CUSTOMERS:,} more")


def _rollback(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.publication.rollback import roll_back
    from spanishgas_assets.storage.store import open_store

    manifest = roll_back(
        open_store(settings.store),
        options.number,
        by=options.by,
        why=options.why,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    console.print(
        f"{manifest.content.snapshot} shows publication {options.number} again, as number "
        f"{manifest.number}; its model is {manifest.content.model['version']}. The graph's tables "
        "stay: a run that finds them stale publishes what it makes, and says so"
    )


def _verify(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.publication.verify import verify

    publication = _open(settings, options.number)
    started = time.perf_counter()
    found = verify(publication)
    seconds = time.perf_counter() - started
    for fault in found.faults:
        console.print(fault, markup=False)
    console.print(
        f"Publication {publication.number} of {publication.snapshot}: {found.objects:,} objects, "
        f"{found.size_bytes / 1e6:,.1f} MB read in {seconds:.1f} s, {len(found.faults)} faults"
    )
    if found.faults:
        raise StoreError(
            f"{len(found.faults)} of {found.objects} objects are damaged or missing. Run the "
            f"snapshot again (spanishgas run --snapshot {publication.snapshot}) or roll back "
            "(spanishgas publication rollback)"
        )
    if options.rebuild:
        _rebuild(publication, settings, console)


def _rebuild(publication: "Publication", settings: Settings, console: Console) -> None:
    from spanishgas_assets.operations.rebuild import rebuild

    with tempfile.TemporaryDirectory(prefix="spanishgas_rebuild_") as scratch:
        found = rebuild(settings, publication, Path(scratch), console)
    for source in found.sources:
        console.print(f"not what it was when it was published: {source}", markup=False)
    for name in found.different:
        console.print(f"different: {name}", markup=False)
    console.print(
        f"made again: {found.tables - len(found.different):,} of {found.tables:,} partitions equal"
    )
    if found.different:
        raise StoreError(
            f"{len(found.different)} partitions differ from publication {publication.number}; "
            + (
                "what they are made from changed (see above)"
                if found.sources
                else "nothing they are made from did: report it"
            )
        )


def _prune(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.publication.unneeded import remove, unneeded
    from spanishgas_assets.storage.store import open_store

    store = open_store(settings.store)
    chosen = unneeded(
        store,
        now=time.time(),
        keep_days=settings.keep_publications_days,
        keep_count=settings.keep_publications_per_snapshot,
    )
    for key in (*chosen.keys, *chosen.abandoned):
        console.print(key, markup=False)
    said = (
        f"{len(chosen.manifests):,} publications, {len(chosen.keys):,} objects and "
        f"{len(chosen.abandoned):,} abandoned files"
    )
    if not options.yes:
        console.print(f"Dry run: {said} would be removed. Remove them with --yes.")
        return
    remove(store, chosen)
    console.print(f"removed: {said}")
