"""The names of Dagster that are not part of its public interface, in one place.

Whoever upgrades Dagster looks here; nothing else in the package imports a private module of it.
"""

# Staleness, checks and jobs of a selection, which ``dg`` offers no way to ask for.
from dagster._core.definitions.assets.graph.base_asset_graph import BaseAssetGraph
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus

# What the daemon and the schedules last did, as the heartbeat sees it.
from dagster._core.definitions.freshness import FreshnessState
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

# Checks of one partition, which the public query cannot select, and what became of them.
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.loader import LoadingContext
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    ScheduleInstigatorData,
    TickStatus,
)
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

# A laptop's fast event store, and the pruning of events.
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

# The tags by which a run says what it is for and whether it is tried again.
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    AUTO_RETRY_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    WILL_RETRY_TAG,
)
from dagster._core.utils import make_new_run_id
from dagster._utils.schedules import cron_string_iterator
from dagster_shared.error import SerializableErrorInfo

__all__ = [
    "ASSET_PARTITION_RANGE_END_TAG",
    "ASSET_PARTITION_RANGE_START_TAG",
    "AUTO_RETRY_RUN_ID_TAG",
    "PARTITION_NAME_TAG",
    "WILL_RETRY_TAG",
    "AssetCheckExecutionRecord",
    "AssetCheckExecutionRecordStatus",
    "AssetCheckExecutionsTable",
    "BaseAssetGraph",
    "CachingStaleStatusResolver",
    "ConsolidatedSqliteEventLogStorage",
    "FreshnessState",
    "InstigatorState",
    "InstigatorStatus",
    "InstigatorType",
    "LoadingContext",
    "PartitionKeyFilter",
    "ScheduleInstigatorData",
    "SerializableErrorInfo",
    "SqlEventLogStorage",
    "SqlEventLogStorageTable",
    "StaleStatus",
    "TickStatus",
    "UnresolvedAssetJobDefinition",
    "cron_string_iterator",
    "make_new_run_id",
]
