"""The dashboard in a browser: each page's first and later drawing, and the server's memory.

Takes a published store (``make demo``), makes others of it with 20,099 and with a million
customers by repeating its customers under new ids, and visits every page with headless Chromium.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.screens.shell import PAGES
from spanishgas_assets.publication.reader import Publication, open_publication
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.digests import digest_of_file
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import TableVersion
from spanishgas_assets_tests.dashboard.served_dashboard import (
    CHROMIUM,
    CHROMIUM_FLAGS,
    served_dashboard,
)

FULL, MILLION = 20_099, 1_000_000
WARM_VISITS = 3
APP = Path(__file__).parents[1] / "spanishgas_assets" / "dashboard" / "app.py"
#: Of each page: seconds of its first drawing, and of later ones.
Times = dict[str, tuple[float, list[float]]]
#: What the times call a plan that is worked out with limits.
TRIED = "what_if, worked out"
#: Rows of customers in one group of a Parquet file: how much a look at one customer reads.
ROW_GROUP = 50_000


def main() -> None:
    """Make the stores, visit the pages, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default=os.environ.get("SPANISHGAS_STORE", "data/store"))
    parser.add_argument("--million", type=int, default=MILLION, help="customers of the large store")
    options = parser.parse_args()
    source = open_publication(options.store)
    with tempfile.TemporaryDirectory() as scratch:
        full = repeated(source, Path(scratch) / "full", FULL)
        times = visit(full)
        figures = {
            "warm_p95_s": percentile([one for _, warm in times.values() for one in warm]),
            "cold_max_s": max(cold for cold, _ in times.values()),
            **server_times(full),
        }
        print_times(times, FULL)
        large = repeated(source, Path(scratch) / "large", options.million)
        million = visit(large, figures)
        print_times(million, options.million)
        figures["million_max_s"] = max(max(cold, *warm) for cold, warm in million.values())
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def repeated(source: Publication, folder: Path, customers: int) -> str:
    """Publish a snapshot with so many customers in a new store; returns the store's folder."""
    store = open_store(str(folder))
    own = source.table("silver/customer").select(pl.len()).collect().item()
    copies = -(-customers // own)
    tables = {
        title: {
            partition: _copy(source.store, store, version, copies, customers)
            for partition, version in parts.items()
        }
        for title, parts in source.manifest.content.tables.items()
    }
    content = source.manifest.content
    for version in content.files.values():
        store.write(version.key, source.store.read(version.key))
    for key in source.store.keys("churn/"):
        store.write(key, source.store.read(key))
    published = Content(
        content.snapshot, tables, content.files, content.model, content.settings, content.raw
    )
    publication_log.publish(
        store,
        content.snapshot,
        lambda: published,
        published_at=source.manifest.published_at,
        by=source.manifest.by,
    )
    return str(folder)


def _copy(
    source: Store, store: Store, version: TableVersion, copies: int, customers: int
) -> TableVersion:
    """Repeat a table's customers; a table without customers is taken as it is."""
    rows = source.scan(source.versions([version.key]))
    made: list[TableVersion] = []

    def key_of(path: str) -> str:
        size = Path(path).stat().st_size
        count = pl.scan_parquet(path).select(pl.len()).collect().item()
        made.append(TableVersion(version.partition, digest_of_file(path), count, size, "", "", {}))
        return made[0].key

    with store.writing(key_of) as path:
        if "customer_id" not in rows.collect_schema().names():
            rows.sink_parquet(path)
        else:
            _renumbered(rows, copies, customers).sink_parquet(path, row_group_size=ROW_GROUP)
    return made[0]


def _renumbered(rows: pl.LazyFrame, copies: int, customers: int) -> pl.LazyFrame:
    number = pl.col("customer_id").str.slice(1).cast(pl.Int64)
    own = rows.select(number.max()).collect().item()
    owners = [name for name in ("owner_id",) if name in rows.collect_schema().names()]
    parts = [
        rows.with_columns((number + copy * own).alias("_number"))
        .filter(pl.col("_number") <= customers)
        .with_columns(("C" + pl.col("_number").cast(pl.String).str.zfill(7)).alias("customer_id"))
        .with_columns(pl.col(owners).cast(pl.String) + f"-{copy}")
        .drop("_number")
        for copy in range(copies)
    ]
    return pl.concat(parts)


def visit(store: str, figures: dict[str, float] | None = None) -> Times:
    """Visit every page: seconds of the first drawing, and of later ones.

    ``figures`` gets the server's peak of memory as ``million_peak_mb``.
    """
    from playwright.sync_api import sync_playwright

    with served_dashboard(store) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        cold = {name: opened(page, served.address, name) for name, _, _ in PAGES}
        times: Times = {name: (seconds, []) for name, seconds in cold.items()}
        times[TRIED] = (tried(page), [tried(page) for _ in range(WARM_VISITS)])
        for _ in range(WARM_VISITS):
            for name in cold:
                times[name][1].append(clicked(page, name))
        browser.close()
        if figures is not None:
            figures["million_peak_mb"] = peak_mb(served.process.pid)
    return times


def opened(page: Any, address: str, name: str) -> float:
    """Open a page by its address, scripts of the browser and all; returns the seconds it took."""
    begin = time.perf_counter()
    page.goto(f"{address}/{name}", wait_until="domcontentloaded")
    return _drawn(page, name, begin)


def clicked(page: Any, name: str) -> float:
    """Go to a page by the navigation, as people do; returns the seconds it took."""
    begin = time.perf_counter()
    page.locator(f"[data-testid=stSidebarNavLink][href$='/{name}']").click()
    return _drawn(page, name, begin)


def tried(page: Any) -> float:
    """Work out another policy with a budget and a limit of calls; returns the seconds it took."""
    say = Words("es")
    clicked(page, "what_if")
    for limit in ("try.limited_budget", "try.limited_calls"):
        page.get_by_text(say(limit), exact=True).click()
    begin = time.perf_counter()
    page.get_by_role("button", name=say("try.button")).click()
    page.get_by_role("heading", name=say("try.rules")).wait_for(timeout=120_000)
    return _drawn(page, "what_if", begin)


def _drawn(page: Any, name: str, begin: float) -> float:
    """Wait until the page has its title and the server has drawn all of it."""
    title = Words("es")(f"pages.{name}")
    page.get_by_role("heading", name=title, level=1).wait_for(timeout=60_000)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'",
        timeout=60_000,
    )
    return time.perf_counter() - begin


def server_times(store: str) -> dict[str, float]:
    """Time the server's work for one customer, and for recording an outcome, in milliseconds."""
    from streamlit import config
    from streamlit.testing.v1 import AppTest

    os.environ |= {"SPANISHGAS_STORE": store, "SPANISHGAS_DASHBOARD_HELD": f"{store}.held"}
    config.set_option("server.address", "127.0.0.1")
    asked = open_publication(store).table("retention/recommendations")
    offered = asked.filter(pl.col("action") != "no_offer").head(6).collect()["customer_id"]
    at = AppTest.from_file(str(APP), default_timeout=60).run()
    at.session_state["go_to"] = "customer"
    at.run()
    looks, records = [], []
    for customer in offered:
        at.session_state["asked"] = customer
        looks.append(_milliseconds(at.run))
        at.radio(key=f"result-{customer}").set_value("reached")
        at.button(key=f"record-{customer}").click()
        records.append(_milliseconds(at.run))
    return {
        "customer_ms": statistics.median(looks[1:]),
        "outcome_ms": statistics.median(records[1:]),
    }


def _milliseconds(work: Any) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def peak_mb(process: int) -> float:
    """Return the most memory that a process has had, MB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def percentile(seconds: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def print_times(times: Times, customers: int) -> None:
    """Print a line per page."""
    print(f"\n{customers:,} customers           first    later (median)")
    for name, (cold, warm) in times.items():
        print(f"  {name:<24}{cold:>8.2f} s{statistics.median(warm):>8.2f} s")


if __name__ == "__main__":
    main()
