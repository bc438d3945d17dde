"""Batches: what is new in a drop, to which snapshot it belongs, and what it missing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.operations.arrivals.inventory import Arrivals
from spanishgas_assets.operations.arrivals.key_parsing import FLAT
from spanishgas_assets.raw.files import CHURN_LABEL, RAW_FILES
from spanishgas_assets.storage.state_files import Seconds

_MONTHLY = {file.name for file in RAW_FILES if file.cadence == "month"}
_OF_CUSTOMERS = {file.name for file in RAW_FILES if file.cadence == "snapshot"} - {CHURN_LABEL.name}


@dataclass(frozen=True)
class Batch:
    """What is new in one drop, run as one.

    Attributes:
        name: drop, number of the batch in it, and digest: two evaluations of the same state give
            it the same name; content that returns has another name than the first time.
        drop: ``flat`` or a date.
        units: digests of what is new.
        snapshot: the snapshot that it belongs to.
        job: what makes that snapshot: new labels train, anything else scores.
        opened_at: when it had settled, seconds since 1970.
    """

    name: str
    drop: str
    units: dict[str, str]
    snapshot: str
    job: str
    opened_at: Seconds

    @property
    def files(self) -> list[str]:
        """Names of the raw files that are new in it, whole or in part."""
        return sorted({unit.split("/")[0] for unit in self.units})

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def open_batch(
    drop: str,
    units: Mapping[str, str],
    snapshot: str,
    processed: Mapping[str, Mapping[str, str]],
    number: int,
    opened_at: float,
    state: str,
) -> Batch:
    """Make a batch of what is new in a drop.

    Args:
        drop: ``flat`` or a date.
        units: digests of what is new.
        snapshot: the snapshot that it belongs to.
        processed: what was processed, by drop: labels among it are not new.
        number: batches of the drop that were opened before.
        opened_at: seconds since 1970.
        state: identifies this arrival state: runs of an earlier, lost state are not of this batch.
    """
    labels = units.get(CHURN_LABEL.name)
    known_labels = {digests.get(CHURN_LABEL.name) for digests in processed.values()}
    content = ";".join(f"{unit}={digest}" for unit, digest in sorted(units.items()))
    digest = hashlib.blake2b(f"{state};{snapshot};{content}".encode(), digest_size=4).hexdigest()
    return Batch(
        name=f"{drop}.{number + 1}.{digest}",
        drop=drop,
        units=dict(units),
        snapshot=snapshot,
        job="score_snapshot" if labels is None or labels in known_labels else "train_snapshot",
        opened_at=opened_at,
    )


def snapshot_of(drop: str, snapshots: Sequence[str], pinned: date | None) -> str:
    """Return the snapshot that a drop belongs to.

    A dated drop belongs to the first snapshot that sees it: the Monday of its date, or the next.

    Args:
        drop: ``flat`` or a date.
        snapshots: those that there are, oldest first.
        pinned: the flat drop's snapshot, if a deployment pins it; None is the newest.

    Raises:
        SettingsError: the pinned date can never be a snapshot.
    """
    if pinned and (pinned.weekday() != 0 or pinned.isoformat() < snapshots[0]):
        raise SettingsError(
            f"SPANISHGAS_ARRIVALS_SNAPSHOT={pinned} is not a snapshot: snapshots are the Mondays "
            f"from {snapshots[0]}"
        )
    if drop == FLAT:
        return pinned.isoformat() if pinned else snapshots[-1]
    day = date.fromisoformat(drop)
    monday = day + timedelta(days=-day.weekday() % 7)
    return max(monday.isoformat(), snapshots[0])


def lacking_files(batch: Batch, arrivals: Arrivals, expected: Sequence[str]) -> list[str]:
    """Return the expected files that a dated drop lacks (earlier drops may have them).

    A drop that brings no customer file at all, or labels alone, is not expected to bring the
    others.

    Raises:
        SettingsError: an expected file is not a raw file of the platform.
    """
    names = {file.name for file in RAW_FILES}
    unknown = [name for name in expected if name not in names]
    if unknown:
        raise SettingsError(
            f"SPANISHGAS_ARRIVALS_EXPECTED names {', '.join(unknown)}; the raw files are "
            f"{', '.join(sorted(names))}"
        )
    held = arrivals.drops[batch.drop].files
    if batch.drop == FLAT or not held & _OF_CUSTOMERS:
        return []
    return [name for name in expected if name not in held]


def touched_months(batch: Batch, known: Sequence[str]) -> list[str]:
    """Return the months (keys ``2024-03-01``) whose content the batch can have changed.

    Args:
        batch: the batch.
        known: months whose readings are there.
    """
    whole = any(unit in _MONTHLY for unit in batch.units)
    return [
        f"{month}-01" for month in known if whole or f"consumption_hourly/{month}" in batch.units
    ]
