"""A table is done when its checks are: what a killed run, a failed step and a refusal leave."""

from collections.abc import Iterator

import dagster as dg
import pytest

from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.tables.unfinished_checks import unfinished_checks

TABLE = dg.AssetKey(["gold", "table"])
OWN, WARNS, BLOCKS = (
    dg.AssetCheckSpec(name, asset=TABLE, blocking=name == "blocks", partitions_def=SNAPSHOTS)
    for name in ("own", "warns", "blocks")
)
FIRST, SECOND = "2025-01-06", "2025-01-13"


class Platform:
    """One table: a check in its own step, and a warning and a blocking check in separate steps."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.passes = {"own": True, "warns": True, "blocks": True}
        self.dies = False

        @dg.asset(key=TABLE, partitions_def=SNAPSHOTS, check_specs=[OWN])
        def table(context: dg.AssetExecutionContext) -> Iterator[object]:
            yield self.outcome("own", context.partition_key)
            yield dg.Output(None, output_name=OWN.get_python_identifier())
            yield dg.Output(None)

        @dg.multi_asset_check(specs=[WARNS, BLOCKS])
        def separate(context: dg.AssetCheckExecutionContext) -> Iterator[object]:
            if self.dies:
                raise RuntimeError
            for spec in (WARNS, BLOCKS):
                yield self.outcome(spec.name, context.op_execution_context.partition_key)
                yield dg.Output(None, output_name=spec.get_python_identifier())

        self.definitions = dg.Definitions(
            assets=[table],
            asset_checks=[separate],
            jobs=[dg.define_asset_job("all", selection="*")],
            resources={"io_manager": dg.mem_io_manager},
        )

    def outcome(self, name: str, partition: str) -> dg.AssetCheckEvaluation:
        return dg.AssetCheckEvaluation(
            asset_key=TABLE, check_name=name, passed=self.passes[name], partition=partition
        )

    def run(self, partition: str = FIRST, *, checks: bool = True) -> None:
        job = self.definitions.resolve_job_def("all")
        if not checks:
            job = job.get_subset(asset_selection={TABLE}, asset_check_selection={OWN.key})
        job.execute_in_process(
            instance=self.instance, partition_key=partition, raise_on_error=False
        )

    def lacking(self, partition: str = FIRST) -> dict[dg.AssetKey, list[str]]:
        graph = self.definitions.resolve_asset_graph()
        return unfinished_checks(self.instance, graph, [TABLE], partition)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(instance)


def test_a_table_whose_checks_ran_lacks_none(platform: Platform) -> None:
    platform.run()
    assert platform.lacking() == {}


def test_a_table_that_was_never_made_lacks_none(platform: Platform) -> None:
    platform.run()
    assert platform.lacking(SECOND) == {}


def test_checks_that_never_started_are_lacking(platform: Platform) -> None:
    platform.run(checks=False)
    assert platform.lacking() == {TABLE: ["blocks", "warns"]}


def test_checks_of_an_earlier_content_are_lacking(platform: Platform) -> None:
    platform.run()
    platform.run(checks=False)
    assert platform.lacking() == {TABLE: ["blocks", "warns"]}


def test_checks_that_were_planned_and_died_are_lacking(platform: Platform) -> None:
    platform.dies = True
    platform.run()
    assert platform.lacking() == {TABLE: ["blocks", "warns"]}
    platform.dies = False
    platform.run()
    assert platform.lacking() == {}


def test_a_failed_check_is_done_unless_it_blocks(platform: Platform) -> None:
    platform.passes = {"own": False, "warns": False, "blocks": False}
    platform.run()
    assert platform.lacking() == {TABLE: ["blocks"]}


def test_outcomes_of_another_partition_do_not_count(platform: Platform) -> None:
    platform.run(FIRST, checks=False)
    platform.run(SECOND)
    assert platform.lacking(FIRST) == {TABLE: ["blocks", "warns"]}
