"""The README's pictures of the dashboard, taken of the store that the settings name.

make demo && make docs-pictures
"""

from pathlib import Path
from typing import Any

import polars as pl
from playwright.sync_api import sync_playwright

from spanishgas_assets.dashboard.page_texts import LANGUAGES, Words
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.column_values import NO_OFFER
from spanishgas_assets.settings import Settings
from spanishgas_assets_tests.dashboard.served_dashboard import (
    CHROMIUM,
    CHROMIUM_FLAGS,
    served_dashboard,
)

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDTH, PATIENCE_MS = 1400, 60_000
#: How high the window is for each page: a page is drawn in a part of it that scrolls.
HEIGHTS = {"this_week": 900, "call_list": 1560, "customer": 1330}
#: Pictures and tables are drawn by the browser after the server has finished.
DRAWN_MS = 3_000
ENGLISH = Words("en")


def main() -> None:
    """Take a picture of each page, in English, without a sign-in."""
    store = Settings.from_environment().store
    customer = most_valuable_call(store)
    with served_dashboard(store) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        for name, height in HEIGHTS.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": height})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{served.address}/{name}")
            page.get_by_text(LANGUAGES["en"], exact=True).click()
            page.get_by_role("heading", level=1, name=ENGLISH(f"pages.{name}")).wait_for()
            if name == "call_list":
                select_row(page, 1)
            if name == "customer":
                page.get_by_role("textbox", name=ENGLISH("customer.ask")).fill(customer)
                page.get_by_role("button", name=ENGLISH("customer.look")).click()
                page.get_by_text(ENGLISH("record.title")).wait_for()
            page.wait_for_timeout(DRAWN_MS)
            target = IMAGES / f"dashboard_{name}.png"
            page.screenshot(path=target)
            print(f"{target}: written")
        browser.close()


def most_valuable_call(store: str) -> str:
    """Return the customer of the most valuable offer by phone; where there is none, of any."""
    decided = open_publication(store).table("retention/recommendations").collect()
    offers = decided.filter(pl.col("action") != NO_OFFER).sort(
        pl.col("channel") == "phone", "expected_margin_impact_eur", descending=True
    )
    return str(offers["customer_id"][0])


def select_row(page: Any, row: int) -> None:
    """Select a row of the call list, which the browser draws as a picture."""
    frame = page.get_by_test_id("stDataFrame").first
    frame.wait_for()
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    page.wait_for_timeout(DRAWN_MS)
    box = frame.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 52 + 35 * row)
    page.get_by_role("button", name=ENGLISH("record.button")).wait_for()


if __name__ == "__main__":
    main()
