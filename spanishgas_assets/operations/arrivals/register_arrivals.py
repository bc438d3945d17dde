"""The job that notes an arrival: which content the raw assets have, and what that makes stale.

It may read a year of readings to tell which months of it changed, which a sensor has no time for.
The verdict is Dagster's own, as ``spanishgas run`` and the UI have it: a file that says the same
as before makes nothing stale, a corrected one exactly what its changed rows feed.
"""

from datetime import date

import dagster as dg

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.operations.arrivals.arrival_state import Found, write_found
from spanishgas_assets.operations.external_versions import (
    report_external_versions,
    report_meter_reading,
)
from spanishgas_assets.operations.sizes import SIZES
from spanishgas_assets.operations.staleness import stale_assets, stale_months
from spanishgas_assets.partitions import trailing_year_keys
from spanishgas_assets.raw.assets import raw_key, report_versions
from spanishgas_assets.raw.files import RAW_FILES
from spanishgas_assets.raw.versions import NO_ROWS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import failing_in_words
from spanishgas_assets.storage.store import open_store


class Arrival(dg.Config):
    """A batch to be noted.

    ``known`` are the months whose readings are there, ``touched`` those of them that the batch can
    have changed.
    """

    batch: str
    snapshot: str
    job: str
    known: list[str]
    touched: list[str]


def note_arrival(
    settings: Settings, instance: dg.DagsterInstance, definitions: dg.Definitions, arrival: Arrival
) -> Found:
    """Record the versions of the raw files in the instance, and find what is stale now.

    Raises:
        RawFileError: a raw file is missing, or cannot be used as a whole.
        StoreUnavailableError: S3 does not answer.
    """
    report_versions(instance, settings.raw, arrival.known, arrival.snapshot)
    report_external_versions(instance, settings, arrival.snapshot)
    report_meter_reading(instance, settings, arrival.known)
    store = open_store(settings.store)
    months = stale_months(instance, definitions, store, TABLES, arrival.touched)
    unready = {month: _files_without_rows(instance, month) for month in months}
    needed = trailing_year_keys(date.fromisoformat(arrival.snapshot))
    return Found(
        months=months,
        unready={month: files for month, files in unready.items() if files},
        snapshot=bool(set(months) & set(needed))
        or bool(stale_assets(instance, definitions, store, TABLES, arrival.job, arrival.snapshot)),
    )


def _files_without_rows(instance: dg.DagsterInstance, month: str) -> list[str]:
    """Return the monthly files that were just seen to have no row of a month."""
    found = []
    for file in (file for file in RAW_FILES if file.cadence == "month"):
        seen = instance.fetch_observations(
            dg.AssetRecordsFilter(asset_key=raw_key(file), asset_partitions=[month]), limit=1
        ).records
        event = seen[0].asset_observation if seen else None
        if event is None or event.tags.get("dagster/data_version") == NO_ROWS:
            found.append(file.name)
    return found


@dg.op(required_resource_keys={"settings"})
def arrived(context: dg.OpExecutionContext, config: Arrival) -> None:
    """Note what a batch brought."""
    from spanishgas_assets.definitions import build_definitions  # they hold this very job

    settings = context.resources.settings
    with failing_in_words():
        found = note_arrival(settings, context.instance, build_definitions(settings), config)
        write_found(open_store(settings.store), config.batch, found)
    context.log.info(
        f"Batch {config.batch}: {len(found.months)} months are to be ingested"
        f"{', the snapshot made' if found.snapshot else ''}"
    )


@dg.job(
    name="note_arrivals",
    description="Raw content that arrived: recorded in the raw assets, and what it makes stale.",
    tags=SIZES["note_arrivals"].tags,
)
def note_arrivals() -> None:
    """Note what a batch brought."""
    arrived()
