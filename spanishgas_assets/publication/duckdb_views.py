"""A publication in DuckDB: one schema a layer, one view a table, with comments from the contracts.

DuckDB reads local Parquet files only, because its extension for S3 would have to be downloaded. So
a folder's objects are read in place, and those of S3 are fetched first. Either way they are held
against their digests before DuckDB opens them.
"""

import glob
import inspect
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from spanishgas_assets.errors import QueryError
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.table_versions import read_object, refuse_damaged

if TYPE_CHECKING:
    from spanishgas_assets.tables.contracts import Table

Kind = Literal["view", "table"]

#: Nothing is downloaded because a query names it.
_OFFLINE: dict[str, bool | int | float | str | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
#: What says which publication an exported file holds.
_EXPORTED = "publication/exported"
#: A query about the tables rather than of them: it sees all, with their comments.
_ABOUT_TABLES = re.compile(r"\b(duckdb_\w+|information_schema|pg_catalog)\b", re.IGNORECASE)


@contextmanager
def queried(publication: Publication, query: str) -> Iterator[duckdb.DuckDBPyRelation]:
    """Yield the answer to a query over a publication's tables, e.g. ``retention.recommendations``.

    Only tables that the query names are looked up; without any, all are.

    Raises:
        QueryError: DuckDB cannot run the query, here or when the block reads the answer.
        StoreError: a table that the query names is missing or damaged.
    """
    named = [title for title in publication.tables if _names(query, title)]
    about_tables = not named or _ABOUT_TABLES.search(query)
    with tempfile.TemporaryDirectory(prefix="spanishgas_") as folder, _duckdb_errors():
        files = _local_files(publication, publication.tables if about_tables else named, folder)
        with duckdb.connect(config=_OFFLINE) as connection:
            _create(connection, files, "view")
            if about_tables:
                _comment(connection, publication, "view")
            answer = connection.sql(query)
            if answer is None:
                raise QueryError(f"the query has no answer: {query!r}. Write a select")
            yield answer


def export(publication: Publication, path: Path) -> Kind:
    """Write every table of a publication into a DuckDB file, and say as what.

    From a folder these are views that read the store's objects where they are; from S3, which a
    view could not read, tables that hold a copy. A schema that the file has under a layer's name is
    replaced, in one transaction; everything else in the file stays.

    Raises:
        QueryError: the file is no DuckDB database, or another process has it open.
        StoreError: a table is missing or damaged.
    """
    kind: Kind = "view" if isinstance(publication.store, FolderStore) else "table"
    with tempfile.TemporaryDirectory(prefix="spanishgas_") as folder, _duckdb_errors():
        files = _local_files(publication, publication.tables, folder)
        with duckdb.connect(str(path), config=_OFFLINE) as connection:
            connection.begin()
            for layer in {title.split("/")[0] for title in (_EXPORTED, *files)}:
                connection.execute(f"drop schema if exists {_identifier(layer)} cascade")
            _create(connection, files, kind)
            _comment(connection, publication, kind)
            _say_what(connection, publication, kind)
            connection.commit()
    return kind


def _say_what(connection: duckdb.DuckDBPyConnection, publication: Publication, kind: Kind) -> None:
    """Leave a row for whoever opens the file later: which publication it holds, and how long."""
    note = "a copy of the rows: customer data"
    if kind == "view":
        note = (
            f"views on {publication.store.root}: they end when the publication is pruned; then "
            "export again: spanishgas sql --export FILE"
        )
    layer = _identifier(_EXPORTED.partition("/")[0])
    connection.execute(f"create schema if not exists {layer}")
    connection.execute(
        f"create table {_sql_name(_EXPORTED)} as select {publication.number} as number, "
        f"{_literal(publication.snapshot)} as snapshot, "
        f"{_literal(publication.model_version)} as model_version, {_literal(note)} as note"
    )


def _names(query: str, title: str) -> bool:
    """Say whether a query has the name of a table (``layer/table``) as a word."""
    return bool(re.search(rf"\b{title.split('/')[1]}\b", query, re.IGNORECASE))


def _local_files(publication: Publication, titles: list[str], folder: str) -> dict[str, list[str]]:
    """Return the undamaged Parquet files of each table; those of S3 are fetched to a folder."""
    store = publication.store
    found = {}
    for title in titles:
        versions = publication.versions(title)
        if isinstance(store, FolderStore):
            refuse_damaged(store, versions)
            found[title] = [store.url(version.key) for version in versions]
            continue
        found[title] = [str(Path(folder) / version.key) for version in versions]
        for path, version in zip(found[title], versions, strict=True):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_bytes(read_object(store, version))
    return found


def _create(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[str]], kind: Kind
) -> None:
    for title, paths in files.items():
        listed = ", ".join(_literal(glob.escape(path)) for path in paths)
        connection.execute(f"create schema if not exists {_identifier(title.split('/')[0])}")
        connection.execute(
            f"create {kind} {_sql_name(title)} as "
            f"from read_parquet([{listed}], hive_partitioning = false)"
        )


def _comment(connection: duckdb.DuckDBPyConnection, publication: Publication, kind: Kind) -> None:
    """Let tables and columns say what their contract does, as far as there is one."""
    from spanishgas_assets.catalog import TABLES  # Pandera costs a second

    contracts = {table.title: table for table in TABLES}
    for title in publication.tables:
        if title not in contracts:
            continue
        meaning = f"{_meaning(contracts[title])}\n\n{publication.name}"
        connection.execute(f"comment on {kind} {_sql_name(title)} is {_literal(meaning)}")
        for name, *_ in connection.execute(f"describe {_sql_name(title)}").fetchall():
            if name in contracts[title].columns:
                connection.execute(
                    f"comment on column {_sql_name(title)}.{_identifier(name)} is "
                    f"{_literal(_column_meaning(contracts[title], name))}"
                )


def _meaning(table: "Table") -> str:
    return inspect.cleandoc(table.description)


def _column_meaning(table: "Table", name: str) -> str:
    spec = table.columns[name]
    unit = f" Unit: {spec.unit}." if spec.unit else ""
    return spec.description + unit + (f" Null: {spec.null}." if spec.null else "")


@contextmanager
def _duckdb_errors() -> Iterator[None]:
    """Turn DuckDB's errors into ours: its messages name what is wrong and where."""
    try:
        yield
    except duckdb.Error as error:
        raise QueryError(str(error).strip()) from error


def _sql_name(title: str) -> str:
    return ".".join(_identifier(part) for part in title.split("/"))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
