"""A small publication in a store of each kind: a monthly table and two of a snapshot."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import CUSTOMER_MONTH
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.publication_log import publish
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import write_table
from spanishgas_assets_tests.stored import NOON, RUN

SNAPSHOT = "2025-01-06"
MONTHS = trailing_year_keys(date(2025, 1, 6))


def publish_offers(store: Store, snapshot: str, *budgets_eur: float) -> None:
    """Publish twelve months of one customer, and recommendations with these budgets."""
    customers = [f"C{number:05d}" for number in range(1, len(budgets_eur) + 1)]
    offers = pl.DataFrame({"customer_id": customers, "offer_budget_eur_month": budgets_eur})
    scores = pl.DataFrame(
        {"customer_id": customers, "reasons": [["renews", "it's dear"]] * len(customers)}
    )
    tables = {
        CUSTOMER_MONTH.title: {
            month: write_table(
                store,
                f"{CUSTOMER_MONTH.title}/{month}",
                pl.DataFrame({"customer_id": ["C00001"], "month": [date.fromisoformat(month)]}),
            )
            for month in MONTHS
        },
        RECOMMENDATIONS.title: {
            snapshot: write_table(store, f"{RECOMMENDATIONS.title}/{snapshot}", offers)
        },
        SCORED_CUSTOMERS.title: {
            snapshot: write_table(store, f"{SCORED_CUSTOMERS.title}/{snapshot}", scores)
        },
    }
    content = Content(snapshot, tables, model={"version": "model-1", "registry_event": 1})
    publish(store, snapshot, lambda: content, published_at=NOON, by=RUN)


@pytest.fixture
def store(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one publication; the settings name it."""
    monkeypatch.setenv("SPANISHGAS_STORE", store_url)
    opened = open_store(store_url)
    publish_offers(opened, SNAPSHOT, 2.5, 0.0)
    return opened
