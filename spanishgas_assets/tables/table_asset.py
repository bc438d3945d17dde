"""Turns a table's contract and a transform into a Dagster asset, the same way for every table.

The decorated function returns the table's rows; this module arranges them, judges them against
the contract *before* anything is written, records the verdicts as partitioned checks, and reports
row counts and versions. It computes nothing of its own.
"""

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.partitions import FRESHNESS, TRAILING_YEAR
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.parquet_io_manager import CONTRACT
from spanishgas_assets.storage.row_digest import row_digest
from spanishgas_assets.storage.step_seconds import WORK_SECONDS
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables import quarantine
from spanishgas_assets.tables.code_references import code_references
from spanishgas_assets.tables.column_metadata import column_lineage, column_metadata
from spanishgas_assets.tables.contracts import Table, Verdict
from spanishgas_assets.tables.set_aside_limit import (
    Limits,
    SetAside,
    limits_of,
    set_aside_finding,
)
from spanishgas_assets.tables.table_checks import (
    SOURCE_ROWS,
    Finding,
    acknowledgements,
    check_specs,
    contract_finding,
    evaluations,
    keys_finding,
    partitions_of,
    reconciliation_finding,
    soft_evaluations,
    split_partitions,
)

OWNERS = ["team:data"]
#: A pool is held by one run at a time, whatever started it: two that wrote the same months at once
#: could leave the older content, and two that trained would race for the champion's place.
MONTHS_POOL, TRAINING_POOL = "months", "training"
_DATA_VERSION_TAG = "dagster/data_version"


def of_table(table: Table) -> dg.AssetIn:
    """Take the same partition of another table as input."""
    return dg.AssetIn(key=dg.AssetKey([table.layer, table.name]))


def year_of_table(table: Table) -> dg.AssetIn:
    """Take the twelve complete months before the snapshot of a monthly table as input."""
    return dg.AssetIn(
        key=dg.AssetKey([table.layer, table.name]),
        partition_mapping=TRAILING_YEAR,
        metadata={"window": "trailing_year"},
    )


@dataclass(frozen=True)
class BuiltMonths:
    """The rows of a run's months, with what a bare frame cannot say of each.

    Attributes:
        frame: the rows; columns in any order.
        rows_in: rows that came in, per partition; None where they are those of ``source_rows``, or
            where there are none of these either, the rows out.
        source_rows: rows that came in by raw file, per partition.
        rows_out: source rows that the frame accounts for, per partition; None where each of them
            is one row of the frame.
        set_aside: source rows that do not go out (row, reason, values), per partition or
            ``quarantine.UNDATED``; they are kept in quarantine.
        aside_of: rows that those set aside are a share of, by source, per partition; None where
            they are those that came in.
        metadata: what the UI shows of the partition, per partition.
        findings: outcomes of the table's own ``hard_checks``, per partition.
        warnings: outcomes of its own ``soft_checks``, per partition.
    """

    frame: pl.LazyFrame | pl.DataFrame
    rows_in: Mapping[str, int] | None = None
    source_rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rows_out: Mapping[str, int] | None = None
    set_aside: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    aside_of: Mapping[str, Mapping[str, int]] | None = None
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    warnings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)

    def came_in(self, partition: str, rows_out: int) -> int:
        """Return how many rows came in for a partition of which ``rows_out`` go out."""
        if self.rows_in is not None:
            return self.rows_in.get(partition, 0)
        if self.source_rows:
            return sum(self.source_rows.get(partition, {}).values())
        return rows_out

    def losses(self, table: Table, partition: str, rows_in: int) -> Iterator[SetAside]:
        """Return what is set aside in a partition and, if anything, what no partition can claim."""
        given = self.source_rows if self.aside_of is None else self.aside_of
        for key in (partition, quarantine.UNDATED):
            rows = self.set_aside.get(key)
            if rows is not None and rows.height:
                yield SetAside(rows, given.get(key) or {table.title: rows_in})


@dataclass(frozen=True)
class Built:
    """The rows of one partition, with what a bare frame cannot say of them.

    The attributes are those of :class:`BuiltMonths`, each the value of the one partition.
    """

    frame: pl.LazyFrame | pl.DataFrame
    rows_in: int | None = None
    source_rows: Mapping[str, int] = field(default_factory=dict)
    rows_out: int | None = None
    set_aside: pl.DataFrame | None = None
    aside_of: Mapping[str, int] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    warnings: Sequence[Finding] = ()

    def of_partition(self, key: str) -> BuiltMonths:
        """Return the same under the partition's key."""
        return BuiltMonths(
            self.frame,
            rows_in=None if self.rows_in is None else {key: self.rows_in},
            source_rows={key: self.source_rows} if self.source_rows else {},
            rows_out=None if self.rows_out is None else {key: self.rows_out},
            set_aside={} if self.set_aside is None else {key: self.set_aside},
            aside_of=None if self.aside_of is None else {key: self.aside_of},
            metadata={key: self.metadata},
            findings={key: self.findings},
            warnings={key: self.warnings},
        )


def _by_partition(made: Any, context: dg.AssetExecutionContext) -> BuiltMonths:
    if isinstance(made, Built):
        return made.of_partition(context.partition_key)
    return made if isinstance(made, BuiltMonths) else BuiltMonths(made)


def table_asset(
    table: Table,
    *,
    ins: Mapping[str, dg.AssetIn] | None = None,
    deps: Sequence[dg.AssetKey] = (),
    code_version: str = "1",
    kinds: frozenset[str] = frozenset({"polars", "parquet"}),
    owners: Sequence[str] = tuple(OWNERS),
    hard_checks: Mapping[str, str] | None = None,
    soft_checks: Mapping[str, str] | None = None,
    op_tags: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Declare the asset that makes a table.

    The function takes ``context`` and ``settings`` if it wants them, and lazy frames of its inputs;
    it returns a frame, :class:`Built` or, of several months, :class:`BuiltMonths`. Its docstring
    says how the table is made, the contract's what it is.
    """
    specs = check_specs(table, hard_checks, soft_checks)

    def declare(make: Callable[..., Any]) -> dg.AssetsDefinition:
        wanted = inspect.signature(make).parameters

        def publish(
            context: dg.AssetExecutionContext,
            settings: dg.ResourceParam[Settings],
            **inputs: pl.LazyFrame,
        ) -> Iterator[Any]:
            given = {"context": context, "settings": settings, **inputs}
            started = time.perf_counter()
            with user_errors_as_failures():
                built = _by_partition(make(**{name: given[name] for name in wanted}), context)
                data = table.arrange(built.frame.lazy()).collect()
            seconds = time.perf_counter() - started
            parts = split_partitions(data, list(context.partition_keys))
            store = open_store(settings.store)
            with user_errors_as_failures():
                _quarantine(store, table, parts, built)
            limits = limits_of(table, settings.set_aside_limits)
            yield from _judge(table, data, parts, built, limits)
            with user_errors_as_failures():
                soft = list(
                    soft_evaluations(context.instance, store, table, parts, built.source_rows)
                )
            yield from soft
            for key in parts:
                told = built.warnings.get(key, ())
                yield from evaluations(table, key, told, dg.AssetCheckSeverity.WARN)
            yield from acknowledgements(specs)
            yield from _publish(context, table, data, parts, built, seconds)

        # Dagster reads the inputs from the signature: those of the decorated function.
        own = dict(inspect.signature(publish).parameters)
        own.pop("inputs")
        publish.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*own.values(), *(wanted[name] for name in wanted if name not in own)]
        )
        publish.__annotations__ = {
            name: kind for name, kind in make.__annotations__.items() if name != "return"
        } | {name: parameter.annotation for name, parameter in own.items()}
        return dg.asset(
            name=table.name,
            key_prefix=table.layer,
            ins=ins,
            deps=deps,
            description="\n\n".join(filter(None, [table.description, inspect.getdoc(make)])),
            partitions_def=partitions_of(table),
            backfill_policy=dg.BackfillPolicy.single_run()
            if table.cadence == "month"
            else dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
            group_name=table.layer,
            kinds=set(kinds),
            owners=list(owners),
            op_tags=op_tags,
            pool=MONTHS_POOL if table.cadence == "month" else None,
            code_version=code_version,
            check_specs=specs,
            freshness_policy=FRESHNESS[table.cadence],
            metadata={
                **column_metadata(table),
                **code_references(make, table.name),
                CONTRACT: table.digest,
            },
        )(publish)

    return declare


def _judge(
    table: Table,
    data: pl.DataFrame,
    parts: Mapping[str, pl.DataFrame],
    built: BuiltMonths,
    limits: Limits,
) -> Iterator[dg.AssetCheckEvaluation]:
    refused = []
    whole = table.judge(data)
    for key, rows in parts.items():
        # Months are judged one by one only where all of them together do not hold.
        verdict = Verdict(passed=True, rows=rows.height) if whole.passed else table.judge(rows)
        set_aside = built.set_aside.get(key, quarantine.SCHEMA.to_frame())
        rows_out = rows.height if built.rows_out is None else built.rows_out.get(key, 0)
        rows_in = built.came_in(key, rows_out)
        findings = [
            contract_finding(verdict),
            keys_finding(verdict),
            reconciliation_finding(rows_in, rows_out, set_aside),
            set_aside_finding(limits, list(built.losses(table, key, rows_in))),
            *built.findings.get(key, []),
        ]
        yield from evaluations(table, key, findings)
        refused += [
            f"{key}: {finding.name}: {finding.description}"
            for finding in findings
            if not finding.passed
        ]
    if refused:
        raise dg.Failure(
            f"{table.title} is not stored: " + " | ".join(refused), allow_retries=False
        )


def _quarantine(
    store: Store,
    table: Table,
    parts: Mapping[str, pl.DataFrame],
    built: BuiltMonths,
) -> None:
    """Keep every row set aside; a partition that has none any more loses its old ones."""
    undated = quarantine.UNDATED
    broken = table.cadence == "month" and not quarantine.is_intact(
        store, table.layer, table.name, undated
    )
    for partition in {*parts, *built.set_aside, *([undated] if broken else [])}:
        rows = built.set_aside.get(partition, quarantine.SCHEMA.to_frame())
        quarantine.keep(store, table.layer, table.name, partition, rows)


def _publish(
    context: dg.AssetExecutionContext,
    table: Table,
    data: pl.DataFrame,
    parts: Mapping[str, pl.DataFrame],
    built: BuiltMonths,
    seconds: float,
) -> Iterator[Any]:
    shown = {
        key: {
            "dagster/partition_row_count": rows.height,
            **column_lineage(table),
            WORK_SECONDS: seconds / len(parts),
            **_told_sources(built, key),
            **built.metadata.get(key, {}),
        }
        for key, rows in parts.items()
    }
    if len(parts) == 1:
        ((key, rows),) = parts.items()
        yield dg.Output(data, data_version=dg.DataVersion(row_digest(rows)), metadata=shown[key])
        return
    yield dg.Output(data)
    # An output over a range carries one data version and one row count for all its months, so
    # each month's own follow as a second event; without them a re-run of one month would make
    # every snapshot stale.
    for key, rows in parts.items():
        recorded = context.instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=context.asset_key, asset_partitions=[key]), limit=1
        ).records[0]
        event = recorded.asset_materialization
        tags = dict(event.tags or {}) if event else {}
        yield dg.AssetMaterialization(
            context.asset_key,
            partition=key,
            metadata={**(event.metadata if event else {}), **shown[key]},
            tags={
                **tags,
                _DATA_VERSION_TAG: row_digest(rows),
                "dagster/data_version_is_user_provided": "true",
            },
        )


def _told_sources(built: BuiltMonths, partition: str) -> dict[str, dg.MetadataValue]:
    counts = built.source_rows.get(partition)
    return {SOURCE_ROWS: dg.MetadataValue.json(dict(counts))} if counts else {}
