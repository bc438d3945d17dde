"""What the UI shows of the gold tables: distributions, nulls, what features say of the label."""

from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.charts.features import (
    association_picture,
    distribution_picture,
    null_picture,
)
from spanishgas_assets.tables.contracts import Table


def tier_metadata(tier: Table, rows: pl.DataFrame) -> dict[str, Any]:
    """Draw the distribution of each feature of a tier."""
    return {"distributions": dg.MetadataValue.md(distribution_picture(tier, rows))}


def master_metadata(rows: pl.DataFrame, information: pl.DataFrame) -> dict[str, Any]:
    """Draw the nulls of the master table and how much each feature says of the label."""
    return {
        "nulls": dg.MetadataValue.md(null_picture(rows)),
        "associations": dg.MetadataValue.md(association_picture(information)),
    }
