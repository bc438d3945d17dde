"""What Dagster loads: everything assembled, nothing defined here."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from spanishgas_assets.bronze import assets as bronze
from spanishgas_assets.bronze.note_checks import text_checks
from spanishgas_assets.catalog import TABLES
from spanishgas_assets.churn import assets as churn
from spanishgas_assets.churn.experiments import assets as experiments
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS
from spanishgas_assets.churn.model.model_store import BoosterStore
from spanishgas_assets.config_assets import CONFIG_ASSETS
from spanishgas_assets.gold import assets as gold
from spanishgas_assets.gold import checks as gold_checks
from spanishgas_assets.monitoring import assets as monitoring
from spanishgas_assets.monitoring import checks as monitoring_checks
from spanishgas_assets.operations.alerts.sensors import WATCHING
from spanishgas_assets.operations.arrivals.register_arrivals import CodeLocation
from spanishgas_assets.operations.arrivals.sensor import raw_arrivals
from spanishgas_assets.operations.jobs import JOBS
from spanishgas_assets.operations.runs.stop_hook import begun_run
from spanishgas_assets.operations.schedule import schedules
from spanishgas_assets.publication import assets as publication
from spanishgas_assets.raw.assets import RAW_ASSETS
from spanishgas_assets.raw.files import refuse_unknown_columns
from spanishgas_assets.retention import assets as retention
from spanishgas_assets.retention import checks as retention_checks
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver import assets as silver
from spanishgas_assets.storage.parquet_io_manager import ParquetIOManager
from spanishgas_assets.tables.code_references import PACKAGE
from spanishgas_assets.tables.set_aside_limit import refuse_unknown_tables


def build_definitions(
    settings: Settings | None = None, resources: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Assemble the graph for some settings; ``resources`` replace those made from them.

    Args:
        settings: None reads them from the environment.
        resources: by key, e.g. an IO manager of a test.
    """
    settings = settings or Settings.from_environment()
    refuse_unknown_columns(settings.date_orders)
    refuse_unknown_tables(settings.set_aside_limits, [table.title for table in TABLES])
    assets = dg.load_assets_from_modules(
        [bronze, silver, gold, churn, experiments, retention, monitoring, publication]
    )
    checks = [
        *monitoring_checks.CHECKS,
        *retention_checks.CHECKS,
        gold_checks.distributions,
        text_checks,
    ]
    definitions = dg.Definitions(
        assets=[
            *RAW_ASSETS,
            REGISTRY_EVENTS,
            *CONFIG_ASSETS,
            *_linked([*assets, monitoring.check_summary_of([*assets, *checks])], settings),
        ],
        asset_checks=checks,
        jobs=JOBS,
        schedules=schedules(settings),
        sensors=[*WATCHING, raw_arrivals(settings)],
        resources={
            "settings": settings,
            "begun_run": begun_run,
            "io_manager": ParquetIOManager(root=settings.store),
            "model_store": BoosterStore(root=settings.store),
            "code_location": CodeLocation(lambda: definitions),
            **(resources or {}),
        },
        executor=dg.in_process_executor,
    )
    return definitions


def _linked(assets: Sequence[Any], settings: Settings) -> Sequence[Any]:
    """Lead the links to the source into the repository, where one is named."""
    if not settings.code_url:
        return assets
    return dg.link_code_references_to_git(
        assets,
        git_url=settings.code_url,
        git_branch=settings.code_branch,
        file_path_mapping=dg.AnchorBasedFilePathMapping(
            local_file_anchor=PACKAGE, file_anchor_path_in_repository=PACKAGE.name
        ),
    )


defs = build_definitions()
