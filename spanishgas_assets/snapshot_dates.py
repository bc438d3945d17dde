"""Which days are snapshots: Mondays, known without Dagster, which takes a second to import."""

from datetime import UTC, date, datetime, timedelta

from spanishgas_assets.errors import SettingsError

FIRST_SNAPSHOT = date(2025, 1, 6)
_WEEK = timedelta(weeks=1)


def last_snapshot() -> date:
    """Return the newest snapshot: this week's Monday, as of UTC."""
    weeks = (datetime.now(UTC).date() - FIRST_SNAPSHOT) // _WEEK
    return FIRST_SNAPSHOT + weeks * _WEEK


def refuse_unknown_snapshot(snapshot: str) -> None:
    """Refuse a date that is not the as-of date of a snapshot.

    Raises:
        SettingsError: says which dates are.
    """
    last = last_snapshot()
    try:
        day = date.fromisoformat(snapshot)
    except ValueError:
        day = date.min
    known = FIRST_SNAPSHOT <= day <= last and (day - FIRST_SNAPSHOT) % _WEEK == timedelta(0)
    if not known or snapshot != day.isoformat():
        raise SettingsError(
            f"{snapshot!r} is not a snapshot: snapshots are the Mondays from {FIRST_SNAPSHOT} to "
            f"{last}, written YYYY-MM-DD"
        )


def trailing_year_keys(as_of: date) -> list[str]:
    """Return the twelve month keys that a snapshot uses, oldest first."""
    last = as_of.year * 12 + as_of.month - 1
    return [f"{index // 12:04d}-{index % 12 + 1:02d}-01" for index in range(last - 12, last)]
