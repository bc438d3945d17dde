"""A browser's way in and through, on a small snapshot: passwords, a company account, an outcome."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.users import User, save_user
from spanishgas_assets.retention.recorded_outcomes import OutcomeJournal
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.dashboard.conftest import PASSWORD, SNAPSHOT
from spanishgas_assets_tests.dashboard.identity_provider import (
    CLIENT,
    SECRET,
    Provider,
    identity_provider,
)
from spanishgas_assets_tests.dashboard.served_dashboard import (
    CHROMIUM,
    served_dashboard,
)
from spanishgas_assets_tests.free_port import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH"),
]

SPANISH = Words("es")
PATIENCE_MS = 60_000
MARTA = "marta@example.com"


@pytest.fixture(scope="module")
def store(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser") / "store"
    shutil.copytree(published, folder)
    return folder


@dataclass(frozen=True)
class Company:
    """A dashboard behind a provider of identities."""

    address: str
    provider: Provider


@pytest.fixture(scope="module")
def company(store: Path) -> Iterator[Company]:
    users, oidc, port = store.parent / "company.yaml", store.parent / "auth.toml", free_port()
    save_user(str(users), User(name=MARTA, role="manager"))
    with identity_provider() as provider:
        oidc.write_text(
            "[auth]\n"
            f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
            'cookie_secret = "a secret of this test alone"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"\n'
        )
        with served_dashboard(str(store), str(users), oidc=str(oidc), port=port) as served:
            yield Company(served.address, provider)


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(locale="es-ES").new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    return page


def by_password(browser: Browser, address: str, name: str) -> Page:
    page = opened(browser, address)
    page.get_by_label(SPANISH("sign_in.name")).fill(name)
    page.get_by_label(SPANISH("sign_in.password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=SPANISH("sign_in.button")).click()
    page.get_by_role("heading", level=1, name=SPANISH("sign_in.title")).wait_for(state="detached")
    return page


def by_company(browser: Browser, company: Company, email: str) -> Page:
    company.provider.email = email
    page = opened(browser, company.address)
    page.get_by_role("button", name=SPANISH("sign_in.oidc")).click()
    return page


def look_up(page: Page, customer: str) -> None:
    page.locator("[data-testid=stSidebarNavLink][href$='/customer']").click()
    page.get_by_role("heading", level=1, name=SPANISH("pages.customer")).wait_for()
    page.get_by_role("textbox", name=SPANISH("customer.ask")).fill(customer)
    page.get_by_role("button", name=SPANISH("customer.look")).click()


def test_a_call_is_recorded_by_one_and_seen_by_another(
    browser: Browser, address: str, store: Path
) -> None:
    caller = by_password(browser, address, "caller")
    look_up(caller, "C1")
    caller.get_by_text(SPANISH("record.refused"), exact=True).click()
    caller.get_by_role("textbox", name=SPANISH("record.note")).fill("Prefiere la tarde")
    caller.get_by_role("button", name=SPANISH("record.button")).click()
    caller.get_by_text("Registrado:").wait_for()
    manager = by_password(browser, address, "manager")
    look_up(manager, "C1")
    expect(manager.get_by_text("caller · Rechaza")).to_be_visible(timeout=PATIENCE_MS)
    (kept,) = OutcomeJournal(open_store(str(store))).of_snapshot(SNAPSHOT)
    assert (kept.by, kept.result, kept.note) == ("caller", "refused", "Prefiere la tarde")


def test_a_company_account_leads_to_the_role_of_the_users_file(
    browser: Browser, company: Company
) -> None:
    page = by_company(browser, company, MARTA)
    page.get_by_role("heading", level=1, name=SPANISH("pages.this_week")).wait_for()
    expect(page.get_by_text(f"{MARTA} · responsable")).to_be_visible(timeout=PATIENCE_MS)
    assert [path for path in company.provider.asked if path in {"/authorize", "/token"}] == [
        "/authorize",
        "/token",
    ]


def test_a_company_account_without_a_role_sees_no_page(browser: Browser, company: Company) -> None:
    page = by_company(browser, company, "eve@example.com")
    said = SPANISH("sign_in.unknown", name="eve@example.com")
    expect(page.get_by_text(said)).to_be_visible(timeout=PATIENCE_MS)
    assert page.get_by_test_id("stSidebarNavLink").count() == 0
