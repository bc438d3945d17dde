"""Which content optional files, word lists, rules and settings have, told to the instance.

As observations: of an external asset, Dagster's staleness looks at nothing else.
"""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from spanishgas_assets.bronze.assets import METER_READING, NOTE_READING
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import OPTIONAL_FILES
from spanishgas_assets.raw.optional import find_optional_drop
from spanishgas_assets.retention.assets import RULES
from spanishgas_assets.retention.config.retention_config import rules_version
from spanishgas_assets.settings import Settings
from spanishgas_assets.text.reading_version import reading_version

#: Version of an optional file that no drop has.
ABSENT = "absent"

_VERSION = "dagster/data_version"


def report_external_versions(
    instance: dg.DagsterInstance, settings: Settings, snapshot: str
) -> None:
    """Record what optional files, note reading and rules hold as of a snapshot, where it is new.

    Raises:
        SettingsError: the rules' folder is not there.
    """
    for file in OPTIONAL_FILES:
        found = find_optional_drop(settings.raw, file, date.fromisoformat(snapshot))
        version = found.version() if found else ABSENT
        _report(instance, raw_key(file), snapshot, version, found.url if found else "")
    reading = reading_version(settings)
    _report(instance, NOTE_READING, snapshot, reading, settings.sentiment.value)
    _report(instance, RULES, snapshot, rules_version(settings.retention), settings.retention)


def report_meter_reading(
    instance: dg.DagsterInstance, settings: Settings, months: Sequence[str]
) -> None:
    """Record by which settings the readings of months are read, where they are new."""
    version = f"{settings.clock.value} clock, {settings.gas_kwh_per_m3} kWh/m3"
    for month in months:
        _report(instance, METER_READING, month, version, "")


def _report(
    instance: dg.DagsterInstance, key: dg.AssetKey, partition: str, version: str, path: str
) -> None:
    known = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[partition]), limit=1
    ).records
    event = known[0].asset_observation if known else None
    if event is None or event.tags.get(_VERSION) != version:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                key, partition=partition, tags={_VERSION: version}, metadata={"dagster/uri": path}
            )
        )
