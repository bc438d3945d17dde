"""The job that registers an arrival: records the raw versions and finds what they make stale.

It may read a year of readings to find the months that changed, which would take a sensor too long.
What is stale is Dagster's own answer, as in ``spanishgas run`` and the UI: a file with the same
content makes nothing stale, a corrected file exactly what its changed rows feed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import dagster as dg

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.operations.arrivals.arrival_state import ArrivalImpact, write_impact
from spanishgas_assets.operations.external_versions import (
    report_external_versions,
    report_reading_settings,
)
from spanishgas_assets.operations.sizes import SIZES
from spanishgas_assets.operations.staleness import stale_assets, stale_months
from spanishgas_assets.raw.assets import raw_key, report_versions
from spanishgas_assets.raw.files import RAW_FILES
from spanishgas_assets.raw.versions import NO_ROWS
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import open_store


class Arrival(dg.Config):
    """A batch to register.

    ``known`` are the months whose readings exist, ``touched`` those that the batch may have
    changed.
    """

    batch: str
    snapshot: str
    job: str
    known: list[str]
    touched: list[str]


def register_arrival(
    settings: Settings, instance: dg.DagsterInstance, definitions: dg.Definitions, arrival: Arrival
) -> ArrivalImpact:
    """Record the versions of the raw files in the instance, and return what is stale now.

    Raises:
        RawFileError: a raw file is missing, or cannot be used as a whole.
        StoreUnavailableError: S3 does not answer.
    """
    report_versions(instance, settings, arrival.known, arrival.snapshot)
    report_external_versions(instance, settings, arrival.snapshot)
    report_reading_settings(instance, settings, arrival.known)
    store = open_store(settings.store)
    months = stale_months(instance, definitions, store, TABLES, arrival.touched)
    unready = {month: _files_without_rows(instance, month) for month in months}
    needed = trailing_year_keys(date.fromisoformat(arrival.snapshot))
    return ArrivalImpact(
        months=months,
        unready={month: files for month, files in unready.items() if files},
        snapshot=bool(set(months) & set(needed))
        or bool(stale_assets(instance, definitions, store, TABLES, arrival.job, arrival.snapshot)),
    )


def _files_without_rows(instance: dg.DagsterInstance, month: str) -> list[str]:
    """Return the monthly files whose latest version has no row of a month."""
    empty = []
    for file in (file for file in RAW_FILES if file.cadence == "month"):
        seen = instance.fetch_observations(
            dg.AssetRecordsFilter(asset_key=raw_key(file), asset_partitions=[month]), limit=1
        ).records
        event = seen[0].asset_observation if seen else None
        if event is None or event.tags.get("dagster/data_version") == NO_ROWS:
            empty.append(file.name)
    return empty


@dataclass(frozen=True)
class CodeLocation:
    """The definitions that the job is part of, which ask for it while they are being assembled."""

    definitions: Callable[[], dg.Definitions]


@dg.op
def register_batch(
    context: dg.OpExecutionContext,
    settings: dg.ResourceParam[Settings],
    code_location: dg.ResourceParam[CodeLocation],
    config: Arrival,
) -> None:
    """Register one batch."""
    with user_errors_as_failures():
        impact = register_arrival(settings, context.instance, code_location.definitions(), config)
        write_impact(open_store(settings.store), config.batch, impact)
    context.log.info(
        f"Batch {config.batch}: {len(impact.months)} months to ingest"
        f"{', snapshot to materialize' if impact.snapshot else ''}"
    )


@dg.job(
    name="register_arrivals",
    description="Records the versions of arrived raw files, and finds what they make stale.",
    tags=SIZES["register_arrivals"].tags,
)
def register_arrivals() -> None:
    """Register one batch."""
    register_batch()
