"""What changed from one publication to another: tables, customers, money, and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

import polars as pl
import polars.selectors as cs

from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.storage.table_versions import TableVersion, scan_versions
from spanishgas_assets.tables.contracts import Table

#: Columns that a person acts on.
_DECIDED = ["risk_tier", "action"]
_MONEY = ["offer_cost_eur", "expected_margin_impact_eur"]
#: Significant digits of a feature in a reason.
_SHOWN_DIGITS = 4

#: Customers whose tier or offer changed.
CUSTOMERS = pl.Schema(
    {
        "customer_id": pl.String,
        "risk_tier_before": pl.String,
        "risk_tier": pl.String,
        "action_before": pl.String,
        "action": pl.String,
        "because": pl.String,
    }
)


@dataclass(frozen=True)
class TableDiff:
    """How a partition of a table differs.

    Attributes:
        name: ``layer/table/partition``.
        rows: their number before and after.
        added, removed: rows whose key is new, or gone.
        changed: rows of the same key with another value, by column.
    """

    name: str
    rows: tuple[int, int]
    added: int
    removed: int
    changed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PublicationDiff:
    """How a publication differs from another.

    Attributes:
        before, after: the publications.
        tables: partitions that differ, in the order of the graph.
        customers: who changed tier or offer, and why (CUSTOMERS).
        money_eur: sums before and after, by column of the recommendations.
        sources: what changed of model, code, settings and raw drops.
    """

    before: Publication
    after: Publication
    tables: Sequence[TableDiff]
    customers: pl.DataFrame
    money_eur: Mapping[str, tuple[float, float]]
    sources: Sequence[str]


def diff(before: Publication, after: Publication, catalog: Sequence[Table]) -> PublicationDiff:
    """Compare two publications; of two snapshots, each one's own partition with the other's.

    Raises:
        StoreError: a table of one of them is damaged.
    """
    sources = list(_changed_sources(before, after))
    money = {
        name: tuple(
            fsum(one.table(RECOMMENDATIONS.title).select(name).collect().to_series())
            for one in (before, after)
        )
        for name in _MONEY
    }
    return PublicationDiff(
        before,
        after,
        list(_table_diffs(before, after, catalog)),
        changed_customers(
            *(one.table(RECOMMENDATIONS.title).collect() for one in (before, after)),
            *(one.table(GOLD_MASTER.title).collect() for one in (before, after)),
            otherwise="; ".join(sources) or "the offers of other customers",
        ),
        {name: (first, second) for name, (first, second) in money.items()},
        sources,
    )


def changed_customers(
    before: pl.DataFrame,
    after: pl.DataFrame,
    gold_before: pl.DataFrame,
    gold_after: pl.DataFrame,
    *,
    otherwise: str,
) -> pl.DataFrame:
    """List the customers whose tier or offer changed, and which of their features moved.

    Args:
        before: recommendations before.
        after: recommendations after.
        gold_before: features of the same customers before.
        gold_after: features after.
        otherwise: reason of a customer none of whose features moved.

    Returns:
        CUSTOMERS, by customer.
    """
    both = before.select("customer_id", *_DECIDED).join(
        after.select("customer_id", *_DECIDED), on="customer_id", suffix="_after"
    )
    moved = both.filter(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in _DECIDED)
    )
    features = [name for name in gold_after.columns if name in gold_before.columns][1:]
    joined = (
        moved.select("customer_id")
        .join(gold_before, on="customer_id", how="left")
        .join(gold_after, on="customer_id", how="left", suffix="_after")
    )
    shown = joined.with_columns(cs.float().round_sig_figs(_SHOWN_DIGITS))
    reasons = shown.select(
        "customer_id",
        pl.concat_str(
            [
                pl.when(pl.col(name).ne_missing(pl.col(f"{name}_after"))).then(
                    pl.format("{} {} -> {}", pl.lit(name), _text(name), _text(f"{name}_after"))
                )
                for name in features
            ],
            separator="; ",
            ignore_nulls=True,
        ).alias("because"),
    )
    return (
        moved.rename({name: f"{name}_before" for name in _DECIDED})
        .rename({f"{name}_after": name for name in _DECIDED})
        .join(reasons, on="customer_id", how="left")
        .with_columns(
            pl.when(pl.col("because") == "")
            .then(pl.lit(otherwise))
            .otherwise("because")
            .alias("because")
        )
        .select(pl.col(name).cast(kind) for name, kind in CUSTOMERS.items())
        .sort("customer_id")
    )


def table_diff(
    name: str, keys: Sequence[str], before: pl.DataFrame, after: pl.DataFrame
) -> TableDiff:
    """Compare two versions of a partition by its key; of another grain all rows are others."""
    if not set(keys) <= {*before.columns}:
        sizes = (before.height, after.height)
        return TableDiff(name, sizes, added=after.height, removed=before.height, changed={})
    joined = before.join(after, on=keys, suffix="_after", nulls_equal=True)
    shared = [one for one in after.columns if one in before.columns and one not in keys]
    counts = joined.select(
        pl.col(one).ne_missing(pl.col(f"{one}_after")).sum().alias(one) for one in shared
    )
    changed = {one: counts[one].item() for one in shared if counts[one].item()}
    changed |= dict.fromkeys({*before.columns, *after.columns} - {*shared, *keys}, after.height)
    return TableDiff(
        name,
        (before.height, after.height),
        added=after.height - joined.height,
        removed=before.height - joined.height,
        changed=dict(sorted(changed.items())),
    )


def _table_diffs(
    before: Publication, after: Publication, catalog: Sequence[Table]
) -> Iterator[TableDiff]:
    for table in catalog:
        first, second = (_versions(one, table) for one in (before, after))
        for part in sorted({*first, *second}):
            old, new = first.get(part), second.get(part)
            if old and new and old.digest == new.digest and old.digest:
                continue
            rows = [
                scan_versions(one.store, [version]).collect() if version else table.empty()
                for one, version in ((before, old), (after, new))
            ]
            found = table_diff((new or old).partition, list(table.grain), *rows)  # type: ignore[union-attr]
            if found.added or found.removed or found.changed:
                yield found


def _versions(publication: Publication, table: Table) -> dict[str, TableVersion]:
    """Return versions by month, or that of the snapshot under one name for any snapshot."""
    parts = publication.manifest.content.tables.get(table.title, {})
    return {
        "snapshot" if part == publication.snapshot else part: version
        for part, version in parts.items()
    }


def _changed_sources(before: Publication, after: Publication) -> Iterator[str]:
    old, new = before.manifest.content, after.manifest.content
    if old.model.get("version") != new.model.get("version"):
        yield f"model {old.model.get('version')} -> {new.model.get('version')}"
    if old.code and old.code != new.code:
        yield f"code {old.code.get('source')} -> {new.code.get('source')}"
    for kind in ("settings", "raw"):
        first, second = getattr(old, kind), getattr(new, kind)
        for name in sorted({*first, *second}):
            if set(first.get(name, {}).values()) != set(second.get(name, {}).values()):
                yield f"{name} changed"


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).fill_null("none")
