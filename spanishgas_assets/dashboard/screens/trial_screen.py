"""The page *What if*: another policy worked out on the published scores; nothing is changed."""

from typing import Any

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.call_rows import MOST_ROWS
from spanishgas_assets.dashboard.policy_trial import changed_rules, policy_file, trial
from spanishgas_assets.dashboard.screens.drawing import table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.week_figures import week_figures
from spanishgas_assets.retention.column_values import NO_OFFER
from spanishgas_assets.retention.config.retention_config import Rules, load_rules

_BUDGET, _CALLS = 5_000, 100


def draw(page: Page) -> None:
    """Draw the form and, once it is sent, the difference."""
    words = page.words
    st.caption(words("try.intro"))
    rules = load_rules(page.settings.retention)
    asked = _form(page, rules)
    if asked is None:
        return
    if not asked["offers"]:
        st.warning(words("try.no_offers"))
        return
    changed = changed_rules(rules, **asked)
    with st.spinner("…"):
        _difference(page, changed)
    st.download_button(
        words("try.policy"),
        data=policy_file(changed.policy),
        file_name="policy.yaml",
        mime="application/yaml",
        on_click="ignore",
    )
    st.caption(words("try.no_policy_changed"))


def _form(page: Page, rules: Rules) -> dict[str, Any] | None:
    words, policy = page.words, rules.policy
    titles = rules.offers.titles(words.language)
    with st.form("try"):
        left, middle, right = st.columns(3)
        with left:
            limited = st.checkbox(words("try.limited_budget"), policy.budget_eur is not None)
            budget = st.number_input(
                words("try.budget"), min_value=1, value=int(policy.budget_eur or _BUDGET), step=500
            )
        with middle:
            counted = st.checkbox(words("try.limited_calls"), policy.calls is not None)
            calls = st.number_input(
                words("try.calls"), min_value=1, value=policy.calls or _CALLS, step=10
            )
        with right:
            horizon = st.number_input(
                words("try.horizon"), min_value=1, max_value=120, value=policy.horizon_months
            )
            per_call = st.number_input(
                words("try.cost_per_call"), min_value=0.0, value=policy.contact_cost_eur["phone"]
            )
        rates = st.slider(words("try.save_rates"), 0, 200, 100, step=5)
        offers = st.multiselect(
            words("try.offers"), list(titles), list(titles), format_func=lambda one: titles[one]
        )
        if not st.form_submit_button(words("try.button"), type="primary"):
            return None
    return {
        "budget_eur": float(budget) if limited else None,
        "calls": int(calls) if counted else None,
        "horizon_months": int(horizon),
        "cost_per_call_eur": float(per_call),
        "save_rate_factor": rates / 100,
        "offers": offers,
    }


def _difference(page: Page, rules: Rules) -> None:
    words = page.words
    found = trial(page.frames, rules)
    published = week_figures(page.frames).offers
    before = {
        "offers": float(published["offers"]),
        "calls": float(published["calls"]),
        "spent_eur": published["offers_eur"] + published["contacts_eur"],
        "gain_eur": published["expected_margin_impact_eur"],
    }
    names = {
        "offers": words("figures.offers"),
        "calls": words("figures.calls"),
        "spent_eur": f"{words('figures.spent')} (EUR)",
        "gain_eur": f"{words('figures.gain')} (EUR)",
    }
    rows = pl.DataFrame(
        {
            "figure": list(names.values()),
            "before": [before[name] for name in names],
            "after": [found.figures[name] for name in names],
        }
    ).with_columns((pl.col("after") - pl.col("before")).alias("difference"))
    heads = {
        "figure": words("try.figure"),
        "before": words("try.published"),
        "after": words("try.changed"),
        "difference": words("try.difference"),
    }
    whole = dict.fromkeys(("before", "after", "difference"), "%.0f")
    table(rows, heads, formats=whole, alt_text=words("try.difference"))
    _rules(page, found.choice.withheld)
    titles = {
        **load_rules(page.settings.retention).offers.titles(words.language),
        NO_OFFER: words("recommended.no_offer"),
    }
    st.subheader(words("try.moved", count=words.count(found.moved.height)))
    moved = found.moved.head(MOST_ROWS).with_columns(pl.col("before", "after").replace(titles))
    heads = {
        "customer_id": words("pages.customer"),
        "before": words("try.before"),
        "after": words("try.after"),
        "gain_change_eur": words("try.gain_change"),
    }
    table(moved, heads, formats={"gain_change_eur": "euro"}, alt_text=words("try.after"))


def _rules(page: Page, withheld: pl.DataFrame) -> None:
    words = page.words
    counted = (
        withheld.group_by("block_reason")
        .agg(pl.len().alias("customers"))
        .sort("customers", descending=True)
        .with_columns(pl.col("block_reason").map_elements(words.rule, return_dtype=pl.String))
    )
    st.subheader(words("try.rules"))
    heads = {"block_reason": words("withheld.step"), "customers": words("figures.customers")}
    table(counted, heads, widths={"block_reason": "large"}, alt_text=words("try.rules"))
