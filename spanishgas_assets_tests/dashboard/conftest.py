"""A small published snapshot: five customers, decided about by the team's own rules."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from argon2 import PasswordHasher

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.dashboard.users import ROLES, User, save_user
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring import tables as monitoring
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention import tables as retention
from spanishgas_assets.retention.decision.recommendations import recommendations
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets_tests.builders import frame, month
from spanishgas_assets_tests.dashboard.served_dashboard import (
    CHROMIUM,
    CHROMIUM_FLAGS,
    served_dashboard,
)
from spanishgas_assets_tests.retention.customers import RULES, gold_master, permissions, scored
from spanishgas_assets_tests.stored import publish_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SNAPSHOT = "2025-01-06"
#: Of every user of a dashboard in a browser.
PASSWORD = "correct horse"
#: Probability and monthly margin of C1, C2, ...
CUSTOMERS = [(0.95, 80.0), (0.9, -5.0), (0.85, 60.0), (0.5, 2.0), (0.03, 10.0)]
#: C3 is in the holdout, and C1's province is Barcelona.
OF_CUSTOMERS = {"C3": {"in_holdout": True}}
PROVINCES = {"C1": 8}


def tables_of(probability_of_c1: float = 0.95) -> list[tuple[Table, pl.DataFrame]]:
    """Every table that a page reads."""
    customers = [(probability_of_c1, 80.0), *CUSTOMERS[1:]]
    names = [f"C{number}" for number in range(1, len(customers) + 1)]
    scores = scored(*customers).lazy()
    allowed = permissions(len(names), **OF_CUSTOMERS).lazy()
    shifts = _campaigns().lazy().select("offer", "segment", "shift")
    reasons = pl.LazyFrame(
        {
            "customer_id": names,
            "reason_codes": ["renewal_near"] * 5,
            "reasons": ["Renews within 40 days"] * 5,
            "reasons_es": ["Renueva dentro de 40 días"] * 5,
        }
    )
    decided, _ = recommendations(scores, allowed, reasons, RULES, shifts)
    months = [{"customer_id": name, "month": month(n)} for name in names for n in range(1, 13)]
    notes = [{"record": 1, "customer_id": "C1", "sentiment_label": "negative"}]
    changes = {
        "customer_id": ["C1"],
        "risk_tier": ["Critical"],
        "churn_probability": [0.95],
        "to_lower_tier": [0.15],
        "lever": ["sentiment"],
        "change": ["Settle the complaint"],
        "change_es": ["Resolver la queja"],
        "probability_after": [0.2],
        "tier_after": ["Low"],
    }
    check = {
        "table": "gold/gold_master",
        "check": "contract",
        "partitions": 1,
        "failed": 0,
        "trend": "new",
        "snapshots_failing": 0,
    }
    return [
        (retention.SCORED_CUSTOMERS, scores.collect()),
        (retention.CONTACT_PERMISSIONS, allowed.collect()),
        (retention.CAMPAIGN_EFFECT, _campaigns()),
        (retention.RECOMMENDATIONS, decided),
        (retention.COUNTERFACTUALS, pl.DataFrame(changes)),
        (
            silver.CUSTOMER,
            frame(
                silver.CUSTOMER,
                *(
                    {"customer_id": name, "province_code": PROVINCES.get(name, 28)}
                    for name in names
                ),
            ).collect(),
        ),
        (silver.CUSTOMER_MONTH, frame(silver.CUSTOMER_MONTH, *months).collect()),
        (bronze.INTERACTIONS, frame(bronze.INTERACTIONS, *notes).collect()),
        (
            bronze.CUSTOMER,
            frame(
                bronze.CUSTOMER,
                *({"customer_id": name, "churn": int(name == "C1")} for name in names),
            ).collect(),
        ),
        (GOLD_MASTER, gold_master(*({"customer_id": name} for name in names)).collect()),
        (
            monitoring.CHECK_SUMMARY,
            pl.DataFrame([check], schema=monitoring.CHECK_SUMMARY.empty().schema),
        ),
        *(
            (table, table.empty())
            for table in (
                monitoring.DRIFT_REPORT,
                monitoring.REALISED_PERFORMANCE,
                monitoring.TIER_CALIBRATION,
            )
        ),
    ]


def _campaigns() -> pl.DataFrame:
    empty = retention.CAMPAIGN_EFFECT.empty()
    rows = [
        {"offer": name, "segment": segment, "shift": 0.0}
        for name in RULES.offers.names
        for segment in SEGMENTS
    ]
    return pl.DataFrame(rows, schema=empty.schema)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot as it was published; tests work on copies."""
    folder = tmp_path_factory.mktemp("published") / "store"
    publish_tables(open_store(str(folder)), SNAPSHOT, *tables_of())
    return folder


@pytest.fixture
def store(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with the snapshot; the settings name it, and a folder for what waits."""
    folder = tmp_path / "store"
    shutil.copytree(published, folder)
    monkeypatch.setenv("SPANISHGAS_STORE", str(folder))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_HELD", str(tmp_path / "held"))
    return open_store(str(folder))


@pytest.fixture
def frames(store: Store) -> PublishedFrames:
    return PublishedFrames(open_publication(store.root))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """The system's browser; only the tests that need one load its driver."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(store: Path) -> Iterator[str]:
    """Where the dashboard answers that asks for passwords; users are called like their role."""
    users = store.parent / "users.yaml"
    password = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    for role in ROLES:
        save_user(str(users), User(name=role, role=role, password=password))
    with served_dashboard(str(store), str(users)) as served:
        yield served.address
