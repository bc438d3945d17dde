"""The page *Call list*: the day's work, and what became of it."""

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.access_log import EXPORTED, LOOKED
from spanishgas_assets.dashboard.call_rows import Wanted, call_rows, offers_made
from spanishgas_assets.dashboard.screens.drawing import PERCENT, choice, table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.screens.record_form import record_form
from spanishgas_assets.dashboard.screens.sign_in import draw_again_by_itself
from spanishgas_assets.dashboard.users import MANAGER, configured_users
from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.retention.call_list import (
    ALL_CHANNELS,
    SEMICOLON,
    as_csv,
    as_xlsx,
    call_list,
)
from spanishgas_assets.retention.column_values import CHANNELS
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.silver.segments import SEGMENTS

#: Rows that an export may have.
MOST_EXPORTED = 5_000
_LOOK_AGAIN_SECONDS = 10

_CSV = "text/csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(page: Page) -> None:
    """Draw filters, the list, and the form of the selected row."""
    words = page.words
    offers = _own(page, offers_made(page.frames))
    titles = load_rules(page.settings.retention).offers.titles(words.language)
    wanted = _filters(page, offers, titles)
    outcomes = page.records.outcomes(page.snapshot)
    _watch(page, len(outcomes))
    shown, count = call_rows(offers, outcomes, wanted)
    if shown.is_empty():
        st.info(words("calls.none"))
        return
    st.caption(words("calls.shown", shown=words.count(shown.height), all=words.count(count)))
    chosen = _list(page, shown, titles)
    everything = call_rows(offers, outcomes, wanted, MOST_EXPORTED)[0]
    _exports(page, everything)
    if chosen is None:
        st.caption(words("calls.select"))
        _begun(page)
        return
    _selected(page, shown.row(chosen, named=True), titles)


def _own(page: Page, offers: pl.DataFrame) -> pl.DataFrame:
    own = page.viewer.provinces
    if not own:
        return offers
    words = page.words
    st.caption(words("calls.own", provinces=", ".join(map(words.province, own))))
    return offers.filter(pl.col("province_code").is_in(own))


def _filters(page: Page, offers: pl.DataFrame, titles: dict[str, str]) -> Wanted:
    words = page.words
    provinces = offers["province_code"].drop_nulls().unique().sort().to_list()
    first, second, third, fourth = st.columns(4)
    with first:
        channels = choice(words, words("calls.channel"), CHANNELS, words.value)
        search = st.text_input(words("calls.search"))
    with second:
        chosen = choice(words, words("calls.offer"), list(titles), titles.__getitem__)
        only_open = st.toggle(words("calls.only_open"))
    with third:
        segments = choice(words, words("figures.segment"), SEGMENTS, words.value)
    with fourth:
        codes = choice(words, words("figures.province"), provinces, words.province)
        codes += _province_managers(page)
    return Wanted(channels, chosen, segments, codes, search, only_open)


def _province_managers(page: Page) -> list[int]:
    """Offer the managers with provinces of their own; return the provinces of those chosen."""
    managers = {
        user.name: user.provinces
        for user in configured_users(page.settings).values()
        if user.role == MANAGER and user.provinces
    }
    if not managers:
        return []
    chosen = choice(page.words, page.words("calls.manager"), list(managers), str)
    return [code for name in chosen for code in managers[name]]


def _list(page: Page, shown: pl.DataFrame, titles: dict[str, str]) -> int | None:
    """Draw the rows; return the number of the selected one, if any is."""
    words = page.words
    rows = shown.with_columns(
        pl.col("action").replace(titles),
        *(
            pl.col(name).map_elements(words.value, return_dtype=pl.String)
            for name in ("segment", "channel", "timing_window")
        ),
        pl.col("province_code").map_elements(words.province, return_dtype=pl.String),
        pl.col("result").map_elements(lambda one: words(f"record.{one}"), return_dtype=pl.String),
    )
    heads = {
        "customer_id": words("pages.customer"),
        "result": words("calls.result"),
        "recorded_by": words("calls.by"),
        "action": words("calls.offer"),
        "channel": words("calls.channel"),
        "timing_window": words("calls.when"),
        "expected_margin_impact_eur": words("figures.gain"),
        "risk_score": words("calls.risk"),
        "province_code": words("figures.province"),
        "segment": words("figures.segment"),
        words.reasons_column: words("calls.reasons"),
    }
    event = table(
        rows,
        heads,
        formats={"expected_margin_impact_eur": "euro", "risk_score": PERCENT},
        widths={words.reasons_column: "large"},
        alt_text=words("pages.call_list"),
        on_select="rerun",
        selection_mode="single-row",
        key="call_rows",
        height=380,
    )
    selected = event.selection.rows
    return selected[0] if selected and selected[0] < shown.height else None


def _selected(page: Page, row: dict[str, object], titles: dict[str, str]) -> None:
    words, customer_id = page.words, str(row["customer_id"])
    if st.session_state.get("looked") != (customer_id, page.snapshot):
        page.log(LOOKED, customer_id)
        st.session_state["looked"] = (customer_id, page.snapshot)
    st.header(f"{customer_id} · {titles.get(str(row['action']), row['action'])}")
    st.markdown(f"**{words('calls.reasons')}**")
    for reason in str(row[words.reasons_column]).split("; "):
        st.markdown(f"- {reason}")
    if st.button(words("calls.open_customer")):
        st.session_state["asked"] = customer_id
        st.session_state["go_to"] = "customer"
        st.rerun()
    record_form(page, row)


def _begun(page: Page) -> None:
    """Name the customers for whom the viewer entered something that is not recorded."""
    if begun := [one.customer_id for one in page.drafts.of_person(page.viewer.name)]:
        st.info(page.words("calls.begun", customers=", ".join(begun)))


def _exports(page: Page, rows: pl.DataFrame) -> None:
    words = page.words
    titles = load_rules(page.settings.retention).offers.titles(words.language)

    def exported(write: Callable[[pl.DataFrame], bytes], kind: str) -> bytes:
        page.log(EXPORTED, f"call list, {kind}", rows.height)
        listed = call_list(rows.lazy(), titles, channel=ALL_CHANNELS, language=words.language)
        return write(listed)

    writers: list[tuple[str, Callable[[pl.DataFrame], bytes], str]] = [
        ("csv", lambda listed: as_csv(listed, SEMICOLON), _CSV),
        ("xlsx", lambda listed: as_xlsx(listed, page.snapshot), _XLSX),
    ]
    with st.container(horizontal=True):
        for kind, write, mime in writers:
            st.download_button(
                words(f"calls.export_{kind}"),
                data=partial(exported, write, kind),
                file_name=f"call_list_{page.snapshot}.{kind}",
                mime=mime,
                help=words("calls.export_help", most=words.count(MOST_EXPORTED)),
                on_click="ignore",
            )


@st.fragment(run_every=_LOOK_AGAIN_SECONDS)
def _watch(page: Page, known: int) -> None:
    """Draw the page again as soon as somebody else has recorded an outcome."""
    try:
        changed = len(page.records.outcomes(page.snapshot)) != known
    except SpanishGasError:
        changed = True  # the page, drawn again, says what is wrong
    if changed:
        draw_again_by_itself(page.settings)
