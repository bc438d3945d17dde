"""The tables of a snapshot for whoever is outside the graph: as published, or as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from spanishgas_assets.errors import SettingsError, StoreError
from spanishgas_assets.publication.stopped_runs import last_words, notices
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.file_versions import read_file
from spanishgas_assets.storage.manifests import FORMER, Manifest
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import (
    TableVersion,
    current_versions,
    scan_versions,
    table_key,
)

if TYPE_CHECKING:
    from spanishgas_assets.tables.contracts import Table


@dataclass(frozen=True)
class Publication:
    """One publication: its tables never change, whatever runs after it.

    Attributes:
        store: where the tables are.
        manifest: what is published, from what, and by whom.
    """

    store: Store
    manifest: Manifest

    @property
    def snapshot(self) -> str:
        """The as-of date, ``YYYY-MM-DD``."""
        return self.manifest.content.snapshot

    @property
    def number(self) -> int:
        """Its number, from 1; 0 for a publication of an earlier release."""
        return self.manifest.number

    @property
    def name(self) -> str:
        """What a message calls it: number and snapshot, for one of an earlier release without."""
        number = f"{self.number} " if self.number else ""
        return f"publication {number}of {self.snapshot}"

    @property
    def model_version(self) -> str:
        """The model that scored the snapshot."""
        return str(self.manifest.content.model["version"])

    @property
    def tables(self) -> list[str]:
        """Names of the tables, e.g. ``retention/recommendations``."""
        return sorted(self.manifest.content.tables)

    def partitions(self) -> dict[str, list[str]]:
        """Return the partitions of each table by its name; of an earlier release, made or not."""
        if self.number == FORMER:
            from spanishgas_assets.catalog import PUBLISHED_TABLES

            return _partitions(PUBLISHED_TABLES, self.snapshot)
        return {title: list(parts) for title, parts in self.manifest.content.tables.items()}

    def table(self, name: str, *, month: str | date | None = None) -> pl.LazyFrame:
        """Scan a table; of a monthly one, the twelve months before the snapshot together.

        ``.collect()`` gives the rows, ``.collect().to_pandas()`` and ``.collect().to_arrow()`` the
        same for other libraries.

        Args:
            name: ``layer/table``.
            month: first day of the only month to read, ``YYYY-MM-DD``.

        Raises:
            StoreError: the publication has no such table or month (names all it has), or it is
                damaged.
        """
        return scan_versions(self.store, self.versions(name, month=month))

    def versions(self, name: str, *, month: str | date | None = None) -> list[TableVersion]:
        """Return which objects a table is, oldest month first; arguments as of :meth:`table`.

        Raises:
            StoreError: the publication has no such table or month; names all it has.
        """
        parts = self._parts(name)
        if month is None:
            return [parts[day] for day in sorted(parts)]
        if str(month) not in parts:
            raise StoreError(
                f"{name} of {self.name} has no month {month}; it has {', '.join(sorted(parts))}"
            )
        return [parts[str(month)]]

    def _parts(self, name: str) -> Mapping[str, TableVersion]:
        parts = self.manifest.content.tables.get(name)
        if parts is None and self.number == FORMER:
            parts = self._unnamed_parts(name)
        if not parts:
            raise StoreError(f"{self.name} has no table {name!r}; it has {', '.join(self.tables)}")
        return parts

    def _unnamed_parts(self, name: str) -> Mapping[str, TableVersion]:
        """Return the objects of a table that a publication of an earlier release does not name.

        It named three tables and protected no object; of the others, those that are there count.
        """
        from spanishgas_assets.snapshot_dates import trailing_year_keys

        months = trailing_year_keys(date.fromisoformat(self.snapshot))
        for days in (months, [self.snapshot]):
            parts = {day: TableVersion(f"{name}/{day}", "", -1, -1, "") for day in days}
            if all(self.store.exists(part.key) for part in parts.values()):
                return parts
        return {}

    def file(self, name: str) -> bytes:
        """Return a file, e.g. ``monitoring/report.html`` or ``retention/call_list.csv``.

        Raises:
            StoreError: the publication has no such file, or it is damaged.
        """
        files = self.manifest.content.files
        if name not in files:
            raise StoreError(f"{self.name} has no file {name!r}; it has {', '.join(sorted(files))}")
        return read_file(self.store, files[name])


@dataclass(frozen=True)
class WorkingState:
    """A snapshot as the graph has it now, published or not; it may be half of two runs.

    Attributes:
        store: where the tables are.
        snapshot: the as-of date, ``YYYY-MM-DD``.
        catalog: every table of the platform.
    """

    store: Store
    snapshot: str
    catalog: Sequence["Table"]

    @property
    def model_version(self) -> str:
        """The model that serves the snapshot now.

        Raises:
            StoreError: none does.
        """
        from spanishgas_assets.churn.model.model_store import version_of

        return version_of(self.store, "champion", self.snapshot)

    def partitions(self) -> dict[str, list[str]]:
        """Return the partitions of each table by its name, made or not."""
        return _partitions(self.catalog, self.snapshot)

    def table(self, name: str) -> pl.LazyFrame:
        """Scan the current version of a table; of a monthly one, twelve months together.

        Raises:
            StoreError: the table has not been made, or is damaged.
        """
        layer, table = name.split("/")
        versions: list[TableVersion] = current_versions(
            self.store, [table_key(layer, table, day) for day in self.partitions()[name]]
        )
        return scan_versions(self.store, versions)


def open_publication(
    store: str = "",
    *,
    snapshot: str | date | None = None,
    as_of: str | date | None = None,
    number: int | None = None,
) -> Publication:
    """Open a publication: the latest, or that of a snapshot, of a date, or of a number.

    Args:
        store: folder or ``s3://bucket/prefix``; empty reads SPANISHGAS_STORE.
        snapshot: a Monday, ``YYYY-MM-DD``.
        as_of: the last snapshot on or before this date counts.
        number: of a publication, current or superseded.

    Raises:
        SettingsError: more than one of snapshot, as_of and number; or one that is no date.
        StoreError: there is no such publication, or it is damaged.
    """
    if sum(one is not None for one in (snapshot, as_of, number)) > 1:
        raise SettingsError("open_publication takes one of snapshot, as_of and number")
    snapshot, as_of = _day("snapshot", snapshot), _day("as_of", as_of)
    if not store:
        from spanishgas_assets.settings import Settings

        store = Settings.from_environment().store
    opened = open_store(store)
    if number is not None:
        return Publication(opened, publication_log.read_manifest(opened, number))
    if as_of is not None:
        known = [day for day in publication_log.published_snapshots(opened) if day <= as_of]
        if not known:
            raise StoreError(
                f"no snapshot on or before {as_of} is published in {opened.root}: run one first "
                "(spanishgas run --snapshot DATE)"
            )
        snapshot = known[-1]
    manifest = (
        publication_log.latest(opened)
        if snapshot is None
        else publication_log.current(opened, snapshot)
    )
    if manifest is None:
        raise not_run(opened, snapshot)
    return Publication(opened, manifest)


def _partitions(catalog: Sequence["Table"], snapshot: str) -> dict[str, list[str]]:
    from spanishgas_assets.snapshot_dates import trailing_year_keys

    months = trailing_year_keys(date.fromisoformat(snapshot))
    return {table.title: months if table.cadence == "month" else [snapshot] for table in catalog}


def _day(name: str, value: str | date | None) -> str | None:
    """Return a date as keys have it, ``YYYY-MM-DD``, or raise SettingsError."""
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise SettingsError(f"{name}={value!r}: must be a date, YYYY-MM-DD") from error


def not_run(store: Store, snapshot: str | None) -> StoreError:
    """Return the error of a snapshot (None: of any) that is not in the store."""
    if snapshot is None:
        return StoreError(
            f"nothing is published in {store.root}: run a snapshot first (spanishgas run "
            "--snapshot DATE --train), or name the store (SPANISHGAS_STORE)"
        )
    return StoreError(
        f"snapshot {snapshot} is not published in {store.root}: run it first (spanishgas run "
        f"--snapshot {snapshot} --train){last_words(list(notices(store, snapshot)))}"
    )
