"""The checks that every table gets from its contract.

The asset evaluates all of them in its own step, on one reading of its rows. Hard checks
(``contract``, ``keys_unique``, ``rows_reconciled``) are judged before the write: what breaks them
is not stored. Soft ones (``null_limits``, ``row_count_band``) warn. All are partitioned like their
table. Names are the same on every table; the asset key says the rest.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.contracts import Table, Verdict
from spanishgas_assets.partitions import MONTHS, SNAPSHOTS, month_start

# Partitioned checks are a preview feature of this release of Dagster, and the platform stands on
# them; freshness policies are one as well.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)

#: A partition's row count may differ from the previous one's by this factor without a warning.
ROW_COUNT_BAND = (0.5, 2.0)

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


def check_specs(table: Table, further: Mapping[str, str] | None = None) -> list[dg.AssetCheckSpec]:
    """Declare a table's checks; ``further`` describes hard ones of this table alone, by name."""
    hard = {
        "contract": "Columns, types, ranges, allowed values and nulls are those of the contract.",
        "keys_unique": f"One row per ({', '.join(table.grain)}).",
        "rows_reconciled": "Rows in = rows out + rows set aside.",
        **(further or {}),
    }
    soft = {
        "null_limits": f"Nulls not structural are at most {table.null_limit:.0%}.",
        "row_count_band": "The row count is near the previous partition's.",
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


def volume_finding(rows: int, previous: int | None) -> Finding:
    """Report a row count far from the previous partition's."""
    if not previous:
        return Finding(
            "row_count_band", rows > 0, f"{rows:,} rows, no earlier partition to compare"
        )
    ratio = rows / previous
    low, high = ROW_COUNT_BAND
    return Finding(
        "row_count_band",
        low <= ratio <= high,
        f"{rows:,} rows, {ratio:.2f} times the previous partition's {previous:,}",
        {"rows": rows, "previous_rows": previous, "ratio": ratio},
    )


def soft_evaluations(
    instance: dg.DagsterInstance, table: Table, parts: Mapping[str, pl.DataFrame]
) -> Iterator[dg.AssetCheckEvaluation]:
    """Record the warning checks of each partition, in order."""
    previous = previous_rows(instance, table, next(iter(parts)))
    for key, data in parts.items():
        yield from evaluations(
            table,
            key,
            [null_finding(table, data), volume_finding(data.height, previous)],
            dg.AssetCheckSeverity.WARN,
        )
        previous = data.height


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


def previous_rows(instance: dg.DagsterInstance, table: Table, partition: str) -> int | None:
    """Return the row count of the partition before this one, or None."""
    keys = partitions_of(table).get_partition_keys()
    position = keys.index(partition)
    if position == 0:
        return None
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey([table.layer, table.name]), asset_partitions=[keys[position - 1]]
        ),
        limit=1,
    ).records
    if not found:
        return None
    event = found[0].asset_materialization
    count = event.metadata.get("dagster/partition_row_count") if event else None
    return count.value if isinstance(count, dg.IntMetadataValue) else None


def _table(name: str, rows: pl.DataFrame) -> dict[str, dg.MetadataValue]:
    if rows.is_empty():
        return {}
    shown = rows.head(SHOWN_ROWS)
    records = [
        dg.TableRecord({key: str(value) for key, value in row.items()})
        for row in shown.iter_rows(named=True)
    ]
    return {name: dg.MetadataValue.table(records)}
