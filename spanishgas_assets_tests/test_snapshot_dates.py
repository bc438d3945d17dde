"""Snapshots as the command line knows them are those of the graph."""

import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.snapshot_dates import FIRST_SNAPSHOT, last_snapshot, refuse_unknown_snapshot


def test_first_and_last_snapshot_are_those_of_the_graph() -> None:
    keys = SNAPSHOTS.get_partition_keys()
    assert (FIRST_SNAPSHOT.isoformat(), last_snapshot().isoformat()) == (keys[0], keys[-1])
    for key in keys:
        refuse_unknown_snapshot(key)


@pytest.mark.parametrize("date", ["2024-12-30", "2025-01-07", "20250106", "2999-01-07", "monday"])
def test_another_date_is_refused(date: str) -> None:
    with pytest.raises(SettingsError, match="snapshots are the Mondays from 2025-01-06 to 20"):
        refuse_unknown_snapshot(date)
