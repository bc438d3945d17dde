"""The page for management: one sheet a language, with the team's own figures and no customer."""

import re
from datetime import date

import pytest

from spanishgas_assets.retention.management_page import Decisions, management_page
from spanishgas_assets_tests.retention.customers import RULES, recommend, scored

CUSTOMERS = [(0.95, 80.0), (0.9, -5.0), (0.5, 2.0), (0.03, 1234.0)]
TITLES = {language: RULES.offers.titles(language) for language in ("es", "en")}


def decisions(day: date, *customers: tuple[float, float]) -> Decisions:
    return Decisions(day, scored(*customers).lazy(), recommend(*customers).lazy())


@pytest.fixture(scope="module")
def page() -> str:
    this = decisions(date(2025, 1, 13), *CUSTOMERS)
    return management_page(this, decisions(date(2025, 1, 6), *CUSTOMERS[:3]), "m-1", TITLES)


def section(page: str, language: str) -> str:
    found = re.search(rf'<section lang="{language}">(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_each_language_has_the_same_figures_written_its_own_way(page: str) -> None:
    assert "Clientes 4 +1 desde el 06/01/2025" in section(page, "es")
    assert "Customers 4 +1 since 6 Jan 2025" in section(page, "en")
    loss = 12 * (0.95 * 80 + 0.5 * 2 + 0.03 * 1234)
    assert f"€{loss:,.0f}" in section(page, "en")
    assert f"{loss:,.0f} €".replace(",", ".") in section(page, "es")


def test_rules_that_take_offers_from_critical_customers_are_named(page: str) -> None:
    assert "the customer brings no margin to share 1" in section(page, "en")
    assert "el cliente no deja margen que compartir 1" in section(page, "es")


def test_no_customer_is_named_and_nothing_is_fetched(page: str) -> None:
    assert not re.search(r"\bC\d\b", page)
    assert "http" not in page
    assert "<script" not in page


def test_a_first_snapshot_is_compared_with_nothing() -> None:
    page = management_page(decisions(date(2025, 1, 6), *CUSTOMERS), None, "m-1", TITLES)
    assert "first snapshot" in section(page, "en")
