"""The raw files in the graph: external assets whose versions are digests of their content."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from spanishgas_assets.partitions import MONTHS, SNAPSHOTS
from spanishgas_assets.raw.files import OPTIONAL_FILES, RAW_FILES, RawFile
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.versions import month_versions
from spanishgas_assets.settings import Settings

_VERSION = "dagster/data_version"
_FILE_DIGEST = "file_digest"


def raw_key(file: RawFile) -> dg.AssetKey:
    """Return the asset key of a raw file."""
    return dg.AssetKey(["raw", file.name])


RAW_ASSETS = [
    dg.AssetSpec(
        raw_key(file),
        description=f"{file.description}\n\nColumns: {', '.join(file.columns)}.",
        group_name="raw",
        kinds={"json" if file.filenames[0].endswith(".json") else "csv"}
        if file.name != "consumption_hourly"
        else {"parquet"},
        owners=["team:data"],
        partitions_def=MONTHS if file.cadence == "month" else SNAPSHOTS,
        metadata={
            "files": file.names_in_words,
            "dagster/column_schema": dg.TableSchema(
                columns=[dg.TableColumn(name, kind) for name, kind in file.columns.items()]
            ),
        },
    )
    for file in (*RAW_FILES, *OPTIONAL_FILES)
]


def report_versions(
    instance: dg.DagsterInstance, settings: Settings, months: Sequence[str], snapshot: str
) -> None:
    """Record in the instance which raw content is there, where it is new or changed.

    As observations: of an external asset, Dagster's staleness looks at nothing else. A month's
    version says what feeds that month: of a changed file, only the months whose own rows changed
    have a new one. The file's digest is kept beside it, so that a file that is as it was is read
    for its digest alone.

    Raises:
        RawFileError: a file is missing, or cannot be used as a whole.
    """
    drops = [
        (
            file,
            find_drop(settings.raw, file, date.fromisoformat(snapshot), cache=settings.raw_cache),
        )
        if file.cadence == "snapshot"
        else (file, find_drop(settings.raw, file, cache=settings.raw_cache))
        for file in (file.declared(settings.date_orders) for file in RAW_FILES)
    ]
    for file, drop in drops:
        digest = file.version_of(drop.version())
        partitions = [snapshot] if file.cadence == "snapshot" else list(months)
        if all(_known_digest(instance, raw_key(file), key) == digest for key in partitions):
            continue
        versions = (
            {snapshot: digest}
            if file.cadence == "snapshot"
            else month_versions(drop, partitions, TimeLabels.of(settings))
        )
        for key, version in versions.items():
            instance.report_runless_asset_event(
                dg.AssetObservation(
                    raw_key(file),
                    partition=key,
                    tags={_VERSION: version},
                    metadata={"dagster/uri": drop.url, _FILE_DIGEST: digest},
                )
            )


def _known_digest(instance: dg.DagsterInstance, key: dg.AssetKey, partition: str) -> str | None:
    """Return the digest of the file that a partition's version was made from, if any was."""
    found = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[partition]), limit=1
    ).records
    event = found[0].asset_observation if found else None
    value = event.metadata.get(_FILE_DIGEST) if event else None
    return str(value.value) if value is not None else None
