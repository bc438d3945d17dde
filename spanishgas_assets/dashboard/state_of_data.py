"""How fresh and how sound a publication is, for a person: the strip above every page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.monitoring.tables import CHECK_SUMMARY

#: A snapshot is a Monday's; the next is due a week later, and there by the end of that day.
_DUE_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class StateOfData:
    """Age and soundness of what is shown.

    Attributes:
        as_of: the snapshot.
        published_at: when it was published, UTC.
        model_version: what scored it.
        age_days: days since the snapshot.
        due: when the next snapshot is due.
        stale: whether that day is over.
        checks, failed: checks of the snapshot, and how many of them failed.
    """

    as_of: date
    published_at: datetime
    model_version: str
    age_days: int
    due: date
    stale: bool
    checks: int
    failed: int


def state_of_data(frames: PublishedFrames, today: date) -> StateOfData:
    """Describe a publication as of a day.

    Raises:
        StoreError: the summary of checks is missing or damaged.
    """
    publication = frames.publication
    as_of = date.fromisoformat(publication.snapshot)
    checks = check_rows(frames)
    return StateOfData(
        as_of=as_of,
        published_at=datetime.fromisoformat(publication.manifest.published_at),
        model_version=publication.model_version,
        age_days=(today - as_of).days,
        due=as_of + _DUE_AFTER,
        stale=today > as_of + _DUE_AFTER,
        checks=checks.height,
        failed=checks.filter(pl.col("failed") > 0).height,
    )


def check_rows(frames: PublishedFrames) -> pl.DataFrame:
    """Return the publication's summary of checks."""
    return frames.once("checks", lambda: frames.table(CHECK_SUMMARY.title).collect())
