"""The dashboard in headless Chromium, on a snapshot that a run has published."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from spanishgas_assets.cli import main
from spanishgas_assets.dashboard.access_log import access_entries
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.screens.page_context import now
from spanishgas_assets.dashboard.screens.shell import PAGES
from spanishgas_assets.demo import write_demo_retailer
from spanishgas_assets.retention.recorded_outcomes import OutcomeJournal
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.dashboard.conftest import PASSWORD
from spanishgas_assets_tests.dashboard.served_dashboard import CHROMIUM, served_dashboard
from spanishgas_assets_tests.operations.conftest import set_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH"),
]

SNAPSHOT = "2025-01-06"
SPANISH = Words("es")
PATIENCE_MS = 30_000
SETTLED_MS = 500
#: How long a hand holds the button of a mouse down, at least.
A_HAND_MS = 100

#: What each page shows of this snapshot, besides its title.
CONTENT = {
    "this_week": SPANISH("week.at_risk"),
    "call_list": SPANISH("calls.select"),
    "customer": SPANISH("customer.start"),
    "why_no_offer": SPANISH("withheld.from"),
    "what_if": SPANISH("try.horizon"),
    "recommendations": SPANISH("recommended.by_offer"),
    "model": SPANISH("model.calibration"),
    "drift": SPANISH("drift.estimate"),
    "data": SPANISH("data.profile"),
    "pipeline": SPANISH("pipeline.publications"),
    "access": SPANISH("access.day"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("dashboard")
    write_demo_retailer(folder / "raw", customers=1200, seed=7)
    with pytest.MonkeyPatch.context() as patch:
        set_environment(patch, folder / "raw", folder / "store")
        assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 0
        yield folder / "store"


def signed_in(browser: Browser, address: str, name: str, width: int = 1400) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": 1000}, locale="es-ES", accept_downloads=True
    ).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.get_by_label(SPANISH("sign_in.name")).fill(name)
    page.get_by_label(SPANISH("sign_in.password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=SPANISH("sign_in.button")).click()
    page.get_by_role("heading", level=1, name=SPANISH("sign_in.title")).wait_for(state="detached")
    return page


def go_to(page: Page, name: str) -> None:
    page.locator(f"[data-testid=stSidebarNavLink][href$='/{name}']").click()
    page.get_by_role("heading", level=1, name=SPANISH(f"pages.{name}")).wait_for()
    settled(page)


def settled(page: Page) -> None:
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('[data-stale=true]')"
    )


def select_first_row(page: Page) -> None:
    # The table is a picture that moves while the page is being drawn: it is clicked where it stands
    # once the server has nothing more to draw.
    page.get_by_test_id("stDataFrame").first.wait_for()
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    page.wait_for_timeout(SETTLED_MS)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 52)
    page.get_by_role("button", name=SPANISH("record.button")).wait_for()


def test_every_page_has_its_content(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "data")
    for name, _, _ in PAGES:
        go_to(page, name)
        expect(page.get_by_text(CONTENT[name]).first).to_be_visible(timeout=PATIENCE_MS)
        assert page.get_by_test_id("stException").count() == 0, name


def test_no_page_has_a_serious_fault_of_accessibility(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "data")
    found = {}
    for name, _, _ in PAGES:
        go_to(page, name)
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in {"serious", "critical"}:
                found[name, fault["id"]] = [node["html"][:200] for node in fault["nodes"]][:3]
    assert found == {}


def test_an_outcome_of_one_is_seen_by_another_without_a_click(
    browser: Browser, address: str, store: Path
) -> None:
    caller = signed_in(browser, address, "caller")
    manager = signed_in(browser, address, "manager")
    go_to(manager, "call_list")
    select_first_row(manager)
    select_first_row(caller)
    caller.get_by_text(SPANISH("record.refused"), exact=True).click()
    caller.get_by_role("button", name=SPANISH("record.button")).click()
    caller.get_by_text("Registrado:").wait_for()
    expect(manager.get_by_text("caller · Rechaza").first).to_be_visible(timeout=PATIENCE_MS)
    (kept,) = OutcomeJournal(open_store(str(store))).of_snapshot(SNAPSHOT)
    assert (kept.by, kept.result) == ("caller", "refused")


def test_what_is_being_typed_when_the_session_ends_is_there_again(
    browser: Browser, store: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_SESSION_MINUTES", "1")
    with served_dashboard(str(store), str(store.parent / "users.yaml")) as short:
        caller = signed_in(browser, short.address, "caller")
        select_first_row(caller)
        note = caller.get_by_role("textbox", name=SPANISH("record.note"))
        note.press_sequentially("Volverá a llamar el lunes")
        caller.wait_for_timeout(61_000)
        caller.locator("[data-testid=stSidebarNavLink][href$='/customer']").click(delay=A_HAND_MS)
        ended = SPANISH("sign_in.expired", minutes=1)
        expect(caller.get_by_text(ended)).to_be_visible(timeout=PATIENCE_MS)
        again = signed_in(browser, short.address, "caller")
        expect(again.get_by_text("Empezado y aún sin registrar")).to_be_visible(timeout=PATIENCE_MS)
        select_first_row(again)
        expect(again.get_by_role("textbox", name=SPANISH("record.note"))).to_have_value(
            "Volverá a llamar el lunes"
        )


def test_an_export_opens_and_is_logged(
    browser: Browser, address: str, store: Path, tmp_path: Path
) -> None:
    page = signed_in(browser, address, "manager")
    go_to(page, "call_list")
    with page.expect_download() as download:
        page.get_by_role("button", name=SPANISH("calls.export_csv")).click()
    download.value.save_as(tmp_path / "list.csv")
    head, first, *_ = (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()
    assert head.startswith("Cliente;Segmento;Oferta")
    assert first.startswith("C0")
    log = access_entries(open_store(str(store)), now()[:10], 20)
    assert "exported" in log["action"].to_list()


def test_tables_offer_no_export_of_their_own(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "caller")
    page.get_by_test_id("stDataFrame").first.hover()
    assert page.get_by_role("button", name="Download as CSV").count() == 0
    assert page.get_by_test_id("stAppDeployButton").count() == 0


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    page = browser.new_page(locale="es-ES")
    page.goto(address)
    name = page.get_by_label(SPANISH("sign_in.name"))
    name.wait_for()
    for _ in range(20):
        if name.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("manager")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=SPANISH("pages.this_week")).wait_for()
    link = page.locator("[data-testid=stSidebarNavLink][href$='/customer']")
    for _ in range(40):
        if link.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=SPANISH("pages.customer")).wait_for()


def test_a_phone_has_room_for_the_list_and_the_customer(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "caller", width=390)
    page.get_by_role("heading", level=1, name=SPANISH("pages.call_list")).wait_for()
    settled(page)
    select_first_row(page)
    page.get_by_role("button", name=SPANISH("calls.open_customer")).click()
    page.get_by_role("heading", level=1, name=SPANISH("pages.customer")).wait_for()
    settled(page)
    expect(page.get_by_text(SPANISH("customer.reasons")).first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
