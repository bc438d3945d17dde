"""Prohibitions that are no longer there."""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.retention.prohibitions_check import (
    former_customers,
    permissions_before,
    prohibitions_finding,
)
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.set_aside_limit import limits_of
from spanishgas_assets_tests.stored import publish_tables

from .customers import permissions

LIMITS = limits_of(CONTACT_PERMISSIONS, {})


def known(**flags: list[bool | None]) -> pl.DataFrame:
    """Permissions of as many customers as a flag has answers; the other flags are not known."""
    count = len(next(iter(flags.values())))
    given = {"consent_calls": None, "opted_out": None, "vulnerable": None} | flags
    return pl.DataFrame({"customer_id": [f"C{number}" for number in range(count)]}).with_columns(
        pl.Series(name, [None] * count if said is None else said, dtype=pl.Boolean)
        for name, said in given.items()
    )


def found(now: pl.DataFrame, before: pl.DataFrame):
    return prohibitions_finding(now, {"the snapshot before": before}, LIMITS)


def test_prohibitions_that_are_still_there_pass():
    same = known(opted_out=[True] * 5, consent_calls=[False] * 5)
    assert found(same, same).description == "no row gone"


def test_a_list_that_is_gone_fails_and_says_which():
    outcome = found(known(opted_out=[None] * 5), known(opted_out=[True] * 5))
    assert not outcome.passed
    assert outcome.description == (
        "opted_out of the snapshot before: 5 of 5 rows gone (100.0%, limit 20.0%): prohibition "
        "that is gone (5 rows). Have the file delivered again or correct the rows; if they are as "
        "they should be, change the limit: SPANISHGAS_SET_ASIDE_LIMITS="
        "retention/contact_permissions:prohibition that is gone=SHARE"
    )


def test_calls_that_were_refused_and_are_allowed_now_count_as_gone():
    assert not found(known(consent_calls=[True] * 5), known(consent_calls=[False] * 5)).passed


def test_customers_who_change_their_mind_or_leave_pass():
    before = known(opted_out=[True] * 10)
    assert found(known(opted_out=[False] * 2 + [True] * 8), before).passed
    assert found(known(opted_out=[True] * 3), before).passed


def test_permissions_are_read_as_published(tmp_path):
    store = open_store(str(tmp_path))
    assert permissions_before(store, "2025-01-13") == {}
    rows = permissions(2).collect()
    publish_tables(store, "2025-01-06", (CONTACT_PERMISSIONS, rows))
    assert list(permissions_before(store, "2025-01-13")) == ["the snapshot before"]
    assert list(permissions_before(store, "2025-01-06")) == ["the snapshot as published"]


def test_former_customers_are_those_of_earlier_publications(tmp_path):
    store = open_store(str(tmp_path))
    for week in range(6):
        day = (date(2025, 1, 6) + timedelta(weeks=week)).isoformat()
        ids = pl.DataFrame({"customer_id": ["C1", f"W{week}"]})
        publish_tables(store, day, (CONTACT_PERMISSIONS, ids))
    assert former_customers(store, "2025-01-06").to_list() == []
    assert former_customers(store, "2025-02-10").to_list() == ["C1", "W0", "W4"]
