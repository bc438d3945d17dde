"""How an alert reads: a subject, plain text and HTML, with links into the UI."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from spanishgas_assets.operations.alerts.advice import advice
from spanishgas_assets.operations.alerts.incidents import Digest, Incident, Kind
from spanishgas_assets.operations.alerts.wording import one_line, shortened
from spanishgas_assets.storage.state_files import Seconds

#: Scopes shown of one incident, and incidents shown in full in one message; the rest is counted.
SHOWN_SCOPES, SHOWN_INCIDENTS = 5, 25
#: Characters of a subject, and of what one scope says; longer texts are cut after a sentence.
MOST_SUBJECT, MOST_SAID = 150, 2_000

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
class Attachment:
    """A page of HTML that a mail carries: its file name and content."""

    name: str
    html: str


@dataclass(frozen=True)
class Message:
    """One alert, ready to send.

    Attributes:
        name: the same at every attempt, so that repeats can be recognised.
        subject, text, html: what it says.
        composed_at: seconds since 1970; 0 where release 0.1 composed it.
        answers: names of the messages that reported its incidents first.
        recipients: who still lacks it; empty for all that the settings name.
        tells_of: names of the refused messages that it reports.
        only_refusals: whether it reports nothing else.
        addressees: whom it is for; empty for all that the settings name.
        attachment: what a mail carries besides; other channels leave it out.
    """

    name: str
    subject: str
    text: str
    html: str
    composed_at: Seconds = 0.0
    answers: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    tells_of: tuple[str, ...] = ()
    only_refusals: bool = False
    addressees: tuple[str, ...] = ()
    attachment: Attachment | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Refused:
    """A message that the channel refused for good, and why.

    Attributes:
        message: name of the message.
        subject: its subject.
        reason: what the channel said.
        kept_at: where its text is kept.
    """

    message: str
    subject: str
    reason: str
    kept_at: str


def compose(digest: Digest, now: float, ui_url: str, refused: Sequence[Refused] = ()) -> Message:
    """Format a digest.

    Args:
        digest: what is to be reported; not empty, unless messages were refused.
        now: seconds since 1970; names the message.
        ui_url: address of the Dagster UI.
        refused: earlier messages that the channel refused for good.
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
    lost = _refusals(refused)
    texts = [_text(heading, incidents, base) for heading, incidents in sections]
    html = "".join(_html(heading, incidents, base) for heading, incidents in sections)
    first = (incident.first_message for incident in (*digest.reminded, *digest.recovered))
    return Message(
        name=f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}.{int(now * 1e6) % 1_000_000:06d}",
        subject=shortened(_subject(digest, len(refused)), MOST_SUBJECT),
        text="\n\n".join([*texts, *(["\n".join(lost)] if lost else []), f"UI: {base}\n"]),
        html=f'<div style="font:14px/1.5 sans-serif">{html}'
        + "".join(f"<p>{escape(line)}</p>" for line in lost)
        + f'<p><a href="{escape(base)}">Dagster UI</a></p></div>',
        composed_at=now,
        answers=tuple(dict.fromkeys(name for name in first if name)),
        tells_of=tuple(one.message for one in refused),
        only_refusals=not digest,
    )


def _refusals(refused: Sequence[Refused]) -> list[str]:
    if not refused:
        return []
    return [
        f"Not delivered ({len(refused)}): refused for good, and not sent again",
        *(f"* {one.subject}: {one.reason}. Its text: {one.kept_at}" for one in refused),
    ]


def _subject(digest: Digest, refused: int) -> str:
    if not digest:
        return f"[SpanishGas] {refused} alerts could not be delivered"
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
    return f"{_TITLES[incident.kind]}: {one_line(incident.subject)}"


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
        shortened(f"{scope}: {observation.message}" if scope else observation.message, MOST_SAID)
        for scope, observation in scopes[:SHOWN_SCOPES]
    ]
    lines += [f"and {len(scopes) - SHOWN_SCOPES} more"] * (len(scopes) > SHOWN_SCOPES)
    lines.append(f"What to do: {advice(incident.kind, incident.subject)}")
    return [part for line in lines for part in line.split("\n")]


def _links(incident: Incident, base: str) -> list[tuple[str, str]]:
    runs = sorted({seen.run_id for seen in incident.scopes.values() if seen.run_id})
    links = [("run", f"{base}/runs/{quote(run)}") for run in runs[:SHOWN_SCOPES]]
    if incident.asset:
        links.append(("asset", f"{base}/assets/{quote(incident.asset)}"))
    return links


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
