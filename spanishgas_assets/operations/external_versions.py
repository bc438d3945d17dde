"""Records the versions of optional files, settings, word lists, policy and the registry.

As observations: Dagster's staleness considers nothing else of an external asset.
"""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from spanishgas_assets.churn.experiments.catalogue import training_version
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS, registry_version
from spanishgas_assets.churn.gate.rules import GateLimits
from spanishgas_assets.config_assets import (
    CONTACT_RULES,
    GATE_SETTINGS,
    LABEL_SETTINGS,
    MARGIN_SETTINGS,
    OFFERS,
    OWNER_SETTINGS,
    READING_SETTINGS,
    REASON_TEXTS,
    RETENTION_POLICY,
    TEXT_SETTINGS,
    TRAINING_SETTINGS,
)
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, OPTIONAL_FILES
from spanishgas_assets.raw.optional import find_optional_drop
from spanishgas_assets.retention.config import retention_config
from spanishgas_assets.retention.recorded_outcomes import OutcomeJournal, outcomes_version
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.owner import OWNER_COLUMNS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text.reading_version import reading_version

#: Version of an optional file that no drop has.
ABSENT = "absent"

_VERSION = "dagster/data_version"


def report_external_versions(
    instance: dg.DagsterInstance, settings: Settings, snapshot: str
) -> None:
    """Record the versions of all external assets as of a snapshot, where they are new.

    Raises:
        SettingsError: the policy's folder does not exist.
        StoreError: an entry of the registry, or a recorded outcome, is damaged.
    """
    store, day = open_store(settings.store), date.fromisoformat(snapshot)
    for file in (file.declared(settings.date_orders) for file in OPTIONAL_FILES):
        found = find_optional_drop(settings.raw, file, day, cache=settings.raw_cache)
        version = file.version_of(found.version()) if found else ABSENT
        if file.name == CAMPAIGN_OUTCOMES.name:
            version = outcomes_version(version, OutcomeJournal(store).before(day))
        _report(instance, raw_key(file), snapshot, version, found.url if found else "")
    for config, version in config_versions(settings).items():
        _report(instance, config, snapshot, version)
    report_registry(instance, Registry(store), [snapshot])


def config_versions(settings: Settings) -> dict[dg.AssetKey, str]:
    """Return the version of every config asset of a snapshot: of settings, rules and word lists.

    Raises:
        SettingsError: the policy's folder does not exist.
    """
    files = (
        (RETENTION_POLICY, retention_config.POLICY),
        (OFFERS, retention_config.OFFERS),
        (CONTACT_RULES, retention_config.CONTACT_RULES),
        (REASON_TEXTS, retention_config.REASONS.name),
    )
    return {
        TEXT_SETTINGS.key: reading_version(settings),
        OWNER_SETTINGS.key: ", ".join(settings.owner_columns or OWNER_COLUMNS),
        MARGIN_SETTINGS.key: settings.gas_margin.value,
        LABEL_SETTINGS.key: f"{settings.label_date}, {settings.label_horizon_days} days",
        TRAINING_SETTINGS.key: training_version(settings),
        GATE_SETTINGS.key: f"{GateLimits.of(settings)}, approval {settings.human_approval}",
        **{
            config.key: retention_config.file_version(name, settings.retention)
            for config, name in files
        },
    }


def reading_settings_version(settings: Settings) -> str:
    """Return the version of the settings with which readings are parsed."""
    labels = f"{settings.clock.value} clock, {settings.hour_labels.value} labels"
    return f"{labels}, {settings.gas_kwh_per_m3} kWh/m3"


def report_registry(
    instance: dg.DagsterInstance, registry: Registry, snapshots: Sequence[str]
) -> list[str]:
    """Record what the registry says about snapshots; return those about which it is new.

    Raises:
        StoreError: an entry of the registry is damaged.
    """
    history = registry.history()
    return [
        day
        for day in snapshots
        if _report(instance, REGISTRY_EVENTS.key, day, registry_version(history, day))
    ]


def report_reading_settings(
    instance: dg.DagsterInstance, settings: Settings, months: Sequence[str]
) -> None:
    """Record the settings with which the readings of months are parsed, if new."""
    version = reading_settings_version(settings)
    for month in months:
        _report(instance, READING_SETTINGS.key, month, version)


def _report(
    instance: dg.DagsterInstance, key: dg.AssetKey, partition: str, version: str, path: str = ""
) -> bool:
    """Record a version unless it is the last one known; say whether it was new."""
    known = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=key, asset_partitions=[partition]), limit=1
    ).records
    event = known[0].asset_observation if known else None
    new = event is None or event.tags.get(_VERSION) != version
    if new:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                key,
                partition=partition,
                tags={_VERSION: version},
                metadata={"dagster/uri": path} if path else {},
            )
        )
    return new
