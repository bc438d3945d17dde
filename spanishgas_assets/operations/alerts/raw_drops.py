"""What is wrong with the raw drops before any run reads them, as whoever looks at them says.

The sensor that looks at the drops writes its findings, the alert sensor reads them: each object in
the store has one writer, and a mail server that is down stops no ingestion.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from spanishgas_assets.operations.alerts.incidents import Incident, Kind, Sighting
from spanishgas_assets.storage.store import Store

#: What the last look at the drops found wrong.
FINDINGS = "operations/raw_drops.json"


@dataclass(frozen=True)
class DropFinding:
    """One thing wrong with the drops; made by :func:`unusable_file` or :func:`incomplete_drop`.

    Attributes:
        kind, subject: the incident that it is, or belongs to.
        says: what is wrong and what to do, in words.
        asset: asset key that the message links to (``raw/customer_contracts``); may be empty.
    """

    kind: Kind
    subject: str
    says: str
    asset: str = ""


def unusable_file(file: str, says: str, asset: str = "") -> DropFinding:
    """Say that no run can use a file, e.g. because it is not Parquet or of an unknown month.

    Args:
        file: as a person finds it: ``2025-01-06/customer_contracts.csv``.
        says: why not, and what to do: a RawFileError's message.
        asset: key of the raw asset.
    """
    return DropFinding(Kind.DROPPED_FILE, file, says, asset)


def incomplete_drop(drop: str, says: str) -> DropFinding:
    """Say that a drop lacks files.

    Args:
        drop: ``2025-01-06``, or what a flat drop is called.
        says: what it lacks, and since when it is waited for.
    """
    return DropFinding(Kind.DROP, drop, says)


def report_drops(store: Store, findings: Iterable[DropFinding]) -> None:
    """Say all that is wrong with the drops now; what was wrong before and is not named is over.

    Call it at every look, also with nothing: the alert sensor opens an incident of each finding at
    its next tick, and closes those that are no longer named. Writes only when something changed.
    """
    ordered = sorted(findings, key=lambda one: (one.kind, one.subject))
    said = (json.dumps([asdict(one) for one in ordered], indent=1) + "\n").encode()
    known = store.read(FINDINGS) if store.exists(FINDINGS) else b"[]\n"
    if said != known:
        store.write(FINDINGS, said)


def drop_sightings(store: Store, incidents: Iterable[Incident], now: float) -> Iterator[Sighting]:
    """Look at what was last reported; ``incidents`` are those open, of which some may be over."""
    found = json.loads(store.read(FINDINGS)) if store.exists(FINDINGS) else []
    troubles = [DropFinding(**(one | {"kind": Kind(one["kind"])})) for one in found]
    named = {(one.kind, one.subject) for one in troubles}
    for one in troubles:
        yield Sighting(
            one.kind, one.subject, "", well=False, says=one.says, at=now, asset=one.asset
        )
    for incident in incidents:
        if (
            incident.kind in {Kind.DROPPED_FILE, Kind.DROP}
            and (incident.kind, incident.subject) not in named
        ):
            yield Sighting(incident.kind, incident.subject, "", well=True, says="", at=now)
