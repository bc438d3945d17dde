"""What Dagster loads: everything assembled, nothing defined here."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from spanishgas_assets.bronze import assets as bronze
from spanishgas_assets.bronze import tables as bronze_tables
from spanishgas_assets.churn import assets as churn
from spanishgas_assets.churn.model_store import BoosterStore
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.gold import assets as gold
from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS
from spanishgas_assets.monitoring import assets as monitoring
from spanishgas_assets.monitoring.tables import DRIFT_REPORT, PERFORMANCE_ESTIMATE
from spanishgas_assets.operations.jobs import JOBS
from spanishgas_assets.publication import assets as publication
from spanishgas_assets.raw.assets import RAW_ASSETS
from spanishgas_assets.retention import assets as retention
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver import assets as silver
from spanishgas_assets.silver import tables as silver_tables
from spanishgas_assets.storage.lake import ParquetLake
from spanishgas_assets.table_checks import soft_checks

#: Every table of the platform, in the order of the graph.
TABLES = (
    bronze_tables.CONSUMPTION_MONTH,
    bronze_tables.PRICE_MONTH,
    bronze_tables.COST_MONTH,
    bronze_tables.CUSTOMER_MONTH,
    bronze_tables.CUSTOMER,
    bronze_tables.INTERACTIONS,
    silver_tables.CUSTOMER,
    silver_tables.CUSTOMER_MONTH,
    *TIERS.values(),
    GOLD_MASTER,
    TRAINING_SET,
    SCORED_CUSTOMERS,
    RECOMMENDATIONS,
    DRIFT_REPORT,
    PERFORMANCE_ESTIMATE,
)


def build_definitions(
    settings: Settings | None = None, resources: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Assemble the graph for some settings; ``resources`` replace those made from them.

    Args:
        settings: None reads them from the environment.
        resources: by key, e.g. an IO manager of a test.
    """
    settings = settings or Settings.from_environment()
    return dg.Definitions(
        assets=[
            *RAW_ASSETS,
            *dg.load_assets_from_modules(
                [bronze, silver, gold, churn, retention, monitoring, publication]
            ),
        ],
        asset_checks=[soft_checks(table) for table in TABLES],
        jobs=JOBS,
        resources={
            "settings": settings,
            "io_manager": ParquetLake(root=settings.store),
            "model_store": BoosterStore(root=settings.store),
            **(resources or {}),
        },
        executor=dg.in_process_executor,
    )


defs = build_definitions()
