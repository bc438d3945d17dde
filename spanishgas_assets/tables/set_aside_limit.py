"""How much of what comes in may be set aside: the check ``set_aside_limit`` of every table.

Rows that are set aside are explained, and missing from every figure that follows all the same. So
each source of a table has a limit: a share of its own rows of that month or snapshot. Rows that no
month can claim are held against the rows of the whole file.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.tables.contracts import NO_LIMIT, Table
from spanishgas_assets.tables.quarantine import kind_of, reasons_in_words
from spanishgas_assets.tables.table_checks import Finding

NAME = "set_aside_limit"
VARIABLE = "SPANISHGAS_SET_ASIDE_LIMITS"


@dataclass(frozen=True)
class SetAside:
    """Rows set aside, and what they are a share of.

    Attributes:
        rows: file, row, reason and values.
        came_in: rows that came in, by source: the raw file's name; any name where there is but one
            source.
        what: what is wrong with the rows, in words.
    """

    rows: pl.DataFrame
    came_in: Mapping[str, int]
    what: str = "set aside"


@dataclass(frozen=True)
class Limits:
    """Highest share of a source's rows that may be set aside.

    Attributes:
        table: ``layer/name``, as the setting names it.
        share: for all reasons together that have no limit of their own.
        by_reason: for the reasons that have one, each.
    """

    table: str
    share: float
    by_reason: Mapping[str, float]


@dataclass(frozen=True)
class _Loss:
    """The rows of a source that were set aside for reasons that have one limit.

    ``limited`` is the name of that limit in the setting.
    """

    source: str
    what: str
    rows: int
    came_in: int
    limit: float
    limited: str
    reasons: str

    @property
    def passed(self) -> bool:
        # A single bad row of a short file is a bad row; a file without a good one is a bad file.
        whole = self.rows >= self.came_in and self.limit < NO_LIMIT
        return not whole and self.rows <= max(1, self.limit * self.came_in)

    def __str__(self) -> str:
        share = self.rows / self.came_in if self.came_in else 1.0
        limit = "no limit" if self.limit >= NO_LIMIT else f"limit {self.limit:.1%}"
        return (
            f"{self.source}: {self.rows:,} of {self.came_in:,} rows {self.what} ({share:.1%}, "
            f"{limit}): {self.reasons}"
        )


def limits_of(table: Table, changed: Mapping[str, float]) -> Limits:
    """Return a table's limits with those that a deployment has changed.

    Args:
        table: the table.
        changed: limits by ``layer/table``, or by ``layer/table:reason`` for a single reason.
    """
    own = f"{table.title}:"
    reasons = {name.removeprefix(own): one for name, one in changed.items() if name.startswith(own)}
    return Limits(
        table.title,
        changed.get(table.title, table.set_aside_limit),
        {**table.reason_limits, **reasons},
    )


def refuse_unknown_tables(changed: Mapping[str, float], tables: Sequence[str]) -> None:
    """Refuse a changed limit of a table that does not exist: it would change nothing.

    Raises:
        SettingsError: names what is given, and the nearest tables.
    """
    for name in changed:
        table = name.partition(":")[0]
        if table not in tables:
            near = difflib.get_close_matches(table, tables) or tables
            raise SettingsError(
                f"{VARIABLE}={name}=...: no table {table!r}; did you mean {', '.join(near)}?"
            )


def set_aside_finding(limits: Limits, parts: Sequence[SetAside], name: str = NAME) -> Finding:
    """Report whether too much of a source was set aside: which file, why, and the first rows.

    Args:
        limits: of the table.
        parts: what was set aside, or is to be judged like it.
        name: of the check.
    """
    losses = [loss for part in parts for loss in _losses(limits, part)]
    over = [loss for loss in losses if not loss.passed]
    what = parts[0].what if parts else "set aside"
    said = "; ".join(str(loss) for loss in over or losses) or f"no row {what}"
    if over:
        kept = f"See `spanishgas quarantine show {limits.table}`; h" if name == NAME else "H"
        said += (
            f". {kept}ave the file delivered again or correct the rows; if they are as they should "
            f"be, change the limit: {VARIABLE}={over[0].limited}=SHARE"
        )
    shares = [loss.rows / max(1, loss.came_in) for loss in losses]
    return Finding(
        name, not over, said, {"limit": limits.share, "highest_share": max(shares, default=0.0)}
    )


def _losses(limits: Limits, part: SetAside) -> Iterator[_Loss]:
    rows = part.rows.with_columns(
        kind_of(pl.col("reason")).alias("kind"), _source(part.came_in).alias("source")
    )
    own = list(limits.by_reason)
    for (source,), of_source in rows.group_by("source", maintain_order=True):
        came_in = part.came_in[str(source)]
        others = of_source.filter(~pl.col("kind").is_in(own))
        if others.height:
            yield _loss(others, part.what, came_in, limits.share, limits.table)
        for (kind,), of_kind in of_source.filter(pl.col("kind").is_in(own)).group_by(
            "kind", maintain_order=True
        ):
            limit, limited = limits.by_reason[str(kind)], f"{limits.table}:{kind}"
            yield _loss(of_kind, part.what, came_in, limit, limited)


def _source(came_in: Mapping[str, int]) -> pl.Expr:
    """Name the source of a row: the one there is, or the file up to the first full stop."""
    if len(came_in) == 1:
        return pl.lit(next(iter(came_in)))
    return pl.col("file").str.split(".").list.first()


def _loss(rows: pl.DataFrame, what: str, came_in: int, limit: float, limited: str) -> _Loss:
    named = rows["file"].drop_nulls()
    source = named[0] if named.len() else rows["source"][0]
    return _Loss(source, what, rows.height, came_in, limit, limited, reasons_in_words(rows))
