"""Partitions that no snapshot reads any more: what was wrong with them is over.

A month is made once and judged once, so that nothing else would ever close its incident. An
incident of the last week stays: somebody who makes an old partition again wants to know of it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from spanishgas_assets.operations.alerts.incidents import Incident, Observation
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.publication_log import latest_snapshot
from spanishgas_assets.storage.store import Store

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Seconds that a state is old before it can be over by itself.
_WEEK_S = 7 * 24 * 3600


def past_scopes(store: Store, incidents: Iterable[Incident], now: float) -> Iterator[Observation]:
    """Yield a healthy state for each partition before the newest snapshot's trailing year.

    Of what was seen a week ago or earlier.

    Args:
        store: says which snapshot is the newest published.
        incidents: the open incidents.
        now: seconds since 1970.

    Raises:
        StoreError: the log of publications is damaged.
    """
    open_scopes = [
        (incident, scope)
        for incident in incidents
        for scope, seen in incident.scopes.items()
        if _DAY.fullmatch(scope) and now - seen.at >= _WEEK_S
    ]
    newest = latest_snapshot(store) if open_scopes else None
    if newest is None:
        return
    first = trailing_year_keys(date.fromisoformat(newest))[0]
    for incident, scope in open_scopes:
        if scope < first:
            yield Observation(
                incident.kind, incident.subject, scope, healthy=True, message="", at=now
            )
