"""The page *Data*: every published table with what its columns mean and hold."""

import inspect

import polars as pl
import polars.selectors as cs
import streamlit as st

from spanishgas_assets.catalog import PUBLISHED_TABLES
from spanishgas_assets.dashboard.column_profile import churn_by, column_profile
from spanishgas_assets.dashboard.screens.drawing import PERCENT, bars, metrics, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.tables.contracts import Table

_SHOWN = 50


def draw(page: Page) -> None:
    """Draw a table's contract and first rows, the profile of a column, and churn by a column."""
    words = page.words
    known = {one.title: one for one in PUBLISHED_TABLES}
    offered = [title for title in page.frames.publication.tables if title in known]
    default = offered.index(GOLD_MASTER.title) if GOLD_MASTER.title in offered else 0
    title = st.selectbox(words("data.table"), offered, index=default)
    chosen = known[title]
    rows = page.frames.table(title)
    count = sum(one.rows for one in page.frames.publication.versions(title))
    grain = words("data.grain", names=", ".join(chosen.grain))
    st.caption(words("data.rows", rows=words.count(count), grain=grain))
    st.markdown(inspect.cleandoc(chosen.description))
    _columns(page, chosen)
    st.subheader(words("data.first", count=_SHOWN))
    first = rows.head(_SHOWN).collect()
    table(first, {name: name for name in first.columns}, alt_text=title, height=260)
    _profile(page, chosen, rows)
    if title == GOLD_MASTER.title:
        _churn(page, chosen)


def _columns(page: Page, chosen: Table) -> None:
    words = page.words
    rows = pl.DataFrame(
        [
            {
                "column": one.name,
                "type": one.dtype,
                "unit": one.unit or "",
                "meaning": one.description,
                "nulls": one.null or "",
            }
            for one in chosen.columns.values()
        ]
    )
    st.subheader(words("data.columns"))
    names = ("column", "type", "unit", "meaning", "nulls")
    heads = {name: words(f"data.{name}") for name in names}
    widths = {"meaning": "large"}
    table(rows, heads, widths=widths, alt_text=words("data.columns"), height=260)


def _profile(page: Page, chosen: Table, rows: pl.LazyFrame) -> None:
    words = page.words
    st.subheader(words("data.profile"))
    column = st.selectbox(words("data.column"), list(chosen.columns), index=1)
    profile = page.frames.once(
        f"profile {chosen.title} {column}", lambda: column_profile(rows, column)
    )
    metrics(
        [
            (words("data.missing"), words.share(profile.missing_share, 1), None),
            (words("data.distinct"), words.count(profile.distinct), None),
        ]
    )
    if not profile.counts.is_empty():
        titles = (column, words("data.count"))
        bars(
            profile.counts,
            "value",
            "rows",
            titles=titles,
            alt_text=f"{column}",
            language=words.language,
        )


def _churn(page: Page, chosen: Table) -> None:
    words = page.words
    st.subheader(words("data.churn_by"))
    column = st.selectbox(words("data.column"), list(chosen.columns)[1:], key="churn_column")
    rows = page.frames.once(f"churn by {column}", lambda: churn_by(page.frames, column))
    heads = {
        "value": words("data.value"),
        "customers": words("data.customers"),
        "churn_rate": words("data.churn"),
    }
    shown = rows.with_columns(cs.string().fill_null("–"))
    table(shown, heads, formats={"churn_rate": PERCENT}, alt_text=words("data.churn_by"))
