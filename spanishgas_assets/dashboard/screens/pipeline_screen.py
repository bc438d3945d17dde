"""The page *Pipeline*: publications and stopped runs, checks, rows set aside, what waits."""

from datetime import UTC, datetime

import polars as pl
import streamlit as st

from spanishgas_assets.dashboard.call_rows import MOST_ROWS
from spanishgas_assets.dashboard.screens.drawing import table
from spanishgas_assets.dashboard.screens.page_context import Page
from spanishgas_assets.dashboard.state_of_data import check_rows
from spanishgas_assets.dashboard.week_figures import failed_checks
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.operations.arrivals.arrival_state import read_state
from spanishgas_assets.publication.stopped_runs import MONTHS, stopped_runs
from spanishgas_assets.storage import publication_log
from spanishgas_assets.tables import quarantine

_PUBLICATIONS = 20


def draw(page: Page) -> None:
    """Draw what ran, what it found and what waits."""
    _publications(page)
    _stopped(page)
    _checks(page)
    _set_aside(page)
    _arrivals(page)
    _incidents(page)


def _publications(page: Page) -> None:
    words, store = page.words, page.frames.publication.store
    numbers = publication_log.numbers(store)[-_PUBLICATIONS:]
    manifests = [publication_log.read_manifest(store, number) for number in reversed(numbers)]
    rows = [
        {
            "number": one.number,
            "snapshot": one.content.snapshot,
            "at": one.published_at[:16].replace("T", " "),
            "by": one.by.get("launched_by", "–"),
            "run": one.by.get("run_id", "–")[:8],
            "model": str(one.content.model["version"]),
        }
        for one in manifests
    ]
    st.header(words("pipeline.publications"))
    heads = {
        name: words(f"pipeline.{name}")
        for name in ("number", "snapshot", "at", "by", "run", "model")
    }
    table(pl.DataFrame(rows), heads, alt_text=words("pipeline.publications"))


def _stopped(page: Page) -> None:
    words = page.words
    rows = [
        {
            "subject": words("pipeline.months") if one.scope == MONTHS else one.scope,
            "since": one.at[:16].replace("T", " "),
            "reason": "; ".join(one.reasons),
        }
        for one in stopped_runs(page.frames.publication.store)
    ]
    st.header(words("pipeline.runs"))
    _waiting(page, rows, "pipeline.no_stopped")


def _checks(page: Page) -> None:
    words, failed = page.words, failed_checks(page.frames)
    st.header(words("pipeline.checks"))
    if failed.is_empty():
        st.success(words("pipeline.all_passed", count=check_rows(page.frames).height))
        return
    heads = {
        "table": words("data.table"),
        "check": words("pipeline.check"),
        "says": words("pipeline.says"),
    }
    table(
        failed.head(MOST_ROWS), heads, widths={"says": "large"}, alt_text=words("pipeline.failed")
    )


def _set_aside(page: Page) -> None:
    words = page.words
    rows = (
        quarantine.kept(page.frames.publication.store)
        .group_by("table", quarantine.kind_of(pl.col("reason")).alias("reason"))
        .agg(pl.len().alias("rows"))
        .sort("rows", "table", descending=[True, False])
        .head(MOST_ROWS)
    )
    st.header(words("pipeline.set_aside"))
    if rows.is_empty():
        st.success(words("pipeline.nothing_aside"))
        return
    heads = {
        "table": words("data.table"),
        "reason": words("pipeline.reason"),
        "rows": words("pipeline.rows"),
    }
    table(rows, heads, widths={"reason": "large"}, alt_text=words("pipeline.set_aside"))


def _arrivals(page: Page) -> None:
    words, state = page.words, read_state(page.frames.publication.store)
    rows = [
        {
            "subject": batch.name,
            "since": _time(batch.opened_at),
            "reason": state.problems.get(drop, "–"),
        }
        for drop, batch in state.open.items()
    ]
    st.header(words("pipeline.arrivals"))
    _waiting(page, rows, "pipeline.no_arrivals")


def _incidents(page: Page) -> None:
    words, found = page.words, AlertOutbox(page.frames.publication.store).incidents.open
    rows = [
        {
            "subject": f"{one.kind}: {one.subject}",
            "since": _time(one.opened_at),
            "reason": next((scope.message for scope in one.scopes.values()), "–"),
        }
        for one in found.values()
    ]
    st.header(words("pipeline.alerts"))
    _waiting(page, rows, "pipeline.no_alerts")


def _waiting(page: Page, rows: list[dict[str, str]], none: str) -> None:
    words = page.words
    if not rows:
        st.success(words(none))
        return
    heads = {name: words(f"pipeline.{name}") for name in ("subject", "since", "reason")}
    table(pl.DataFrame(rows[:MOST_ROWS]), heads, widths={"reason": "large"}, alt_text=words(none))


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
