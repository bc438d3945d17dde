"""The bronze layer alone on a small raw folder: what a run of months or customers leaves."""

from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import polars as pl

from spanishgas_assets.bronze import assets as bronze
from spanishgas_assets.bronze import tables
from spanishgas_assets.config_assets import READING_SETTINGS
from spanishgas_assets.operations.external_versions import report_reading_settings
from spanishgas_assets.operations.staleness import stale_months
from spanishgas_assets.raw.assets import RAW_ASSETS, report_versions
from spanishgas_assets.settings import Clock, HourLabels, Settings
from spanishgas_assets.storage.parquet_io_manager import ParquetIOManager
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import current_version
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.quarantine import kept
from spanishgas_assets_tests.raw.drops import CSV_ROWS, csv_text, notes, notes_text, readings, write
from spanishgas_assets_tests.stored import rows_of

MONTHS = ["2024-01-01", "2024-02-01", "2024-03-01"]
SNAPSHOT = "2025-01-06"
MONTHLY = (tables.CONSUMPTION_MONTH, tables.PRICE_MONTH, tables.COST_MONTH, tables.CUSTOMER_MONTH)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def write_raw(folder: Path) -> Path:
    """All seven files; readings, prices and costs of three months."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("churn_label", "customer_attributes", "customer_contracts"):
        write(folder, name, csv_text(name))
    for name in ("price_history", "costs_by_province_month"):
        write(folder, name, csv_text(name, monthly_rows(name)))
    write(folder, "customer_interactions", notes_text(list(notes())))
    readings(days=91, customers=12).write_parquet(folder / "consumption_hourly_2024.parquet")
    return folder


def monthly_rows(name: str) -> list[str]:
    return [row.replace("2024-01", month[:7]) for month in MONTHS for row in CSV_ROWS[name]]


@dataclass
class Bronze:
    raw: Path
    store: Path
    instance: dg.DagsterInstance
    clock: Clock = Clock.GRID
    hour_labels: HourLabels = HourLabels.BEGINNING
    gas_kwh_per_m3: float = 11.0
    raw_cache: str = ""
    set_aside_limits: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            raw=str(self.raw),
            raw_cache=self.raw_cache,
            store=str(self.store),
            clock=self.clock,
            hour_labels=self.hour_labels,
            gas_kwh_per_m3=self.gas_kwh_per_m3,
            set_aside_limits=self.set_aside_limits,
        )

    def definitions(self) -> dg.Definitions:
        monthly = [dg.AssetKey([table.layer, table.name]) for table in MONTHLY]
        return dg.Definitions(
            assets=[
                *RAW_ASSETS,
                READING_SETTINGS,
                *dg.load_assets_from_modules([bronze]),
            ],
            jobs=[
                dg.define_asset_job("months", selection=dg.AssetSelection.assets(*monthly)),
                dg.define_asset_job(
                    "customers", selection=dg.AssetSelection.assets(bronze.bronze_customer)
                ),
                dg.define_asset_job(
                    "notes", selection=dg.AssetSelection.assets(bronze.bronze_interactions)
                ),
            ],
            resources={
                "settings": self.settings,
                "io_manager": ParquetIOManager(root=str(self.store)),
            },
            executor=dg.in_process_executor,
        )

    def stale(self) -> list[str]:
        """The months that a run would make, after a look at the raw folder."""
        report_versions(self.instance, self.settings, MONTHS, SNAPSHOT)
        report_reading_settings(self.instance, self.settings, MONTHS)
        store = open_store(str(self.store))
        return stale_months(self.instance, self.definitions(), store, MONTHLY, MONTHS)

    def run_months(self, first: str = MONTHS[0], last: str = MONTHS[-1]) -> bool:
        tags = {
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        }
        return self._run("months", tags=tags)

    def run_customers(self) -> bool:
        return self._run("customers", partition_key=SNAPSHOT)

    def run_notes(self) -> bool:
        return self._run("notes", partition_key=SNAPSHOT)

    def table(self, table: Table, partition: str) -> pl.DataFrame:
        return rows_of(self.store, f"{table.title}/{partition}")

    def has(self, table: Table, partition: str) -> bool:
        opened = open_store(str(self.store))
        return current_version(opened, f"{table.title}/{partition}") is not None

    def quarantine(self) -> pl.DataFrame:
        return kept(open_store(str(self.store)))

    def _run(self, job: str, **arguments) -> bool:
        result = (
            self.definitions()
            .resolve_job_def(job)
            .execute_in_process(
                instance=self.instance, run_config=QUIET, raise_on_error=False, **arguments
            )
        )
        self.warnings = [
            f"{check.asset_key.to_user_string()}: {check.description}"
            for check in result.get_asset_check_evaluations()
            if not check.passed
        ]
        self.failures = [
            event.step_failure_data.user_failure_data.description
            if event.step_failure_data.user_failure_data
            else event.step_failure_data.error.to_string()
            for event in result.get_step_failure_events()
        ]
        return result.success
