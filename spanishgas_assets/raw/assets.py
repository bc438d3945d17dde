"""The raw files in the graph: external assets whose versions are digests of their content."""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from spanishgas_assets.partitions import MONTHS, SNAPSHOTS
from spanishgas_assets.raw.drops import find_drop
from spanishgas_assets.raw.files import RAW_FILES, RawFile


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
        metadata={"files": ", ".join(file.filenames)},
    )
    for file in RAW_FILES
]


def raw_versions(
    root: str, months: Sequence[str], snapshot: str
) -> Iterator[tuple[dg.AssetKey, str, str, str]]:
    """Find every raw file and digest it: yields (asset key, partition, version, path).

    Raises:
        RawFileError: a file is missing.
    """
    drops = [
        (file, find_drop(root, file, date.fromisoformat(snapshot)))
        if file.cadence == "snapshot"
        else (file, find_drop(root, file))
        for file in RAW_FILES
    ]
    for file, drop in drops:
        if file.cadence == "snapshot":
            yield raw_key(file), snapshot, drop.version(), str(drop.path)
            continue
        whole = None if drop.parts else drop.version()
        for month in months:
            yield raw_key(file), month, whole or drop.version(month), str(drop.path)


def report_versions(
    instance: dg.DagsterInstance, root: str, months: Sequence[str], snapshot: str
) -> None:
    """Record in the instance which raw content is there, where it is new or changed.

    As observations: of an external asset, Dagster's staleness looks at nothing else.
    """
    for key, partition, version, path in raw_versions(root, months, snapshot):
        known = instance.fetch_observations(
            dg.AssetRecordsFilter(asset_key=key, asset_partitions=[partition]), limit=1
        ).records
        event = known[0].asset_observation if known else None
        if event is None or event.tags.get("dagster/data_version") != version:
            instance.report_runless_asset_event(
                dg.AssetObservation(
                    key,
                    partition=partition,
                    tags={"dagster/data_version": version},
                    metadata={"dagster/uri": path},
                )
            )
