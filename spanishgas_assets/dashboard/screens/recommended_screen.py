"""The page *Recommendations*: what was decided for everybody, by offer and one by one."""

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.call_rows import MOST_ROWS
from spanishgas_assets.dashboard.screens.drawing import PERCENT, choice, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.retention.column_values import NO_OFFER, RISK_TIERS
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.retention.totals import OFFER_TOTALS


def draw(page: Page) -> None:
    """Draw the totals by offer, the filters and the rows."""
    words = page.words
    titles = {
        **load_rules(page.settings.retention).offers.titles(words.language),
        NO_OFFER: words("recommended.no_offer"),
    }
    _by_offer(page, titles)
    left, right = st.columns(2)
    with left:
        tiers = choice(words, words("figures.tier"), RISK_TIERS[::-1], words.value)
    with right:
        offers = choice(words, words("calls.offer"), list(titles), titles.__getitem__)
    rows = page.frames.table(RECOMMENDATIONS.title)
    if tiers:
        rows = rows.filter(pl.col("risk_tier").is_in(tiers))
    if offers:
        rows = rows.filter(pl.col("action").is_in(offers))
    _rows(page, rows, titles)


def _by_offer(page: Page, titles: dict[str, str]) -> None:
    words = page.words

    def make() -> pl.DataFrame:
        rows = page.frames.table(RECOMMENDATIONS.title).filter(pl.col("action") != NO_OFFER)
        return rows.group_by("action", "channel").agg(*OFFER_TOTALS).sort("action").collect()

    counted = page.frames.once("by offer", make).with_columns(
        pl.col("action").replace(titles),
        pl.col("channel").map_elements(words.value, return_dtype=pl.String),
    )
    st.header(words("recommended.by_offer"))
    heads = {
        "action": words("calls.offer"),
        "channel": words("calls.channel"),
        "offers": words("figures.customers"),
        "offers_eur": f"{words('figures.offers')} (EUR)",
        "contacts_eur": f"{words('figures.spent')} (EUR)",
        "expected_margin_impact_eur": words("figures.gain"),
    }
    counted = counted.with_columns(pl.col("offers_eur") + pl.col("contacts_eur"))
    heads.pop("contacts_eur")
    heads["offers_eur"] = words("figures.spent")
    formats = dict.fromkeys(("offers_eur", "expected_margin_impact_eur"), "euro")
    table(counted, heads, formats=formats, alt_text=words("recommended.by_offer"))


def _rows(page: Page, rows: pl.LazyFrame, titles: dict[str, str]) -> None:
    words = page.words
    reasons = words.reasons_column
    columns = [
        "customer_id",
        "risk_score",
        "risk_tier",
        "segment",
        "action",
        "expected_margin_impact_eur",
        reasons,
    ]
    count = rows.select(pl.len()).collect().item()
    shown = (
        rows.select(columns)
        .top_k(MOST_ROWS, by="risk_score")
        .sort("risk_score", "customer_id", descending=[True, False])
        .collect()
        .with_columns(
            pl.col("action").replace(titles),
            pl.col("risk_tier", "segment").map_elements(words.value, return_dtype=pl.String),
        )
    )
    st.caption(words("recommended.rows", shown=words.count(shown.height), all=words.count(count)))
    heads = {
        "customer_id": words("pages.customer"),
        "risk_score": words("calls.risk"),
        "risk_tier": words("figures.tier"),
        "segment": words("figures.segment"),
        "action": words("calls.offer"),
        "expected_margin_impact_eur": words("figures.gain"),
        reasons: words("calls.reasons"),
    }
    formats = {"risk_score": PERCENT, "expected_margin_impact_eur": "euro"}
    widths = {reasons: "large"}
    table(shown, heads, formats=formats, widths=widths, alt_text=words("pages.recommendations"))
