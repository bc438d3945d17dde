"""Labels that an offer has changed: who accepted one may have stayed because of it.

Such a customer's label says nothing of who leaves if nobody offers anything, which is what a score
says: nothing is learned from it, and no score is judged by it. Whoever accepted and would have
stayed anyway is left out as well: where as many accept among them, the rest is as without offers.
"""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import scan_versions

#: The table that knows what callers and campaigns brought, made later in the graph than a model.
PERMISSIONS = "retention/contact_permissions"


def accepted_near(
    store: Store, day: date, horizon_days: int, made: date, known_by: date | None = None
) -> pl.Series:
    """Return who accepted an offer within a label's horizon of its day, before or after it.

    As the publications of the horizon know it from campaign_outcomes.csv and from what callers
    recorded.

    Args:
        store: holds the publications.
        day: of the label.
        horizon_days: within which the label counts leaving.
        made: the snapshot that is being made. Its own publication does not count, or what is made
            again would differ from what was made first.
        known_by: snapshots after it do not count; None counts all of the horizon, as labels do.

    Raises:
        StoreError: a publication or its table is damaged.
    """
    horizon = timedelta(days=horizon_days)
    end = min(day + horizon, known_by or date.max)
    near = pl.col("last_accepted_date").is_between(day - horizon, day + horizon, closed="right")
    found = [
        rows.filter(near).select("customer_id").collect()["customer_id"]
        for snapshot in publication_log.published_snapshots(store)
        if day <= date.fromisoformat(snapshot) <= end and snapshot != made.isoformat()
        for rows in _published(store, snapshot)
        if "last_accepted_date" in rows.collect_schema()
    ]
    return pl.concat(found).unique().sort() if found else pl.Series(dtype=pl.String)


def _published(store: Store, snapshot: str) -> list[pl.LazyFrame]:
    """Scan the table of a snapshot as published; none where it is in no publication."""
    manifest = publication_log.current(store, snapshot)
    parts = manifest.content.tables.get(PERMISSIONS, {}) if manifest else {}
    return [scan_versions(store, [parts[snapshot]])] if snapshot in parts else []
