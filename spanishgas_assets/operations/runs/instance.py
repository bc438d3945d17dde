"""The Dagster instance that runs are recorded in.

``DAGSTER_HOME`` decides where it is set. Otherwise the instance lies inside the store's folder,
so that a store and its history stay together; ``spanishgas ui`` opens the same one.
"""

import os
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import DBAPIError

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

INSTANCE_FILE = """\
# The instance of a laptop: SQLite in one folder. Runs of `spanishgas run` and of the UI meet here.
# A step that loses its store is tried again by the rule of spanishgas_assets/step_retries.py.
nux:
  enabled: false
telemetry:
  enabled: false
run_storage:
  module: dagster._core.storage.runs
  class: SqliteRunStorage
  config:
    base_dir: {home}/history
event_log_storage:
  module: spanishgas_assets.operations.runs.local_storage
  class: LocalEventLogStorage
  config:
    base_dir: {home}/history
schedule_storage:
  module: dagster._core.storage.schedules
  class: SqliteScheduleStorage
  config:
    base_dir: {home}/schedules
local_artifact_storage:
  module: dagster._core.storage.root
  class: LocalArtifactStorage
  config:
    base_dir: {home}
compute_logs:
  module: dagster._core.storage.local_compute_log_manager
  class: LocalComputeLogManager
  config:
    base_dir: {home}/logs
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
    (home / "dagster.yaml").write_text(INSTANCE_FILE.format(home=home), encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the instance that records this command's runs."""
    dagster_home(settings)
    return dg.DagsterInstance.get()


def unusable_record(error: Exception) -> str | None:
    """Say that the instance's database cannot be used, and what to do; None: it is no such error.

    A database that is damaged or does not answer can end any question to the instance.
    """
    if not isinstance(error, DBAPIError):
        return None
    return (
        f"the record of runs in {os.environ.get('DAGSTER_HOME')} cannot be used ({error.orig}). "
        "Restore it from a backup; or stop everything that uses it and move its folders history "
        "and schedules away: then nothing is known of past runs, and the next one of a snapshot "
        "makes its tables again"
    )
