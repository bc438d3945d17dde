"""How an alert reads: a subject, plain text and HTML, with links into the UI."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from spanishgas_assets.operations.alerts.incidents import Digest, Incident, Kind

#: Scopes shown of one incident, and incidents shown in full in one message; the rest is counted.
SHOWN_SCOPES, SHOWN_INCIDENTS = 5, 25

_TITLES = {
    Kind.CHECK: "Check failed",
    Kind.GATE: "Gate refused a model",
    Kind.DRIFT: "Drift",
    Kind.STEP: "Step failed",
    Kind.RUN: "Run crashed",
    Kind.RAW_FILE: "Raw file cannot be used",
    Kind.DROPPED_FILE: "Raw file cannot be used",
    Kind.DROP: "Drop is incomplete",
    Kind.FRESHNESS: "Stale table",
    Kind.HEARTBEAT: "Heartbeat missing",
}


@dataclass(frozen=True)
class Message:
    """One alert, ready to send.

    ``name`` is the same at every attempt, so that repeats can be recognised.
    """

    name: str
    subject: str
    text: str
    html: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def compose(digest: Digest, now: float, ui_url: str) -> Message:
    """Format a digest.

    Args:
        digest: what is to be reported; not empty.
        now: seconds since 1970; names the message.
        ui_url: address of the Dagster UI.
    """
    sections = [
        (heading, incidents)
        for heading, incidents in (
            ("New", digest.opened),
            ("Still open", digest.reminded),
            ("Recovered", digest.recovered),
        )
        if incidents
    ]
    base = ui_url.rstrip("/")
    text = "\n\n".join(_text(heading, incidents, base) for heading, incidents in sections)
    html = "".join(_html(heading, incidents, base) for heading, incidents in sections)
    return Message(
        name=f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}.{int(now * 1e6) % 1_000_000:06d}",
        subject=_subject(digest),
        text=f"{text}\n\nUI: {base}\n",
        html=f'<div style="font:14px/1.5 sans-serif">{html}'
        f'<p><a href="{escape(base)}">Dagster UI</a></p></div>',
    )


def _subject(digest: Digest) -> str:
    counts = [
        f"{len(incidents)} {word}"
        for incidents, word in (
            (digest.opened, "new"),
            (digest.reminded, "still open"),
            (digest.recovered, "recovered"),
        )
        if incidents
    ]
    every = [*digest.opened, *digest.reminded, *digest.recovered]
    if len(every) == 1:
        state = {"new": "", "still open": "still open: ", "recovered": "recovered: "}
        return f"[SpanishGas] {state[counts[0].split(' ', 1)[1]]}{_title(every[0])}"
    return f"[SpanishGas] {', '.join(counts)}: {_title(every[0])} and others"


def _title(incident: Incident) -> str:
    return f"{_TITLES[incident.kind]}: {incident.subject}"


def _text(heading: str, incidents: Sequence[Incident], base: str) -> str:
    lines = [f"{heading} ({len(incidents)})"]
    for incident in incidents[:SHOWN_INCIDENTS]:
        lines += ["", f"* {_title(incident)}", *(f"  {line}" for line in _lines(incident))]
        lines += [f"  {name}: {url}" for name, url in _links(incident, base)]
    lines += [f"  and {len(incidents) - SHOWN_INCIDENTS} more"] * (len(incidents) > SHOWN_INCIDENTS)
    return "\n".join(lines)


def _html(heading: str, incidents: Sequence[Incident], base: str) -> str:
    items = "".join(
        f"<li><b>{escape(_title(incident))}</b><br>"
        + "<br>".join(escape(line) for line in _lines(incident))
        + "".join(
            f' <a href="{escape(url)}">{escape(name)}</a>' for name, url in _links(incident, base)
        )
        + "</li>"
        for incident in incidents[:SHOWN_INCIDENTS]
    )
    more = len(incidents) - SHOWN_INCIDENTS
    rest = f"<li>and {more} more</li>" if more > 0 else ""
    return f"<h3>{heading} ({len(incidents)})</h3><ul>{items}{rest}</ul>"


def _lines(incident: Incident) -> list[str]:
    since = _time(incident.opened_at)
    if incident.resolved_at:
        return [f"from {since} to {_time(incident.resolved_at)}"]
    scopes = sorted(incident.scopes.items())
    lines = [f"since {since}, {len(scopes)} scopes" if len(scopes) > 1 else f"since {since}"]
    lines += [
        f"{scope}: {observation.message}" if scope else observation.message
        for scope, observation in scopes[:SHOWN_SCOPES]
    ]
    return lines + [f"and {len(scopes) - SHOWN_SCOPES} more"] * (len(scopes) > SHOWN_SCOPES)


def _links(incident: Incident, base: str) -> list[tuple[str, str]]:
    runs = sorted({seen.run_id for seen in incident.scopes.values() if seen.run_id})
    links = [("run", f"{base}/runs/{quote(run)}") for run in runs[:SHOWN_SCOPES]]
    if incident.asset:
        links.append(("asset", f"{base}/assets/{quote(incident.asset)}"))
    return links


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
