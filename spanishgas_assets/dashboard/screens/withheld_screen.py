"""The page *Why no offer*: from a risk tier to the offer, rule by rule."""

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.screens.drawing import bars, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.week_figures import at_risk_by
from spanishgas_assets.retention.column_values import RISK_TIERS
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.retention.totals import withheld_steps

_ALL = "all"


def draw(page: Page) -> None:
    """Draw the steps as bars of those who are left, and as a table."""
    words = page.words
    st.caption(words("withheld.help"))
    tier = st.segmented_control(
        words("withheld.from"),
        [*reversed(RISK_TIERS), _ALL],
        default=RISK_TIERS[-1],
        format_func=lambda one: words("withheld.all") if one == _ALL else words.value(one),
        required=True,
    )
    chosen = None if tier == _ALL else tier or RISK_TIERS[-1]
    steps = page.frames.once(
        f"withheld {chosen}",
        lambda: withheld_steps(
            page.frames.table(SCORED_CUSTOMERS.title),
            page.frames.table(RECOMMENDATIONS.title),
            chosen,
        ),
    )
    tiers = at_risk_by(page.frames, "risk_tier")
    counted = tiers if chosen is None else tiers.filter(pl.col("risk_tier") == chosen)
    start = int(counted["customers"].sum())
    if steps.is_empty():
        st.info(words("withheld.none"))
        return
    first = (
        words("withheld.all")
        if chosen is None
        else words("withheld.start", tier=words.value(chosen))
    )
    named = steps.with_columns(pl.col("reason").map_elements(words.rule, return_dtype=pl.String))
    left = pl.concat(
        [
            pl.DataFrame({"name": [first], "left": [start]}),
            named.select(name="reason", left="customers_left"),
        ]
    )
    bars(
        left,
        "name",
        "left",
        titles=(words("withheld.step"), words("withheld.left")),
        alt_text=f"{first}: {start}; {words('withheld.offered')}: {left['left'][-1]}",
        language=words.language,
    )
    heads = {
        "reason": words("withheld.step"),
        "customers": words("withheld.taken"),
        "expected_yearly_loss_eur": words("figures.loss_year"),
        "customers_left": words("withheld.left"),
    }
    formats = {"expected_yearly_loss_eur": "euro"}
    table(named, heads, formats=formats, widths={"reason": "large"}, alt_text=first)
    st.markdown(f"**{words('withheld.offered')}: {words.count(left['left'][-1])}**")
