"""The checks of decisions: every guardrail over the stored table, and who changed tier.

A broken guardrail fails the run before the snapshot is published; many moves of tier only warn.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.decision.guardrails import (
    GUARDRAILS,
    guardrail_findings,
    tier_migration,
)
from spanishgas_assets.retention.tables import (
    CONTACT_PERMISSIONS,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import failing_in_words
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.snapshot_before import table_before
from spanishgas_assets.tables.table_asset import of_table
from spanishgas_assets.tables.table_checks import acknowledgements, evaluations


def _key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.layer, table.name])


_SPECS = [
    dg.AssetCheckSpec(
        name,
        asset=_key(RECOMMENDATIONS),
        description=description,
        blocking=True,
        additional_deps=[_key(SCORED_CUSTOMERS), _key(CONTACT_PERMISSIONS)],
        partitions_def=SNAPSHOTS,
    )
    for name, description in GUARDRAILS.items()
]
_MIGRATION = dg.AssetCheckSpec(
    "tier_migration",
    asset=_key(SCORED_CUSTOMERS),
    description="Few customers changed tier since the previous snapshot.",
    partitions_def=SNAPSHOTS,
)


@dg.multi_asset_check(
    name="retention_guardrails",
    specs=_SPECS,
    ins={
        "recommended": of_table(RECOMMENDATIONS),
        "scored": of_table(SCORED_CUSTOMERS),
        "permitted": of_table(CONTACT_PERMISSIONS),
    },
)
@failing_in_words
def guardrails(
    context: dg.AssetCheckExecutionContext,
    settings: dg.ResourceParam[Settings],
    recommended: pl.LazyFrame,
    scored: pl.LazyFrame,
    permitted: pl.LazyFrame,
) -> Iterator[Any]:
    """Judge the stored recommendations against every guardrail."""
    operation = context.op_execution_context
    found = guardrail_findings(
        recommended.collect(),
        scored.collect(),
        permitted.collect(),
        load_rules(settings.retention),
    )
    yield from evaluations(RECOMMENDATIONS, operation.partition_key, found)
    yield from acknowledgements(_SPECS)


@dg.multi_asset_check(
    name="retention_tier_migration",
    specs=[_MIGRATION],
    ins={"scored": of_table(SCORED_CUSTOMERS)},
)
@failing_in_words
def migration(
    context: dg.AssetCheckExecutionContext,
    settings: dg.ResourceParam[Settings],
    scored: pl.LazyFrame,
) -> Iterator[Any]:
    """Compare tiers with the snapshot before."""
    operation = context.op_execution_context
    before = table_before(open_store(settings.store), SCORED_CUSTOMERS, operation.partition_key)
    found = tier_migration(scored.collect(), before)
    shown = {
        key: dg.MetadataValue.md(value) if key == "matrix" else value
        for key, value in found.metadata.items()
    }
    found = type(found)(found.name, found.passed, found.description, shown)
    yield from evaluations(
        SCORED_CUSTOMERS, operation.partition_key, [found], dg.AssetCheckSeverity.WARN
    )
    yield from acknowledgements([_MIGRATION])


CHECKS = [guardrails, migration]
