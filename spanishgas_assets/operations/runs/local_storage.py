"""Where a laptop's Dagster instance keeps its events: one SQLite file, one open connection pool.

Dagster's own SQLite storage opens a new engine and syncs the disk for every event, in two files;
a snapshot has about a thousand events, and that took longer than its transforms.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy
from sqlalchemy.engine import Connection, Engine

from spanishgas_assets.dagster_internals import ConsolidatedSqliteEventLogStorage

#: Seconds to wait for another process that writes.
_BUSY_SECONDS = 30


class LocalEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """Events of all runs in one SQLite file, in write-ahead mode.

    A commit does not wait for the disk (``synchronous=NORMAL``): the file stays whole if the
    machine loses power, but the last events may be missing, and the next run records them again.
    """

    @functools.cached_property
    def _engine(self) -> Engine:
        engine = sqlalchemy.create_engine(
            f"sqlite:///{self.get_db_path()}",  # type: ignore[no-untyped-call]
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        sqlalchemy.event.listen(engine, "connect", _do_not_wait_for_disk)
        return engine

    @functools.cached_property
    def _tables(self) -> set[str]:
        return set()

    def has_table(self, table_name: str) -> bool:
        """Say whether a table exists; asked at every event, so a yes is remembered."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def _do_not_wait_for_disk(
    connection: sqlalchemy.engine.interfaces.DBAPIConnection, _: object
) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
