"""Whether what an asset's partition is in the store is there and undamaged."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from spanishgas_assets.churn.assets import CHAMPION, CHURN_MODEL
from spanishgas_assets.churn.gate.succession import lacks_verdict
from spanishgas_assets.churn.model import model_store
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.monitoring.references import is_reference_sound
from spanishgas_assets.monitoring.report_files import report_place
from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.publication.assets import MANIFEST
from spanishgas_assets.retention.call_list import call_list_place
from spanishgas_assets.retention.management_page import management_place
from spanishgas_assets.storage import file_versions, publication_log, table_versions
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import table_key
from spanishgas_assets.tables import quarantine
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.quarantine import UNDATED

_FILES = {
    dg.AssetKey(["monitoring", "report"]): report_place,
    dg.AssetKey(["retention", "call_list"]): call_list_place,
    dg.AssetKey(["retention", "management_page"]): management_place,
}


def is_intact(
    store: Store, tables: Mapping[dg.AssetKey, Table], asset: dg.AssetKey, partition: str
) -> bool:
    """Say whether a partition of an asset is whole in the store, with the rows set aside from it.

    Args:
        store: where to look; every object is held against its digest.
        tables: the tables among the assets.
        asset: a table, a model, a report or the publication.
        partition: month or snapshot.
    """
    if asset in tables:
        table = tables[asset]
        set_aside = (partition, *((UNDATED,) if table.cadence == "month" else ()))
        return (
            table_versions.is_intact(store, table_key(table.layer, table.name, partition))
            and all(quarantine.is_intact(store, table.layer, table.name, one) for one in set_aside)
            and (table.title != DRIFT_REPORT.title or _has_sound_reference(store, partition))
        )
    if asset in _FILES:
        return file_versions.are_intact(store, _FILES[asset](partition))
    if asset in (CHURN_MODEL, CHAMPION):
        whole = model_store.is_intact(store, asset.path[-1], partition)
        return whole and not (asset == CHAMPION and _lacks_verdict(store, partition))
    if asset == MANIFEST:
        return publication_log.is_published(store, partition)
    raise ValueError(f"{asset.to_user_string()} is no asset of a snapshot")


def _has_sound_reference(store: Store, snapshot: str) -> bool:
    """Say whether the training data that a snapshot's drift is measured against are undamaged."""
    serving = _pointed(store, CHAMPION, snapshot)
    return serving is None or is_reference_sound(store, serving)


def _lacks_verdict(store: Store, snapshot: str) -> bool:
    """Say whether the gate's decision about a snapshot's candidate is missing or damaged."""
    candidate = _pointed(store, CHURN_MODEL, snapshot)
    return candidate is not None and lacks_verdict(store, date.fromisoformat(snapshot), candidate)


def _pointed(store: Store, asset: dg.AssetKey, snapshot: str) -> str | None:
    """Return the model that a snapshot points to; none where the pointer itself is damaged."""
    try:
        return model_store.pointed_version(store, asset.path[-1], snapshot)
    except StoreUnavailableError:
        raise
    except StoreError:
        return None  # it is made again for that
