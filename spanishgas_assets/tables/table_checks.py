"""The checks that every table gets from its contract.

The asset evaluates all of them in its own step, on one reading of its rows. Hard checks
(``contract``, ``keys_unique``, ``rows_reconciled``, ``set_aside_limit``) are judged before the
write: what breaks them is not stored. Soft ones (``null_limits``, ``row_count_band``) warn. All are
partitioned like their table. Names are the same on every table; the asset key says the rest.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.partitions import MONTHS, SNAPSHOTS, month_start
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table, Verdict
from spanishgas_assets.tables.snapshot_before import snapshot_before

# Partitioned checks are a preview feature of this release of Dagster, and the platform stands on
# them; freshness policies are one as well.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)

#: Metadata key: rows that came in by raw file.
SOURCE_ROWS = "source_rows"
_TABLE_ROWS = "rows"

#: Row counts may differ from those of the month or snapshot before, and of the partition's last
#: run, by this factor without a warning.
ROW_COUNT_BAND = (0.5, 2.0)
#: Nor does a count warn that is nearer than this many standard deviations of counts by chance.
CHANCE_DEVIATIONS = 3.0

#: Failing rows that a check's metadata shows; all of them are in quarantine.
SHOWN_ROWS = 10


@dataclass(frozen=True)
class Finding:
    """One check's outcome on one partition."""

    name: str
    passed: bool
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def partitions_of(table: Table) -> dg.TimeWindowPartitionsDefinition:
    """Return the partitions that the table is cut into."""
    return MONTHS if table.cadence == "month" else SNAPSHOTS


def split_partitions(data: pl.DataFrame, keys: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Cut a frame into the partitions of a run: one, or one a month."""
    if len(keys) == 1:
        return {keys[0]: data}
    return {key: data.filter(pl.col("month") == month_start(key)) for key in keys}


def check_specs(
    table: Table,
    hard_checks: Mapping[str, str] | None = None,
    soft_checks: Mapping[str, str] | None = None,
) -> list[dg.AssetCheckSpec]:
    """Declare a table's checks, and with them those of this table alone: descriptions by name."""
    hard = {
        "contract": "Columns, types, ranges, allowed values and nulls are those of the contract.",
        "keys_unique": f"One row per ({', '.join(table.grain)}).",
        "rows_reconciled": "Rows in = rows out + rows set aside.",
        "set_aside_limit": (
            f"At most {table.set_aside_limit:.1%} of the rows of each source are set aside"
            + "".join(f"; {limit:.0%}: {kind}" for kind, limit in table.reason_limits.items())
            + ". SPANISHGAS_SET_ASIDE_LIMITS changes a limit."
        ),
        **(hard_checks or {}),
    }
    soft = {
        "null_limits": f"Non-structural nulls are at most {table.null_limit:.0%}.",
        "row_count_band": (
            ("The rows of" if table.of_results else "The rows of the table and of")
            + " each raw file are about as many as in the month or snapshot before, and as in the "
            "partition's last run."
        ),
        **(soft_checks or {}),
    }
    return [
        dg.AssetCheckSpec(
            name,
            asset=dg.AssetKey([table.layer, table.name]),
            description=description,
            blocking=name in hard,
            partitions_def=partitions_of(table),
        )
        for name, description in (hard | soft).items()
    ]


def contract_finding(verdict: Verdict) -> Finding:
    """Report what breaks the contract, rule by rule."""
    broken = verdict.failures.filter(pl.col("rule") != "unique key")
    return Finding(
        "contract",
        broken.is_empty(),
        "kept" if broken.is_empty() else verdict.explain(),
        {"rows": verdict.rows, "broken_rules": broken.height} | _table("failures", broken),
    )


def keys_finding(verdict: Verdict) -> Finding:
    """Report rows that share a key."""
    repeated = verdict.failures.filter(pl.col("rule") == "unique key")
    rows = int(repeated["rows"].sum())
    return Finding(
        "keys_unique",
        repeated.is_empty(),
        "every key once" if repeated.is_empty() else f"{rows:,} rows share a key",
        {"rows_with_shared_key": rows} | _table("failures", repeated),
    )


def reconciliation_finding(rows_in: int, rows_out: int, set_aside: pl.DataFrame) -> Finding:
    """Report whether every row that came in went out or was set aside with a reason."""
    lost = rows_in - rows_out - set_aside.height
    return Finding(
        "rows_reconciled",
        lost == 0,
        f"{rows_in:,} in = {rows_out:,} out + {set_aside.height:,} set aside"
        + (f"; {lost:,} unexplained" if lost else ""),
        {"rows_in": rows_in, "rows_out": rows_out, "rows_set_aside": set_aside.height}
        | _table("set_aside", set_aside.head(SHOWN_ROWS)),
    )


def null_finding(table: Table, data: pl.DataFrame) -> Finding:
    """Report columns whose nulls exceed the layer's limit; structural nulls know none."""
    shares = {
        name: float(data[name].null_count()) / data.height if data.height else 0.0
        for name, spec in table.columns.items()
        if spec.null is not None and not spec.structural
    }
    over = {name: share for name, share in shares.items() if share > table.null_limit}
    return Finding(
        "null_limits",
        not over,
        f"no column above {table.null_limit:.0%}"
        if not over
        else "; ".join(f"{name}: {share:.1%} null" for name, share in over.items()),
        {"limit": table.null_limit, "highest_null_share": max(shares.values(), default=0.0)},
    )


def volume_finding(
    counts: Mapping[str, int],
    earlier: Mapping[str, Mapping[str, int]],
    *,
    of_results: bool = False,
) -> Finding:
    """Report row counts far from earlier ones, farther than chance makes small ones differ.

    Args:
        counts: rows of the table (``rows``) and of each raw file, by its name.
        earlier: the same of what they are held against, by its name in words.
        of_results: the table's own rows are not held against anything, as `Table` says.
    """
    rows = counts[_TABLE_ROWS]
    compared = [
        (name, count, whose, before[name], count / before[name])
        for whose, before in earlier.items()
        for name, count in counts.items()
        if before.get(name) and not (of_results and name == _TABLE_ROWS)
    ]
    if not compared:
        says = "results, held against nothing" if of_results else "nothing earlier to compare"
        return Finding("row_count_band", rows > 0 or of_results, f"{rows:,} rows, {says}")
    low, high = ROW_COUNT_BAND
    far = [row for row in compared if not low <= row[-1] <= high and not _by_chance(row[1], row[3])]
    schema = ["count", "now", "held_against", "then", "times"]
    return Finding(
        "row_count_band",
        not far,
        "; ".join(
            f"{name}: {count:,}, {ratio:.2f} times {whose} {before:,}"
            for name, count, whose, before, ratio in far or compared[:1]
        ),
        {"rows": rows} | _table("counts", pl.DataFrame(compared, schema=schema, orient="row")),
    )


def _by_chance(count: int, before: int) -> bool:
    """Whether two counts of independent events may have the same mean."""
    return abs(count - before) <= CHANCE_DEVIATIONS * sqrt(count + before)


def soft_evaluations(
    instance: dg.DagsterInstance,
    store: Store,
    table: Table,
    parts: Mapping[str, pl.DataFrame],
    source_rows: Mapping[str, Mapping[str, int]],
) -> Iterator[dg.AssetCheckEvaluation]:
    """Record the warning checks of each partition, in order."""
    previous = _counts_of(instance, table, _partition_before(store, table, next(iter(parts))))
    for key, data in parts.items():
        counts = {_TABLE_ROWS: data.height, **source_rows.get(key, {})}
        earlier = {
            f"the {table.cadence} before's": previous,
            "the last run's": _counts_of(instance, table, key),
        }
        yield from evaluations(
            table,
            key,
            [
                null_finding(table, data),
                volume_finding(counts, earlier, of_results=table.of_results),
            ],
            dg.AssetCheckSeverity.WARN,
        )
        previous = counts


def evaluations(
    table: Table,
    partition: str,
    findings: Sequence[Finding],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> Iterator[dg.AssetCheckEvaluation]:
    """Record findings against a partition.

    Written as evaluations because an ``AssetCheckResult`` knows no partition in a run over a
    range, which would leave every partition's check "planned" for ever.
    """
    for finding in findings:
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey([table.layer, table.name]),
            check_name=finding.name,
            passed=finding.passed,
            description=finding.description,
            metadata=finding.metadata,
            severity=severity,
            blocking=severity is dg.AssetCheckSeverity.ERROR,
            partition=partition,
        )


def acknowledgements(specs: Sequence[dg.AssetCheckSpec]) -> Iterator[dg.Output[None]]:
    """Satisfy Dagster's wish for one output a declared check."""
    for spec in specs:
        yield dg.Output(None, output_name=spec.get_python_identifier())


def _partition_before(store: Store, table: Table, partition: str) -> str | None:
    if table.cadence == "snapshot":
        return snapshot_before(store, partition)
    keys = MONTHS.get_partition_keys()
    position = keys.index(partition)
    return keys[position - 1] if position else None


def _counts_of(instance: dg.DagsterInstance, table: Table, partition: str | None) -> dict[str, int]:
    """Return the row counts of a partition as it was last made; none if it never was."""
    if partition is None:
        return {}
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey([table.layer, table.name]), asset_partitions=[partition]
        ),
        limit=1,
    ).records
    event = found[0].asset_materialization if found else None
    told = event.metadata if event else {}
    rows, sources = told.get("dagster/partition_row_count"), told.get(SOURCE_ROWS)
    counts = {_TABLE_ROWS: rows.value} if isinstance(rows, dg.IntMetadataValue) else {}
    if isinstance(sources, dg.JsonMetadataValue) and isinstance(sources.data, dict):
        counts |= sources.data
    return {name: int(count) for name, count in counts.items() if count is not None}


def _table(name: str, rows: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    if rows.is_empty():
        return {}
    shown = rows.head(SHOWN_ROWS)
    records = [
        dg.TableRecord({key: str(value) for key, value in row.items()})
        for row in shown.iter_rows(named=True)
    ]
    return {name: dg.MetadataValue.table(records)}
