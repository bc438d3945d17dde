"""What every table asset does: judge, then store; report versions, rows and what was set aside."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.partitions import trailing_year
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.parquet_io_manager import ParquetIOManager
from spanishgas_assets.storage.row_digest import row_digest
from spanishgas_assets.tables.contracts import Contract, Table, column
from spanishgas_assets.tables.quarantine import set_aside
from spanishgas_assets.tables.table_asset import BuiltMonths, table_asset, year_of_table
from spanishgas_assets_tests.stored import rows_of

YEAR = ("2024-01-01", "2024-12-01")
SNAPSHOT = "2025-01-06"


class Monthly(Contract):
    """Energy of a month."""

    meter: str = column("Meter.")
    month: date = column("Month.")
    energy_kwh: float = column("Energy.", unit="kWh", ge=0)


class Yearly(Contract):
    """Energy of the year."""

    meter: str = column("Meter.")
    energy_kwh: float = column("Energy.", unit="kWh")


MONTHLY = Table("bronze", "monthly", Monthly, ("meter", "month"), "month")
YEARLY = Table("silver", "yearly", Yearly, ("meter",), "snapshot", (MONTHLY,))

Rows = Callable[[Sequence[str]], pl.DataFrame]


def plain(keys: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "meter": ["A"] * len(keys),
            "month": [date.fromisoformat(key) for key in keys],
            "energy_kwh": [float(key[5:7]) for key in keys],
        }
    )


class Platform:
    """Two tables over one instance and one store, whose source a test can change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.instance = dg.DagsterInstance.ephemeral()
        self.rows: Rows = plain
        self.built: Callable[[pl.DataFrame, Sequence[str]], Any] = lambda rows, _keys: rows

        @table_asset(MONTHLY)
        def monthly(context: dg.AssetExecutionContext) -> BuiltMonths:
            """Made by the test."""
            keys = list(context.partition_keys)
            return self.built(self.rows(keys), keys)

        @table_asset(YEARLY, ins={"months": year_of_table(MONTHLY)})
        def yearly(context: dg.AssetExecutionContext, months: pl.LazyFrame) -> pl.LazyFrame:
            """Sum of the window."""
            window = trailing_year(months, date.fromisoformat(context.partition_key))
            return window.group_by("meter").agg(pl.col("energy_kwh").sum())

        self.definitions = dg.Definitions(
            assets=[monthly, yearly],
            jobs=[
                dg.define_asset_job("months", selection=dg.AssetSelection.groups("bronze")),
                dg.define_asset_job("snapshot", selection=dg.AssetSelection.groups("silver")),
            ],
            resources={
                "io_manager": ParquetIOManager(root=str(folder)),
                "settings": Settings(store=str(folder)),
            },
            executor=dg.in_process_executor,
        )

    def run(self, job: str, **what: Any) -> dg.ExecuteInProcessResult:
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance, raise_on_error=False, **what
        )

    def run_months(self, first: str, last: str) -> dg.ExecuteInProcessResult:
        return self.run(
            "months",
            tags={
                "dagster/asset_partition_range_start": first,
                "dagster/asset_partition_range_end": last,
            },
        )

    def latest(self, table: Table, partition: str) -> dg.AssetMaterialization:
        found = self.instance.fetch_materializations(
            dg.AssetRecordsFilter(
                asset_key=dg.AssetKey([table.layer, table.name]), asset_partitions=[partition]
            ),
            limit=1,
        ).records[0]
        assert found.asset_materialization
        return found.asset_materialization

    def version(self, partition: str) -> str:
        return (self.latest(MONTHLY, partition).tags or {})["dagster/data_version"]


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def words(result: dg.ExecuteInProcessResult) -> str:
    (failure,) = result.get_step_failure_events()
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    return data.description or ""


def test_a_range_of_months_is_one_run_with_one_file_and_one_row_count_each(
    platform: Platform,
) -> None:
    assert platform.run_months(*YEAR).success
    files = sorted(path.name for path in (platform.folder / "bronze/monthly").iterdir())
    assert len(files) == 12
    march = platform.latest(MONTHLY, "2024-03-01")
    assert march.metadata["dagster/partition_row_count"].value == 1
    assert rows_of(platform.folder, "bronze/monthly/2024-03-01").rows() == [
        ("A", date(2024, 3, 1), 3.0)
    ]


def test_every_check_of_a_range_is_recorded_for_every_month(platform: Platform) -> None:
    result = platform.run_months(*YEAR)
    seen = {(e.check_name, e.partition) for e in result.get_asset_check_evaluations()}
    hard = {"contract", "keys_unique", "rows_reconciled", "set_aside_limit"}
    names = hard | {"null_limits", "row_count_band"}
    assert seen == {(name, f"2024-{month:02d}-01") for name in names for month in range(1, 13)}


def test_a_month_has_the_same_version_alone_and_in_a_range(platform: Platform) -> None:
    platform.run_months(*YEAR)
    in_range = platform.version("2024-03-01")
    platform.run("months", partition_key="2024-03-01")
    assert platform.version("2024-03-01") == in_range
    assert platform.version("2024-04-01") != in_range


def test_a_snapshot_reads_its_twelve_months(platform: Platform) -> None:
    platform.run_months(*YEAR)
    assert platform.run("snapshot", partition_key=SNAPSHOT).success
    stored = rows_of(platform.folder, f"silver/yearly/{SNAPSHOT}")
    assert stored.rows() == [("A", 78.0)]


def test_a_run_reports_where_its_columns_come_from(platform: Platform) -> None:
    platform.run_months(*YEAR)
    platform.run("snapshot", partition_key=SNAPSHOT)
    lineage = platform.latest(YEARLY, SNAPSHOT).metadata["dagster/column_lineage"].value
    assert lineage.deps_by_column["energy_kwh"] == [
        dg.TableColumnDep(dg.AssetKey(["bronze", "monthly"]), "energy_kwh")
    ]
    assert "dagster/column_lineage" not in platform.latest(MONTHLY, YEAR[0]).metadata


def test_a_snapshot_whose_months_are_missing_says_which(platform: Platform) -> None:
    platform.run("months", partition_key="2024-03-01")
    result = platform.run("snapshot", partition_key=SNAPSHOT)
    assert not result.success
    assert "11 of 12 partitions are not in the store" in words(result)
    assert "2024-01-01" in words(result)


def test_what_breaks_the_contract_is_not_stored_and_the_old_stays(platform: Platform) -> None:
    platform.run("months", partition_key="2024-03-01")
    platform.rows = lambda keys: plain(keys).with_columns(energy_kwh=pl.lit(-1.0))
    result = platform.run("months", partition_key="2024-03-01")
    assert not result.success
    assert "bronze/monthly is not stored: 2024-03-01: contract" in words(result)
    failed = [e.check_name for e in result.get_asset_check_evaluations() if not e.passed]
    assert failed == ["contract"]
    kept = rows_of(platform.folder, "bronze/monthly/2024-03-01")
    assert kept["energy_kwh"].to_list() == [3.0]


def test_a_bad_month_of_a_range_is_named_and_none_is_stored(platform: Platform) -> None:
    platform.rows = lambda keys: plain(keys).with_columns(
        energy_kwh=pl.when(pl.col("month") == date(2024, 5, 1)).then(-1.0).otherwise(1.0)
    )
    result = platform.run_months(*YEAR)
    failed = [
        (e.check_name, e.partition) for e in result.get_asset_check_evaluations() if not e.passed
    ]
    assert failed == [("contract", "2024-05-01")]
    assert not (platform.folder / "bronze").exists()


def test_repeated_keys_are_refused(platform: Platform) -> None:
    platform.rows = lambda keys: pl.concat([plain(keys), plain(keys)])
    result = platform.run("months", partition_key="2024-03-01")
    assert "keys_unique: 2 rows share a key" in words(result)


def test_rows_that_vanish_are_refused(platform: Platform) -> None:
    platform.built = lambda rows, keys: BuiltMonths(rows, rows_in=dict.fromkeys(keys, 3))
    result = platform.run("months", partition_key="2024-03-01")
    assert "rows_reconciled: 3 in = 1 out + 0 set aside; 2 unexplained" in words(result)


def test_rows_set_aside_are_kept_until_they_are_gone(platform: Platform) -> None:
    aside = set_aside(pl.DataFrame({"row": [7], "meter": [None]}), "no meter")
    platform.built = lambda rows, keys: BuiltMonths(
        rows, rows_in=dict.fromkeys(keys, 2), set_aside=dict.fromkeys(keys, aside)
    )
    assert platform.run("months", partition_key="2024-03-01").success
    kept = "quarantine/bronze_monthly/2024-03-01"
    assert rows_of(platform.folder, kept).rows() == [(None, 7, "no meter", '{"meter":null}')]
    platform.built = lambda rows, _keys: rows
    assert platform.run("months", partition_key="2024-03-01").success
    assert rows_of(platform.folder, kept).is_empty()


def test_a_users_mistake_fails_in_words_without_a_trace(platform: Platform) -> None:
    def refuse(_rows: pl.DataFrame, _keys: Sequence[str]) -> BuiltMonths:
        raise RawFileError("meters.csv: the file is empty")

    platform.built = refuse
    result = platform.run("months", partition_key="2024-03-01")
    assert words(result) == "meters.csv: the file is empty"


def test_a_twentieth_of_last_months_rows_warns_but_does_not_stop(platform: Platform) -> None:
    platform.rows = lambda keys: pl.concat(
        [plain(keys).with_columns(meter=pl.lit(name)) for name in map(str, range(20))]
    )
    platform.run("months", partition_key="2024-03-01")
    platform.rows = plain
    result = platform.run("months", partition_key="2024-04-01")
    assert result.success
    (warned,) = [e for e in result.get_asset_check_evaluations() if not e.passed]
    assert (warned.check_name, warned.severity) == ("row_count_band", dg.AssetCheckSeverity.WARN)
    assert warned.description == "rows: 1, 0.05 times the month before's 20"


def test_a_version_tells_content_and_nothing_else() -> None:
    rows = plain(["2024-03-01"])
    assert row_digest(rows) == row_digest(rows.clone())
    assert row_digest(rows) != row_digest(rows.with_columns(energy_kwh=pl.lit(4.0)))
    assert row_digest(rows) != row_digest(rows.rename({"meter": "device"}))
