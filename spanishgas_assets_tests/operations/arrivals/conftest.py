"""A raw root, a store and an instance that the sensor looks at, with runs made up by the tests."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.operations.arrivals.arrival_state import ArrivalImpact, write_impact
from spanishgas_assets.operations.arrivals.next_action import BATCH_TAG
from spanishgas_assets.operations.arrivals.sensor import TickOutcome, evaluate
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.files import RAW_FILES
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import table_key
from spanishgas_assets_tests.stored import hold

SNAPSHOT = "2025-01-06"
YEAR = trailing_year_keys(date.fromisoformat(SNAPSHOT))
FLAT_FILES = [file.filenames[0] for file in RAW_FILES]
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@dataclass
class Platform:
    """What the sensor looks at; its clock stands after all that is put there has settled."""

    settings: Settings
    instance: dg.DagsterInstance
    store: Store
    now: float = field(default_factory=lambda: time.time() + 1000)

    def put(self, *keys: str, content: str = "as delivered") -> None:
        for key in keys:
            if self.settings.raw.startswith("s3://"):
                RawBucket(self.settings.raw).put(key, content.encode())
            else:
                path = Path(self.settings.raw) / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)

    def look(self, *, hours: float = 0.0) -> TickOutcome:
        """TickOutcome, some hours after the last look."""
        self.now += hours * 3600
        return evaluate(self.settings, self.instance, self.store, self.now)

    def run(
        self,
        seen: TickOutcome,
        status: dg.DagsterRunStatus = SUCCESS,
        *,
        months: list[str] = YEAR,
        unready: dict[str, list[str]] | None = None,
        snapshot: bool = True,
    ) -> None:
        """End the requested runs; a registering run finds what is said, an ingesting one stores."""
        for one in seen.requests:
            create_run_for_test(self.instance, job_name=one.job_name, tags=one.tags, status=status)
            if status is SUCCESS and one.job_name == "register_arrivals":
                found = ArrivalImpact(list(months), unready or {}, snapshot)
                write_impact(self.store, one.tags[BATCH_TAG], found)
            if status is SUCCESS and one.job_name == "ingest_months":
                first = one.tags["dagster/asset_partition_range_start"]
                last = one.tags["dagster/asset_partition_range_end"]
                self.hold([month for month in YEAR if first <= month <= last])

    def hold(self, months: list[str]) -> None:
        """Put months into the store, as their ingestion does."""
        for table in TABLES:
            for month in months if table.cadence == "month" else []:
                hold(self.store, table_key(table.layer, table.name, month))

    def take_up(self, *, months: list[str] = YEAR, snapshot: bool = True) -> list[str]:
        """TickOutcome until all that was asked for is run; returns the jobs in their order."""
        jobs = []
        while (seen := self.look()).requests:
            jobs += [str(one.job_name) for one in seen.requests]
            self.run(seen, months=months, snapshot=snapshot)
        return jobs


def asked(seen: TickOutcome) -> list[tuple[str | None, str | None]]:
    """Job and partition or range of what a look asks for."""
    return [
        (
            one.job_name,
            one.partition_key
            or "..".join(
                one.tags[f"dagster/asset_partition_range_{end}"][:7]
                for end in ("start", "end")
                if f"dagster/asset_partition_range_{end}" in one.tags
            )
            or None,
        )
        for one in seen.requests
    ]


@pytest.fixture(params=["folder", "s3"])
def platform(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """With an empty raw root of each kind and a champion; flat drops are of the first snapshot."""
    monkeypatch.setattr(Registry, "champion", lambda self, day: object())
    raw = tmp_path / "raw"
    raw.mkdir()
    root = str(raw) if request.param == "folder" else request.getfixturevalue("s3_store_url")
    settings = Settings(
        raw=root, store=str(tmp_path / "store"), arrivals_snapshot=date.fromisoformat(SNAPSHOT)
    )
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(settings, instance, open_store(settings.store))
