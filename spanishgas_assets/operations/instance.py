"""The Dagster instance that a run is recorded in.

``DAGSTER_HOME`` decides where it is set. Otherwise the instance lies inside the store's folder,
so that a store and its history stay together; ``spanishgas ui`` opens the same one.
"""

import os
from pathlib import Path

import dagster as dg
import sqlalchemy
from sqlalchemy import event

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

_INSTANCE_FILE = """\
# Written by spanishgas for the instance of this store; edit freely.
telemetry:
  enabled: false
"""


def dagster_home(settings: Settings) -> Path:
    """Return the instance's folder, made ready and set as ``DAGSTER_HOME``.

    Raises:
        SettingsError: the store is in S3 and ``DAGSTER_HOME`` is not set.
    """
    if os.environ.get("DAGSTER_HOME"):
        return Path(os.environ["DAGSTER_HOME"])
    if settings.store.startswith("s3://"):
        raise SettingsError(
            f"SPANISHGAS_STORE={settings.store}: set DAGSTER_HOME to the folder of the Dagster "
            "instance that records the runs"
        )
    home = Path(settings.store).absolute() / ".dagster"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(_INSTANCE_FILE, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the instance, with SQLite spared from syncing the disk at every event.

    A run writes some thousand events, each its own transaction: syncing each costs more than the
    transforms do. An event lost when the machine loses power is recorded again by the next run.
    """
    dagster_home(settings)
    if not event.contains(sqlalchemy.Engine, "connect", _without_sync):
        event.listen(sqlalchemy.Engine, "connect", _without_sync)
    return dg.DagsterInstance.get()


def _without_sync(connection: object, _record: object) -> None:
    if type(connection).__module__ == "sqlite3":
        connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
