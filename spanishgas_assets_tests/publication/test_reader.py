"""Readers open a publication by its snapshot, a date or its number, and read tables that stay."""

import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from spanishgas_assets import open_publication
from spanishgas_assets.errors import SettingsError, StoreError
from spanishgas_assets.storage.store import Store
from spanishgas_assets_tests.publication.conftest import MONTHS, SNAPSHOT, publish_offers


def budgets(**choice: object) -> list[float]:
    offers = open_publication(**choice).table("retention/recommendations")
    return offers.collect()["offer_budget_eur_month"].to_list()


def test_the_store_of_the_settings_opens_at_its_latest_publication(store: Store) -> None:
    publish_offers(store, "2025-01-13", 9.0)
    assert open_publication().snapshot == "2025-01-13"
    assert budgets() == [9.0]


def test_the_last_snapshot_on_or_before_a_date_counts(store: Store) -> None:
    publish_offers(store, "2025-01-13", 9.0)
    assert budgets(as_of=date(2025, 1, 12)) == [2.5, 0.0]
    assert budgets(as_of="2025-01-13") == [9.0]
    with pytest.raises(StoreError, match="no snapshot on or before 2025-01-05 is published"):
        open_publication(as_of="2025-01-05")


def test_a_superseded_publication_keeps_its_rows(store: Store) -> None:
    held = open_publication(snapshot=SNAPSHOT)
    publish_offers(store, SNAPSHOT, 7.0)
    assert budgets(snapshot=SNAPSHOT) == [7.0]
    assert budgets(number=1) == [2.5, 0.0]
    assert held.table("retention/recommendations").collect().height == 2


def test_a_monthly_table_is_twelve_months_or_one(store: Store) -> None:
    publication = open_publication()
    year = publication.table("bronze/customer_month").collect()
    assert [str(month) for month in year["month"]] == MONTHS
    march = publication.table("bronze/customer_month", month="2024-03-01").collect()
    assert march["month"].to_list() == [date(2024, 3, 1)]
    with pytest.raises(StoreError, match="publication 1 of 2025-01-06 has no month 2025-01-01"):
        publication.table("bronze/customer_month", month=date(2025, 1, 1))


def test_a_table_that_is_not_published_is_answered_with_those_that_are(store: Store) -> None:
    with pytest.raises(StoreError, match=r"no table 'recommendations'; it has bronze/customer_mon"):
        open_publication().table("recommendations")


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"snapshot": SNAPSHOT, "number": 1}, "takes one of snapshot, as_of and number"),
        ({"as_of": "2025-1-9"}, "as_of='2025-1-9': must be a date, YYYY-MM-DD"),
        ({"snapshot": "last"}, "snapshot='last': must be a date, YYYY-MM-DD"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(choice: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        open_publication("anywhere", **choice)  # type: ignore[arg-type]


def test_opening_and_reading_a_publication_imports_nothing_heavy(store: Store) -> None:
    """What costs seconds would make a reader wait for the first row."""
    heavy = "dagster", "pandera", "pandas", "xgboost", "sklearn", "pyarrow", "numpy"
    code = (
        "import sys, spanishgas_assets;"
        "assert 'polars' not in sys.modules;"
        "door = spanishgas_assets.open_publication();"
        "rows = door.table('retention/recommendations').collect();"
        f"print(len(rows), [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 []"


def test_the_package_has_one_door() -> None:
    import spanishgas_assets

    with pytest.raises(AttributeError, match="no attribute 'close_publication'"):
        _ = spanishgas_assets.close_publication


def test_rows_go_on_to_pandas_and_arrow(store: Store) -> None:
    rows = open_publication().table("retention/scored_customers").collect()
    assert rows.to_pandas()["customer_id"].tolist() == ["C00001", "C00002"]
    assert pl.from_arrow(rows.to_arrow()).equals(rows)
