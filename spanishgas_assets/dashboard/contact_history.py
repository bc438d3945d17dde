"""What a customer was offered, week by week, and what callers recorded of it."""

import polars as pl

from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.dashboard.one_customer import decision_of
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.dashboard.week_figures import frames_before
from spanishgas_assets.retention.column_values import NO_OFFER

#: Kinds of rows.
OFFERED, RECORDED = "offered", "recorded"

_SCHEMA = dict.fromkeys(("day", "kind", "offer", "channel", "result", "by"), pl.String)


def contact_history(
    frames: PublishedFrames, records: KeptRecords, customer_id: str
) -> pl.DataFrame:
    """Return a customer's offers and outcomes of this snapshot and those before, newest first.

    Columns: day (ISO), kind (OFFERED or RECORDED), offer, channel, result and by; the last two are
    null in an offer. A snapshot in which the customer had no offer has no row.

    Raises:
        StoreError: a publication or an entry is damaged.
    """
    rows: list[tuple[str | None, ...]] = []
    for one in [frames, *frames_before(frames)]:
        snapshot = one.publication.snapshot
        outcomes = [
            (kept.at[:10], RECORDED, kept.offer, kept.channel, kept.result, kept.by)
            for kept in records.outcomes(snapshot)
            if kept.customer_id == customer_id
        ]
        rows += outcomes[::-1]
        decision = decision_of(one, customer_id)
        if decision is not None and decision["action"] != NO_OFFER:
            rows.append((snapshot, OFFERED, decision["action"], decision["channel"], None, None))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
