"""What a table contract is: one Pandera model that serves as schema, check and documentation.

The contracts themselves stand in each layer's ``tables.py``. Nothing here knows Dagster.
"""

import functools
import hashlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

Cadence = Literal["month", "snapshot"]

#: Highest share of nulls a column may have when they are not structural
#: (docs/domain.md#data-quality-limits).
NULL_LIMITS = {"raw": 0.80, "bronze": 0.20, "silver": 0.05}
DEFAULT_NULL_LIMIT = 0.02

#: Highest share of a month's or snapshot's rows that may be set aside, where a table says nothing
#: else: what is set aside is missing from every figure that follows.
SET_ASIDE_LIMIT = 0.01
#: A limit that stops nothing, not even a source of which no row is left.
NO_LIMIT = 1.0

#: How many failing rows a verdict shows; the rest is counted.
SHOWN_FAILURES = 10


def column(
    description: str,
    *,
    unit: str | None = None,
    null: str | None = None,
    structural: bool = False,
    fill: str | float | bool | None = None,
    old_name: str | None = None,
    decided: str | None = None,
    of: Sequence[str] | None = None,
    ages: Literal[-1, 0, 1] = 0,
    seasonal: bool = False,
    **rules: Any,
) -> Any:
    """Declare one column of a contract.

    Args:
        description: what the value means and how it is computed.
        unit: unit of the value, e.g. ``"kWh"`` or ``"EUR/month"``; None for names and flags.
        null: why a null is legal and what it means; None forbids nulls.
        structural: the nulls belong to the meaning (no note, no gas) and know no limit.
        fill: value that stands for a null when a model reads the column; None keeps the null.
        old_name: the feature's name in the system that this one replaces.
        decided: how the two old definitions of the feature differed, and why it is as it is.
        of: columns of the table's inputs that the value is computed from, each a name or
            ``layer/table.name``; empty for a value that comes from no column (a date of the run, a
            hash). None is for a column that an input has under the same name, which is also where a
            column inherited from that input's contract comes from.
        ages: days by which the value moves on with every day that passes, where nothing else
            happens: 1 for the time since something, -1 for the time until it; in ``unit``.
        seasonal: the value follows the calendar month of the newest complete month, also where
            every year is like the one before.
        rules: Pandera checks, e.g. ``ge=0`` or ``isin=[...]``.
    """
    metadata = {
        "unit": unit,
        "null": null,
        "structural": structural,
        "fill": fill,
        "old_name": old_name,
        "decided": decided,
        "of": None if of is None else tuple(of),
        "ages": ages,
        "seasonal": seasonal,
    }
    return pa.Field(description=description, nullable=null is not None, metadata=metadata, **rules)


class Contract(pa.DataFrameModel):
    """Base of every table contract: the declared columns and no others."""

    class Config:
        strict = True


@dataclass(frozen=True)
class Column:
    """One column as its contract declares it."""

    name: str
    dtype: str
    description: str
    unit: str | None
    null: str | None
    structural: bool
    fill: str | float | bool | None
    old_name: str | None
    decided: str | None
    of: tuple[str, ...] | None
    ages: int = 0
    seasonal: bool = False


class Source(Protocol):
    """What a table is made from: another table, or a raw file."""

    @property
    def title(self) -> str:
        """``layer/name``, the key of its asset."""
        ...

    @property
    def columns(self) -> Mapping[str, Any]:
        """Its columns by name."""
        ...


@dataclass(frozen=True)
class Verdict:
    """Whether a frame keeps its contract, and what breaks it.

    ``failures`` has one row per broken rule: column, rule, rows (how many break it; null where the
    rule is about the frame as a whole) and examples (up to ten values).
    """

    passed: bool
    rows: int
    failures: pl.DataFrame = field(default_factory=lambda: _failure_frame([]))

    def explain(self) -> str:
        """Say in one line a rule what is broken."""
        return "; ".join(
            f"column {row['column']}: {row['rule']}"
            + (f", {row['rows']:,} of {self.rows:,} rows" if row["rows"] is not None else "")
            + (f", e.g. {row['examples']}" if row["examples"] else "")
            for row in self.failures.iter_rows(named=True)
        )


@dataclass(frozen=True)
class Table:
    """A table of the platform: where it lives, its grain, and the contract it keeps.

    ``grain`` names the columns that are unique together; ``cadence`` says whether a partition is a
    month or a snapshot (the as-of Monday). ``inputs`` are the tables and raw files that its columns
    come from, the nearest first; none where its columns are not followed (reports, experiments).
    At most ``set_aside_limit`` of the rows that come in may be set aside; ``reason_limits`` gives
    single reasons (as ``quarantine.kind_of`` names them) a limit of their own, ``NO_LIMIT`` for
    none. ``of_results`` is for a table of which scores, labels or offers decide how many rows it
    has: that number says nothing of what was delivered.
    """

    layer: str
    name: str
    model: type[Contract]
    grain: tuple[str, ...]
    cadence: Cadence
    inputs: tuple[Source, ...] = ()
    set_aside_limit: float = SET_ASIDE_LIMIT
    reason_limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    of_results: bool = False

    @property
    def title(self) -> str:
        """``layer/name``, as messages and paths show it."""
        return f"{self.layer}/{self.name}"

    @property
    def description(self) -> str:
        """The contract's docstring: grain and meaning."""
        return (self.model.__doc__ or "").strip()

    @property
    def null_limit(self) -> float:
        """Highest share of nulls that are not structural."""
        return NULL_LIMITS.get(self.layer, DEFAULT_NULL_LIMIT)

    @functools.cached_property
    def columns(self) -> dict[str, Column]:
        """The declared columns in their order."""
        declared = {}
        for name, spec in self.model.to_schema().columns.items():
            known = spec.metadata or {}
            declared[name] = Column(
                name=name,
                dtype=str(spec.dtype),
                description=spec.description or "",
                unit=known.get("unit"),
                null=known.get("null"),
                structural=bool(known.get("structural")),
                fill=known.get("fill"),
                old_name=known.get("old_name"),
                decided=known.get("decided"),
                of=known.get("of"),
                ages=known.get("ages", 0),
                seasonal=bool(known.get("seasonal")),
            )
        return declared

    @functools.cached_property
    def digest(self) -> str:
        """Digest of the contract as a reader sees it: grain, and each column's name, type, unit."""
        shape = [self.grain, *((c.name, c.dtype, c.unit) for c in self.columns.values())]
        return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]

    @functools.cached_property
    def lineage(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The columns that each column comes from, as (``layer/table``, column).

        A column comes from what its contract declares (``of``), and without a word from the column
        of the same name in the first input that has one. A column inherited from another contract
        is looked up by its name first: what it declares is of that contract's own table. Empty for
        a table without inputs.

        Raises:
            ValueError: a column has no origin, or one that no input has; a fault of the contract.
        """
        if not self.inputs:
            return {}
        return {name: self._origins(spec) for name, spec in self.columns.items()}

    def _origins(self, spec: Column) -> tuple[tuple[str, str], ...]:
        same = next((source for source in self.inputs if spec.name in source.columns), None)
        inherited = spec.name not in inspect.get_annotations(self.model)
        if same is not None and (inherited or spec.of is None):
            return ((same.title, spec.name),)
        if spec.of is None:
            raise ValueError(f"{self.title}.{spec.name} is in no input: declare what it is `of`")
        return tuple(dict.fromkeys(self._origin(spec, name) for name in spec.of))

    def _origin(self, spec: Column, name: str) -> tuple[str, str]:
        title, _, column_name = name.rpartition(".")
        for source in self.inputs:
            if column_name in source.columns and title in ("", source.title):
                return source.title, column_name
        raise ValueError(f"{self.title}.{spec.name} is of {name}, which no input has")

    def arrange(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Put a transform's result into the contract's columns, in order, sorted by the grain."""
        return frame.select(list(self.columns)).sort(self.grain)

    def empty(self) -> pl.DataFrame:
        """A frame with the contract's columns and types and no row."""
        return pl.DataFrame(
            schema={name: spec.dtype.type for name, spec in self.model.to_schema().columns.items()}
        )

    def judge(self, frame: pl.LazyFrame | pl.DataFrame) -> Verdict:
        """Hold a frame against the contract: columns, types, ranges, nulls and unique keys.

        A lazy frame is collected first: Pandera looks only at the schema of a lazy frame.
        """
        data = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
        failures = []
        try:
            with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                self.model.validate(data, lazy=True)
        except pa.errors.SchemaErrors as broken:
            failures = _failures(broken.failure_cases)
        repeated = self._repeated_keys(data)
        if repeated.height:
            failures.append(
                {
                    "column": ", ".join(self.grain),
                    "rule": "unique key",
                    "rows": int(repeated["len"].sum()),
                    "examples": _examples(repeated.drop("len").rows()),
                }
            )
        return Verdict(not failures, data.height, _failure_frame(failures))

    def _repeated_keys(self, data: pl.DataFrame) -> pl.DataFrame:
        if not set(self.grain) <= set(data.columns):
            return pl.DataFrame({"len": []})
        return data.group_by(self.grain).len().filter(pl.col("len") > 1).sort(self.grain)


def _failures(cases: pl.DataFrame) -> list[dict[str, Any]]:
    """Group Pandera's failure cases by column and rule."""
    grouped = cases.group_by("column", "check", maintain_order=True).agg(
        pl.col("failure_case").head(SHOWN_FAILURES), pl.col("index").count().alias("rows")
    )
    return [
        {
            "column": row["column"] or "(table)",
            "rule": row["check"],
            "rows": row["rows"] or None,
            "examples": _examples(row["failure_case"]),
        }
        for row in grouped.iter_rows(named=True)
    ]


def _examples(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values[:SHOWN_FAILURES])


def _failure_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={"column": pl.String, "rule": pl.String, "rows": pl.Int64, "examples": pl.String},
    )
