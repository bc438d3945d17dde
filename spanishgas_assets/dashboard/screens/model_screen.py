"""The page *Model*: how good it is, for whom, and who let it serve."""

import polars as pl
import streamlit as st

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.model.churn_model import Card
from spanishgas_assets.dashboard.model_figures import CURVES, ablation, curve, model_of
from spanishgas_assets.dashboard.screens.drawing import (
    PERCENT,
    THREE_DECIMALS,
    banded_line,
    bars,
    lines,
    table,
)
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.monitoring.tables import TIER_CALIBRATION
from spanishgas_assets.retention.column_values import RISK_TIERS

_QUALITY = ["pr_auc", "roc_auc", "precision", "recall", "brier", "ece", "lift_10", "gain_10"]
_SHARES = [1, 5, 10, 20]
_INTERVAL = ("value", "low", "high")
_DECIMALS = dict.fromkeys(_INTERVAL, THREE_DECIMALS)


def draw(page: Page) -> None:
    """Draw quality, curves, groups, calibration, importance, ablation and history."""
    words = page.words
    card = model_of(page.frames).card
    trained = {
        "rows": words.count(card.rows),
        "churners": words.count(card.churners),
        "snapshot": card.snapshot,
        "experiment": card.experiment,
    }
    st.markdown(words("model.trained", **trained))
    st.markdown(words("model.threshold", threshold=words.share(card.threshold)))
    _quality(page, card)
    _curves(page)
    left, right = st.columns(2)
    with left:
        _value(page, card)
    with right:
        _importance(page, card)
    _calibration(page)
    _groups(page, card)
    _ablation(page)
    _registry(page)


def _quality(page: Page, card: Card) -> None:
    words = page.words
    st.header(words("model.quality"))
    heads = {"measure": words("model.measure")} | {
        name: words(f"model.{name}") for name in _INTERVAL
    }
    for side, (key, title) in zip(
        st.columns(2), (("holdout", "holdout"), ("pooled", "all_rows")), strict=True
    ):
        rows = [
            {"measure": name, **{one: getattr(card.metrics[key][name], one) for one in _INTERVAL}}
            for name in _QUALITY
        ]
        with side:
            st.markdown(f"**{words(f'model.{title}')}**")
            table(pl.DataFrame(rows), heads, formats=_DECIMALS, alt_text=words(f"model.{title}"))


def _curves(page: Page) -> None:
    words = page.words
    st.header(words("model.curves"), help=words("model.curves_help"))
    for name, side in zip(CURVES, st.columns(len(CURVES)), strict=True):
        with side:
            st.markdown(f"**{words(f'model.{name}')}**")
            banded_line(
                curve(page.frames, name),
                titles=(words(f"model.{name}_x"), words(f"model.{name}_y")),
                alt_text=words(f"model.{name}"),
                language=words.language,
                diagonal=name != "precision_recall",
            )


def _value(page: Page, card: Card) -> None:
    words = page.words
    rows = [
        {"share": share, "kind": order.replace("_", " "), "eur": figures[f"kept_{share}_eur"].value}
        for order, figures in card.value.items()
        for share in _SHARES
    ]
    st.subheader(words("model.value_curve"))
    lines(
        pl.DataFrame(rows),
        "share:Q",
        "eur",
        "kind",
        titles=(f"{words('model.share')} (%)", "EUR"),
        alt_text=words("model.value_curve"),
        y_format=",.0f",
        language=words.language,
    )


def _importance(page: Page, card: Card) -> None:
    words = page.words
    st.subheader(words("model.importance"))
    top = list(card.importance.items())[:8]
    rows = pl.DataFrame(
        {"feature": [name for name, _ in top], "weight": [weight * 100 for _, weight in top]}
    )
    bars(
        rows,
        "feature",
        "weight",
        titles=(words("model.feature"), f"{words('drift.importance')} (× 100)"),
        alt_text=words("model.importance"),
        language=words.language,
    )


def _calibration(page: Page) -> None:
    words = page.words
    rows = (
        page.frames.table(TIER_CALIBRATION.title)
        .sort("scored_snapshot", pl.col("risk_tier").cast(pl.Enum(RISK_TIERS)), descending=True)
        .collect()
    )
    st.header(words("model.tiers"))
    if rows.is_empty():
        st.info(words("drift.no_truth"))
        return
    named = rows.with_columns(pl.col("risk_tier").map_elements(words.value, return_dtype=pl.String))
    heads = {
        "scored_snapshot": words("figures.snapshot"),
        "risk_tier": words("figures.tier"),
        "labelled_customers": words("figures.customers"),
        "expected_churn_rate": words("model.expected"),
        "churn_rate": words("model.realised"),
    }
    formats = dict.fromkeys(("expected_churn_rate", "churn_rate"), PERCENT)
    table(named, heads, formats=formats, alt_text=words("model.tiers"))


def _groups(page: Page, card: Card) -> None:
    words = page.words
    rows = [
        {
            "group": f"{one.dimension}: {one.group}",
            "rows": one.rows,
            **{name: getattr(one.metrics["pr_auc"], name) for name in _INTERVAL},
        }
        for one in card.groups
        if "pr_auc" in one.metrics
    ]
    st.header(f"{words('model.groups')} (PR-AUC)")
    heads = {"group": words("model.group"), "rows": words("figures.customers")} | {
        name: words(f"model.{name}") for name in _INTERVAL
    }
    table(pl.DataFrame(rows), heads, formats=_DECIMALS, alt_text=words("model.groups"))


def _ablation(page: Page) -> None:
    words, found = page.words, ablation(page.frames)
    st.header(words("model.ablation"))
    if found is None:
        st.info(words("model.no_ablation"))
        return
    snapshot, rows = found
    st.caption(words("model.ablation_of", snapshot=snapshot))
    heads = {
        "experiment": words("model.experiment"),
        "model": words("strip.model"),
        "features": words("model.features"),
        "pr_auc": "PR-AUC",
        "pr_auc_low": words("model.low"),
        "pr_auc_high": words("model.high"),
        "over_extended": words("model.over_extended"),
        "over_extended_low": words("model.low"),
        "over_extended_high": words("model.high"),
    }
    figures = [name for name in heads if name.startswith(("pr_auc", "over"))]
    formats = dict.fromkeys(figures, THREE_DECIMALS)
    table(rows, heads, formats=formats, alt_text=words("model.ablation"))


def _registry(page: Page) -> None:
    words, publication = page.words, page.frames.publication
    registry = Registry(publication.store)
    decision = registry.decision_about(publication.model_version)
    st.header(words("model.gate"))
    if decision is None:
        st.info(words("model.no_decision"))
    else:
        st.markdown(words("model.gate_passed" if decision.accepted else "model.gate_refused"))
        st.code(decision.explain(), language=None, wrap_lines=True)
    rows = [
        {"version": one.version, "snapshot": one.snapshot, "action": one.action, "by": one.by}
        for one in reversed(registry.history())
    ]
    st.header(words("model.history"))
    heads = {
        "version": words("strip.model"),
        "snapshot": words("figures.snapshot"),
        "action": words("access.action"),
        "by": words("pipeline.by"),
    }
    frame = pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String))
    table(frame, heads, alt_text=words("model.history"))
