"""The page *Customer*: everything that is known of one customer, and why it was decided so."""

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.access_log import LOOKED
from spanishgas_assets.dashboard.call_rows import offers_made
from spanishgas_assets.dashboard.contact_history import OFFERED, contact_history
from spanishgas_assets.dashboard.one_customer import (
    CustomerSheet,
    customer_sheet,
    find_customers,
    offer_steps,
)
from spanishgas_assets.dashboard.screens.drawing import lines, metrics, stacked_months, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.screens.record_form import record_form
from spanishgas_assets.retention.column_values import NO_OFFER, NO_OFFER_DUE
from spanishgas_assets.retention.config.retention_config import load_rules

_PERIODS = {"elec_peak_kwh": "peak", "elec_standard_kwh": "standard", "elec_offpeak_kwh": "offpeak"}


def draw(page: Page) -> None:
    """Draw the search and, where it finds one, the customer."""
    words = page.words
    with st.form("ask", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input(
            words("customer.ask"), key="asked", help=words("customer.ask_help"), width=280
        )
        st.form_submit_button(words("customer.look"), type="primary")
    if not asked.strip():
        st.info(words("customer.start"))
        return
    found = find_customers(page.frames, asked)
    if not found:
        st.warning(words("customer.unknown", written=asked.strip()))
        return
    if len(found) > 1:
        st.info(words("customer.several", written=asked.strip()))
        st.text(", ".join(found))
        return
    (customer_id,) = found
    if page.viewer.has_own_list and not _is_own(page, customer_id):
        st.warning(words("customer.not_yours", customer=customer_id))
        return
    if st.session_state.get("looked") != (customer_id, page.snapshot):
        page.log(LOOKED, customer_id)
        st.session_state["looked"] = (customer_id, page.snapshot)
    _draw(page, customer_sheet(page.frames, customer_id))


def _is_own(page: Page, customer_id: str) -> bool:
    own = offers_made(page.frames).filter(pl.col("customer_id") == customer_id)
    if page.viewer.provinces:
        own = own.filter(pl.col("province_code").is_in(page.viewer.provinces))
    return not own.is_empty()


def _draw(page: Page, sheet: CustomerSheet) -> None:
    words, customer, score = page.words, sheet.customer, sheet.score
    st.header(
        f"{customer['customer_id']} · {words.value(customer['segment'])} · "
        f"{words.province(customer['province_code'])}"
    )
    metrics(
        [
            (words("customer.probability"), words.share(score["churn_probability"], 1), None),
            (words("figures.tier"), words.value(score["risk_tier"]), None),
            (words("customer.margin"), words.euros(score["avg_monthly_margin_eur"]), None),
            (words("customer.renewal"), words.day(customer["next_renewal_date"]), None),
        ]
    )
    _interval(page, sheet)
    left, right = st.columns(2)
    with left:
        _reasons(page, sheet)
        _what_would_change(page, sheet)
    with right:
        _offer(page, sheet)
    if sheet.decision["action"] != NO_OFFER:
        record_form(page, sheet.decision)
    _timeline(page, sheet)


def _interval(page: Page, sheet: CustomerSheet) -> None:
    low, high = (sheet.score.get(f"calibration_{end}") for end in ("low", "high"))
    if low is None or high is None:
        st.caption(page.words("customer.no_interval"))
        return
    say = page.words.number
    st.caption(page.words("customer.interval", low=say(low * 100, 0), high=say(high * 100, 0)))


def _reasons(page: Page, sheet: CustomerSheet) -> None:
    st.subheader(page.words("customer.reasons"))
    told = str(sheet.decision[page.words.reasons_column]).split("; ")
    block = sheet.decision["block_reason"]
    said = page.words.block(block) if block else None
    for reason in told:
        if reason != said:
            st.markdown(f"- {reason}")


def _what_would_change(page: Page, sheet: CustomerSheet) -> None:
    words, found = page.words, sheet.counterfactual
    st.subheader(words("customer.change"))
    if found is None:
        st.markdown(words("customer.lowest"))
    elif found["lever"] is None:
        st.markdown(words("customer.no_change"))
    else:
        change = found["change_es" if words.language == "es" else "change"]
        after, tier = words.share(found["probability_after"]), words.value(found["tier_after"])
        st.markdown(words("customer.change_to", change=change, after=after, tier=tier))
        st.caption(words("customer.change_help"))


def _offer(page: Page, sheet: CustomerSheet) -> None:
    words, decision = page.words, sheet.decision
    rules = load_rules(page.settings.retention)
    titles = rules.offers.titles(words.language)
    if decision["action"] == NO_OFFER:
        st.subheader(words("customer.no_offer"))
        st.markdown(words.block(decision["block_reason"] or NO_OFFER_DUE))
        if decision["withheld_action"]:
            st.caption(titles.get(decision["withheld_action"], decision["withheld_action"]))
        return
    st.subheader(words("customer.offer"))
    st.markdown(
        f"**{titles.get(decision['action'], decision['action'])}** · "
        f"{words.value(decision['channel'])} · {words.value(decision['timing_window'])}"
    )
    steps = offer_steps(sheet)
    shares, counts = {"probability", "save_rate"}, {"horizon"}
    written = [
        words.share(value, 1)
        if step in shares
        else words.number(value, 1)
        if step in counts
        else words.euros(value)
        for step, value in steps
    ]
    lines_of = "\n".join(
        f"| {words(f'customer.steps.{step}')} | {value} |"
        for (step, _), value in zip(steps, written, strict=True)
    )
    st.markdown(f"| {words('customer.step')} | {words('customer.value')} |\n|---|--:|\n{lines_of}")
    rate = words.share(decision["break_even_save_rate"], 1)
    st.caption(words("customer.break_even", rate=rate))


def _timeline(page: Page, sheet: CustomerSheet) -> None:
    words, months = page.words, sheet.months
    st.subheader(words("customer.timeline"))
    left, right = st.columns(2)
    with left:
        st.caption(words("customer.consumption"))
        names = {column: words(f"customer.{name}") for column, name in _PERIODS.items()}
        stacked_months(
            months.select("month", *_PERIODS)
            .rename(names)
            .unpivot(index="month", variable_name="period", value_name="kwh"),
            value="kwh",
            kind="period",
            titles=(words("customer.month"), "kWh", words("customer.period")),
            alt_text=words("customer.consumption"),
            language=words.language,
        )
    with right:
        st.caption(words("customer.price"))
        prices = {
            "price_paid_eur_kwh": words("customer.paid"),
            "market_cost_eur_kwh": words("customer.cost"),
        }
        lines(
            months.select("month", *prices)
            .rename(prices)
            .unpivot(index="month", variable_name="kind", value_name="price"),
            "yearmonth(month):T",
            "price",
            "kind",
            titles=(words("customer.month"), "EUR/kWh"),
            alt_text=words("customer.price"),
            y_format=".3f",
            x_format="%m/%y",
            language=words.language,
        )
    left, right = st.columns(2)
    with left:
        _dates(page, sheet)
    with right:
        _notes(page, sheet)
    _contacts(page, sheet)


def _dates(page: Page, sheet: CustomerSheet) -> None:
    words, customer = page.words, sheet.customer
    st.markdown(f"**{words('customer.dates')}**")
    for key, day in (
        ("since", customer["customer_first_activation_date"]),
        ("started", customer["contract_start_date"]),
        ("product", customer["last_product_change_date"]),
        ("renewal", customer["next_renewal_date"]),
        ("last_offer", sheet.permissions["last_offer_date"]),
    ):
        st.markdown(f"- {words(f'customer.{key}')}: {words.day(day)}")


def _notes(page: Page, sheet: CustomerSheet) -> None:
    words = page.words
    st.markdown(f"**{words('customer.notes')}**")
    if sheet.notes.is_empty():
        st.caption(words("customer.no_notes"))
        return
    notes = sheet.notes.with_columns(
        pl.col("customer_intent").map_elements(words.value, return_dtype=pl.String),
        pl.col("sentiment_label").map_elements(
            lambda one: words(f"sentiments.{one}"), return_dtype=pl.String
        ),
    )
    heads = {
        "interaction_date": words("customer.date"),
        "customer_intent": words("customer.intent"),
        "sentiment_label": words("customer.sentiment"),
    }
    table(notes, heads, alt_text=words("customer.notes"))


def _contacts(page: Page, sheet: CustomerSheet) -> None:
    words = page.words
    st.markdown(f"**{words('customer.contacts')}**")
    rows = contact_history(page.frames, page.records, sheet.customer["customer_id"])
    if rows.is_empty():
        st.caption(words("customer.no_contacts"))
        return
    titles = load_rules(page.settings.retention).offers.titles(words.language)
    shown = rows.with_columns(
        pl.col("day").str.to_date(),
        pl.col("offer").replace(titles),
        pl.col("channel").map_elements(words.value, return_dtype=pl.String),
        pl.when(pl.col("kind") == OFFERED)
        .then(pl.lit(words("customer.offered")))
        .otherwise(
            pl.col("result").map_elements(
                lambda one: words(f"record.{one}"), return_dtype=pl.String
            )
        )
        .alias("what"),
    )
    heads = {
        "day": words("customer.date"),
        "what": words("customer.what"),
        "offer": words("calls.offer"),
        "channel": words("calls.channel"),
        "by": words("calls.by"),
    }
    table(shown, heads, alt_text=words("customer.contacts"))
