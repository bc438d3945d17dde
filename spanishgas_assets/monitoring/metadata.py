"""What the UI shows of the monitoring tables: references, alarms, estimates that held."""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.monitoring.alarms import alarms
from spanishgas_assets.monitoring.drift import Reference


def drift_metadata(
    rows: pl.DataFrame, references: Sequence[Reference], model_version: str
) -> dict[str, Any]:
    """Describe a drift report: what was compared with what, and what is worth a look."""
    alarming = alarms(rows)
    return {
        "model_version": model_version,
        **{f"{reference.name}_reference": reference.as_of.isoformat() for reference in references},
        "features": rows["feature"].n_unique(),
        "drifted": rows.filter("drifted")["feature"].n_unique(),
        "alarming": alarming.height,
        "alarming_features": ", ".join(alarming["feature"]) or "none",
        "old_rule_drifted": int(rows["old_rule_drifted"].sum()),
    }


def estimate_metadata(rows: pl.DataFrame) -> dict[str, Any]:
    """Show each metric's estimate."""
    return dict(rows.select("metric", "value").drop_nulls().iter_rows())


def realised_metadata(rows: pl.DataFrame) -> dict[str, Any]:
    """Count the estimates that labels have judged, and those that held."""
    judged = rows.drop_nulls("within_interval")
    return {
        "judged_estimates": judged.height,
        "within_interval": int(judged["within_interval"].sum()),
    }


def summary_metadata(rows: pl.DataFrame) -> dict[str, Any]:
    """Count the checks, those that fail, and those that got worse."""
    return {
        "checks": rows.height,
        "failing": rows.filter(pl.col("failed") > 0).height,
        "worse": rows.filter(pl.col("trend") == "worse").height,
    }


def report_metadata(urls: Sequence[str], drift: pl.DataFrame) -> dict[str, Any]:
    """Link the report's page and its figures."""
    page_url, data_url = urls
    return {
        "page": dg.MetadataValue.url(_link(page_url)),
        "json": dg.MetadataValue.url(_link(data_url)),
        "alarming": alarms(drift).height,
    }


def _link(url: str) -> str:
    return url if "://" in url else f"file://{url}"
