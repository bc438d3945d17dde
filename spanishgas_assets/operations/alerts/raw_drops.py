"""Problems of the raw drops before any run reads them, as the arrival sensor reports them.

The arrival sensor writes its findings and the alert sensor reads them: each object in the store
has one writer, and a mail server that is down stops no ingestion.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from spanishgas_assets.operations.alerts.incidents import Incident, Kind, Observation
from spanishgas_assets.operations.alerts.wording import one_line, paragraph
from spanishgas_assets.operations.former_names import with_current_names
from spanishgas_assets.storage.state_files import of_json, read_sealed_state, write_state_file
from spanishgas_assets.storage.store import Store

#: What the last evaluation of the drops found wrong.
FINDINGS = "operations/raw_drops.json"
#: Field of it.
_FINDINGS = "findings"

_FORMER_NAMES = {"says": "message"}
_REMEDY = "Delete it: the arrival sensor writes it anew at its next evaluation."


@dataclass(frozen=True)
class DropFinding:
    """One problem of a drop; made by :func:`unusable_file` or :func:`incomplete_drop`.

    Attributes:
        kind, subject: the incident that it opens or belongs to.
        message: what is wrong and what to do.
        asset: asset key that the alert links to (``raw/customer_contracts``); may be empty.
    """

    kind: Kind
    subject: str
    message: str
    asset: str = ""


def unusable_file(file: str, message: str, asset: str = "") -> DropFinding:
    """Report a file that no run can use, e.g. because it is not Parquet or its month is unknown.

    Args:
        file: where a person finds it: ``2025-01-06/customer_contracts.csv``.
        message: why not, and what to do: a RawFileError's message.
        asset: key of the raw asset.
    """
    return DropFinding(Kind.DROPPED_FILE, one_line(file), paragraph(message), asset)


def incomplete_drop(drop: str, message: str) -> DropFinding:
    """Report a drop that lacks files.

    Args:
        drop: ``2025-01-06``, or the name of a flat drop.
        message: which files are missing, and since when.
    """
    return DropFinding(Kind.DROP, one_line(drop), paragraph(message))


def report_drops(store: Store, findings: Iterable[DropFinding]) -> None:
    """Store every current problem of the drops; a problem that is no longer listed is resolved.

    Call it after every evaluation, also without findings: at its next tick the alert sensor opens
    an incident for each finding and resolves those no longer listed. Writes only on a change.
    """
    ordered = sorted(findings, key=lambda finding: (finding.kind, finding.subject))
    if ordered or store.exists(FINDINGS):
        listed = [asdict(finding) for finding in ordered]
        write_state_file(store, FINDINGS, {_FINDINGS: listed})


def drop_observations(
    store: Store, incidents: Iterable[Incident], now: float
) -> Iterator[Observation]:
    """Yield the findings last stored, and a healthy state for each open incident without one.

    Args:
        store: holds the findings.
        incidents: the open incidents.
        now: seconds since 1970.

    Raises:
        StoreError: the findings are damaged.
    """
    findings = read_sealed_state(store, FINDINGS, _parse, _REMEDY) or []
    reported = {(finding.kind, finding.subject) for finding in findings}
    for finding in findings:
        yield Observation(
            finding.kind,
            finding.subject,
            "",
            healthy=False,
            message=finding.message,
            at=now,
            asset=finding.asset,
        )
    for incident in incidents:
        if (
            incident.kind in {Kind.DROPPED_FILE, Kind.DROP}
            and (incident.kind, incident.subject) not in reported
        ):
            yield Observation(incident.kind, incident.subject, "", healthy=True, message="", at=now)


def _parse(values: Any) -> list[DropFinding]:
    """Read the findings; an earlier release wrote them as a list, without a checksum."""
    listed = values if isinstance(values, list) else values[_FINDINGS]
    return of_json(list[DropFinding], with_current_names(listed, _FORMER_NAMES))
