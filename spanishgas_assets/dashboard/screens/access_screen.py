"""The page *Access log*: who looked at whom, and who took a list away."""

from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.access_log import access_entries
from spanishgas_assets.dashboard.call_rows import MOST_ROWS
from spanishgas_assets.dashboard.screens.drawing import table
from spanishgas_assets.dashboard.screens.page_context import Page


def draw(page: Page) -> None:
    """Draw one day's entries, the newest first."""
    words = page.words
    day = st.date_input(
        words("access.day"), value=datetime.now(UTC).date(), format="DD/MM/YYYY", width=220
    )
    if not isinstance(day, date):
        return
    rows = access_entries(page.records.store, day.isoformat(), MOST_ROWS)
    if rows.is_empty():
        st.info(words("access.none"))
        return
    told = rows.with_columns(
        pl.col("at").str.slice(11, 8),
        pl.when(pl.col("rows") > 0).then("rows").alias("rows"),
        pl.col("action").map_elements(lambda one: words(f"access.{one}"), return_dtype=pl.String),
        pl.col("role").map_elements(
            lambda one: words(f"roles.{one}") if one else "–", return_dtype=pl.String
        ),
    )
    names = ("at", "who", "role", "action", "about", "rows")
    table(told, {name: words(f"access.{name}") for name in names}, alt_text=words("pages.access"))
