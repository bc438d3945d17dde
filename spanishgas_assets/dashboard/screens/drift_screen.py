"""The page *Drift*: which features moved, and whether the scores were as good as estimated."""

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.call_rows import MOST_ROWS
from spanishgas_assets.dashboard.screens.drawing import THREE_DECIMALS, lines, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.week_figures import drift_rows, frames_before
from spanishgas_assets.monitoring.tables import REALISED_PERFORMANCE

_FOLLOWED = 5
_REPORT = "monitoring/report.html"


def draw(page: Page) -> None:
    """Draw the shifts, their history, and estimate against truth."""
    words, rows = page.words, drift_rows(page.frames)
    drifted = rows.filter("drifted")["feature"].n_unique()
    if drifted:
        st.warning(words("drift.some", count=drifted))
    else:
        st.success(words("drift.none"))
    heads = {
        "feature": words("model.feature"),
        "reference": words("drift.reference"),
        "effect": words("drift.effect"),
        "severity": words("drift.severity"),
        "importance": words("drift.importance"),
    }
    formats = {"effect": THREE_DECIMALS, "importance": THREE_DECIMALS}
    table(rows.head(MOST_ROWS), heads, formats=formats, alt_text=words("pages.drift"), height=320)
    _over_time(page, rows)
    _estimate(page)
    st.download_button(
        words("drift.report"),
        data=lambda: page.frames.publication.file(_REPORT),
        file_name=f"monitoring_{page.snapshot}.html",
        mime="text/html",
        on_click="ignore",
    )


def _over_time(page: Page, rows: pl.DataFrame) -> None:
    words = page.words
    followed = rows["feature"].unique(maintain_order=True).head(_FOLLOWED)
    history = pl.concat(
        drift_rows(frames)
        .filter(pl.col("feature").is_in(followed.implode()))
        .group_by("feature")
        .agg(pl.col("effect").max())
        .with_columns(pl.lit(frames.publication.snapshot).alias("snapshot"))
        for frames in [page.frames, *frames_before(page.frames)]
    )
    st.header(words("drift.over_time"))
    lines(
        history.sort("snapshot", "feature"),
        "snapshot:O",
        "effect",
        "feature",
        titles=(words("figures.snapshot"), words("drift.effect")),
        alt_text=words("drift.over_time"),
        y_format=".3f",
        language=words.language,
    )


def _estimate(page: Page) -> None:
    words = page.words
    rows = page.frames.table(REALISED_PERFORMANCE.title).collect()
    st.header(words("drift.estimate"))
    if rows.is_empty():
        st.info(words("drift.no_truth"))
        return
    heads = {
        "scored_snapshot": words("figures.snapshot"),
        "metric": words("drift.metric"),
        "estimated": words("drift.estimated"),
        "estimated_low": words("model.low"),
        "estimated_high": words("model.high"),
        "realised": words("drift.realised"),
        "within_interval": words("drift.within"),
    }
    figures = ("estimated", "estimated_low", "estimated_high", "realised")
    formats = dict.fromkeys(figures, THREE_DECIMALS)
    table(rows.head(MOST_ROWS), heads, formats=formats, alt_text=words("drift.estimate"))
