"""What the UI shows of a table's columns: their contract, and where each comes from."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from spanishgas_assets.tables.contracts import Table

#: More columns of one table than these are counted and not named.
NAMED_ORIGINS = 12


def column_metadata(table: Table) -> dict[str, Any]:
    """Return what the definition of a table's asset shows of its columns, also before any run.

    The open-source UI hides Dagster's lineage of columns (:func:`column_lineage`), so that the
    origins are shown here once more, as a table whose links lead to the inputs.
    """
    shown: dict[str, Any] = {"dagster/column_schema": _column_schema(table)}
    if table.lineage:
        shown["column_origins"] = dg.MetadataValue.md(origins_in_markdown(table))
    return shown


def column_lineage(table: Table) -> dict[str, dg.TableColumnLineage]:
    """Return what a materialization says of the origins of a table's columns.

    As ``dagster/column_lineage``, for GraphQL and for catalogues that draw it; nothing for a table
    without inputs.
    """
    if not table.lineage:
        return {}
    return {
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                name: [
                    dg.TableColumnDep(dg.AssetKey(title.split("/")), column)
                    for title, column in origins
                ]
                for name, origins in table.lineage.items()
            }
        )
    }


def origins_in_markdown(table: Table) -> str:
    """Write a Markdown table: each column, and the columns of the inputs that it comes from."""
    rows = [f"| {name} | {_linked(origins)} |" for name, origins in table.lineage.items()]
    return "\n".join(["| Column | Comes from |", "| --- | --- |", *rows])


def _linked(origins: Sequence[tuple[str, str]]) -> str:
    by_table: dict[str, list[str]] = {}
    for title, column in origins:
        by_table.setdefault(title, []).append(column)
    parts = [f"[{title}](/assets/{title}): {_named(names)}" for title, names in by_table.items()]
    return "; ".join(parts) or "no column"


def _named(columns: list[str]) -> str:
    return ", ".join(columns) if len(columns) <= NAMED_ORIGINS else f"{len(columns)} columns"


def _column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=spec.name,
                type=spec.dtype + (f" [{spec.unit}]" if spec.unit else ""),
                description=spec.description + (f" Null: {spec.null}." if spec.null else ""),
                constraints=dg.TableColumnConstraints(
                    nullable=spec.null is not None, unique=table.grain == (spec.name,)
                ),
            )
            for spec in table.columns.values()
        ]
    )
