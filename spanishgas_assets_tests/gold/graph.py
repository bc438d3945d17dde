"""Bronze, silver and gold of a snapshot made by the graph itself, from raw files to a store."""

from pathlib import Path

import dagster as dg

from spanishgas_assets.bronze import assets as bronze
from spanishgas_assets.gold import assets as gold
from spanishgas_assets.raw.assets import RAW_ASSETS
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver import assets as silver
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.parquet_io_manager import ParquetIOManager
from spanishgas_assets_tests.builders import AS_OF

_MONTHLY = ("consumption_month", "price_month", "cost_month", "customer_month")
_SNAPSHOT = [["bronze", "customer"], ["bronze", "interactions"]]


def make_months(raw: Path, store: Path) -> None:
    """Make the twelve months before the snapshot."""
    first, *_, last = trailing_year_keys(AS_OF)
    _materialize(
        raw,
        store,
        dg.AssetSelection.assets(*(["bronze", name] for name in _MONTHLY)),
        tags={
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        },
    )


def make_snapshot(raw: Path, store: Path, instance=None, **settings):
    """Make the snapshot's bronze, silver and gold; months must be there. Returns the result."""
    chosen = dg.AssetSelection.assets(*_SNAPSHOT) | dg.AssetSelection.groups("silver", "gold")
    return _materialize(
        raw,
        store,
        chosen,
        instance=instance,
        raise_on_error=False,
        partition_key=AS_OF.isoformat(),
        **settings,
    )


def _materialize(raw, store, selection, *, instance=None, tags=None, **options):
    execution = {name: options.pop(name) for name in ("partition_key",) if name in options}
    raising = options.pop("raise_on_error", True)
    settings = Settings(raw=str(raw), store=str(store), **options)
    assets = dg.load_assets_from_modules([bronze, silver, gold])
    with instance or dg.DagsterInstance.ephemeral() as used:
        return dg.materialize(
            [*RAW_ASSETS, *assets],
            selection=selection,
            instance=used,
            tags=tags,
            raise_on_error=raising,
            resources={
                "settings": settings,
                "io_manager": ParquetIOManager(root=settings.store),
            },
            **execution,
        )
