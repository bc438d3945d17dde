"""The page *This week*: what is at risk, what is done about it, and what needs a person."""

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.call_rows import offers_made
from spanishgas_assets.dashboard.screens.drawing import bars, metrics, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.week_figures import (
    at_risk_by,
    drift_rows,
    failed_checks,
    frames_before,
    has_other_rules,
    promised_and_accepted,
    realised_months,
    week_figures,
    worth_of_limits,
)
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.management_page import MANAGEMENT_FILE

_GROUPS = {"risk_tier": "tier", "segment": "segment", "province_code": "province"}


def draw(page: Page) -> None:
    """Draw the page from top to bottom."""
    _figures(page)
    _at_risk(page)
    _limits(page)
    _promised(page)
    _needs_a_person(page)
    _sheet(page)


def _figures(page: Page) -> None:
    words, this = page.words, week_figures(page.frames)
    before = frames_before(page.frames)
    last = week_figures(before[0]) if before else None

    def change(kind: str, name: str) -> str | None:
        if last is None:
            return None
        moved = getattr(this, kind)[name] - getattr(last, kind)[name]
        return words("figures.since", change=words.signed(moved), day=last.snapshot)

    loss, gain = "expected_yearly_loss_eur", "expected_margin_impact_eur"
    metrics(
        [
            (
                words("figures.customers"),
                words.count(this.at_risk["customers"]),
                change("at_risk", "customers"),
            ),
            (
                words("figures.flagged"),
                words.count(this.at_risk["flagged"]),
                change("at_risk", "flagged"),
            ),
            (
                words("figures.loss_year"),
                words.euros(this.at_risk[loss], 0),
                change("at_risk", loss),
            ),
            (
                words("figures.offers"),
                words.count(this.offers["offers"]),
                change("offers", "offers"),
            ),
            (words("figures.gain"), words.euros(this.offers[gain], 0), change("offers", gain)),
        ]
    )
    if last is None:
        st.caption(words("week.first"))


def _at_risk(page: Page) -> None:
    words = page.words
    st.header(words("week.at_risk"), help=words("week.at_risk_help"))
    by = st.segmented_control(
        words("week.at_risk"),
        list(_GROUPS),
        default="risk_tier",
        format_func=lambda one: words(f"figures.{_GROUPS[one]}"),
        label_visibility="collapsed",
        required=True,
    )
    column = by or "risk_tier"
    name = words.province if column == "province_code" else words.value
    rows = at_risk_by(page.frames, column).with_columns(
        pl.col(column).map_elements(name, return_dtype=pl.String).alias("name")
    )
    head, loss = words(f"figures.{_GROUPS[column]}"), words("figures.loss_year")
    left, right = st.columns(2)
    with left:
        bars(
            rows,
            "name",
            "expected_yearly_loss_eur",
            titles=(head, f"{loss} (EUR)"),
            alt_text=f"{words('week.at_risk')}: {head}",
            language=words.language,
        )
    with right:
        heads = {
            "name": head,
            "expected_yearly_loss_eur": loss,
            "customers": words("figures.customers"),
            "flagged": words("figures.flagged"),
        }
        table(rows, heads, formats={"expected_yearly_loss_eur": "euro"}, alt_text=head)


def _limits(page: Page) -> None:
    words, offers = page.words, week_figures(page.frames).offers
    rules = load_rules(page.settings.retention)
    policy = rules.policy
    euro, call = worth_of_limits(page.frames, rules)
    none = words("figures.no_limit")
    spent = offers["offers_eur"] + offers["contacts_eur"]
    st.header(words("week.offers"))
    if has_other_rules(page.frames, page.settings.retention):
        st.info(words("week.policy_changed"))
    budget = (
        none
        if policy.budget_eur is None
        else words("figures.budget_of", limit=words.euros(policy.budget_eur, 0))
    )
    calls = (
        none if policy.calls is None else words("figures.calls_of", limit=words.count(policy.calls))
    )
    metrics(
        [
            (words("figures.spent"), words.euros(spent, 0), budget),
            (words("figures.calls"), words.count(offers["calls"]), calls),
            (words("figures.one_more_euro"), words.euros(euro), None),
            (words("figures.one_more_call"), words.euros(call), None),
        ]
    )


def _promised(page: Page) -> None:
    words = page.words
    st.header(words("week.promised"), help=words("week.promised_help"))
    rows = [
        {
            "snapshot": frames.publication.snapshot,
            **promised_and_accepted(frames, page.records.outcomes(frames.publication.snapshot)),
        }
        for frames in [page.frames, *frames_before(page.frames)]
    ]
    heads = {
        "snapshot": words("figures.snapshot"),
        "promised_eur": words("figures.promised"),
        "accepted_eur": words("figures.accepted"),
        "recorded": words("figures.recorded"),
    }
    formats = {"promised_eur": "euro", "accepted_eur": "euro"}
    table(pl.DataFrame(rows), heads, formats=formats, alt_text=words("week.promised"))
    _realised(page)


def _realised(page: Page) -> None:
    words, rows = page.words, realised_months(page.frames)
    if rows.is_empty():
        st.caption(words("week.nothing_realised"))
        return
    titles = load_rules(page.settings.retention).offers.titles(words.language)
    shown = rows.with_columns(
        pl.col("offer").replace(titles),
        pl.col("month").dt.strftime("%Y-%m"),
        interval=pl.concat_str(
            pl.col("realised_eur_low").round(0).cast(pl.Int64),
            pl.lit(" – "),
            pl.col("realised_eur_high").round(0).cast(pl.Int64),
        ),
        holds=pl.when("promise_holds")
        .then(pl.lit(words("week.promise_holds")))
        .otherwise(pl.lit(words("week.promise_broken"))),
    )
    heads = {
        "month": words("figures.month"),
        "offer": words("figures.offer"),
        "promised_eur": words("figures.promised"),
        "realised_eur": words("figures.realised"),
        "interval": words("figures.interval"),
        "holds": words("figures.promise"),
    }
    formats = {"promised_eur": "euro", "realised_eur": "euro"}
    table(shown.select(list(heads)), heads, formats=formats, alt_text=words("figures.realised"))


def _needs_a_person(page: Page) -> None:
    words, failed = page.words, failed_checks(page.frames)
    st.header(words("week.person"))
    called = {one.customer_id for one in page.records.outcomes(page.snapshot)}
    open_offers = offers_made(page.frames).height - len(called)
    drifted = drift_rows(page.frames).filter("drifted")["feature"].n_unique()
    said = [
        words("week.failed_check", check=row["check"], table=row["table"], says=row["says"] or "–")
        for row in failed.iter_rows(named=True)
    ]
    if drifted:
        said.append(words("week.drifted", count=drifted))
    if open_offers > 0:
        said.append(words("week.open_calls", count=words.count(open_offers)))
    for line in said or [words("week.all_well")]:
        st.markdown(f"- {line}")


def _sheet(page: Page) -> None:
    """Offer the page for management; publications of earlier releases have none."""
    publication = page.frames.publication
    if MANAGEMENT_FILE not in publication.manifest.content.files:
        return
    st.download_button(
        page.words("week.sheet"),
        data=lambda: publication.file(MANAGEMENT_FILE),
        file_name=f"management_{page.snapshot}.html",
        mime="text/html",
        on_click="ignore",
    )
