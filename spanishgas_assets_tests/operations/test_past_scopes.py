"""Incidents of months that no snapshot reads any more are over."""

import pytest

from spanishgas_assets.operations.alerts.incidents import IncidentLog, Kind, Observation
from spanishgas_assets.operations.alerts.past_scopes import past_scopes
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

DAY_S = 24 * 3600.0


@pytest.mark.parametrize(
    ("snapshot", "days", "still_open"),
    [
        ("2025-03-31", 7, ["2024-03-01"]),
        ("2025-04-07", 7, []),
        ("2025-04-07", 6, ["2024-03-01"]),
        (None, 7, ["2024-03-01"]),
    ],
)
def test_a_month_is_over_a_week_later_when_the_trailing_year_has_left_it(
    tmp_path, snapshot, days, still_open
):
    store, log = open_store(str(tmp_path)), IncidentLog()
    subject = "bronze/price_month: null_limits"
    log.record(
        [Observation(Kind.CHECK, subject, "2024-03-01", healthy=False, message="warn", at=1.0)]
    )
    if snapshot:
        publish_tables(store, snapshot)
    log.record(list(past_scopes(store, log.open.values(), 1 + days * DAY_S)))
    assert [scope for one in log.open.values() for scope in one.scopes] == still_open


def test_what_belongs_to_no_partition_stays_open(tmp_path):
    store, log = open_store(str(tmp_path)), IncidentLog()
    publish_tables(store, "2025-04-07")
    log.record([Observation(Kind.RUN, "prune", "", healthy=False, message="failed", at=1.0)])
    assert list(past_scopes(store, log.open.values(), 9 * DAY_S)) == []
