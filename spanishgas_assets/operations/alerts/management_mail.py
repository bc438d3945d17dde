"""Monday's mail: a new snapshot's page for management, attached where a channel can attach."""

from datetime import date
from html import escape

from spanishgas_assets.operations.alerts.messages import Attachment, Message
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.retention.management_page import MANAGEMENT_FILE
from spanishgas_assets.settings import Alerts, Settings
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.store import Store


def announce(store: Store, outbox: AlertOutbox, settings: Settings, now: float) -> None:
    """Keep the latest snapshot's message for the next delivery, once for each snapshot.

    A snapshot that is published again is not announced again, and one without a page (of an
    earlier release) never is.

    Args:
        store: where the publications are.
        outbox: keeps which snapshot was announced last.
        settings: whether pages are announced, to whom, and through which channel.
        now: seconds since 1970.

    Raises:
        StoreError: the publication or its page is damaged.
    """
    if not settings.management_page:
        return
    snapshot = publication_log.latest_snapshot(store)
    if snapshot is None or snapshot <= outbox.announced:
        return
    message = None
    manifest = publication_log.current(store, snapshot)
    if manifest is not None and MANAGEMENT_FILE in manifest.content.files:
        message = _message(Publication(store, manifest), settings, now)
    outbox.announce(snapshot, message)


def _message(publication: Publication, settings: Settings, now: float) -> Message:
    snapshot = publication.snapshot
    day = f"{date.fromisoformat(snapshot):%d/%m/%Y}"
    page = publication.file(MANAGEMENT_FILE).decode("utf-8")
    where = publication.manifest.content.files[MANAGEMENT_FILE]
    attached = settings.alerts == Alerts.EMAIL
    places = [publication.store.url(where.key), *filter(None, [settings.dashboard_url])]
    lines = [
        f"La hoja para dirección del {day} está lista{' y va adjunta' if attached else ''}.",
        f"The page for management of {snapshot} is ready{' and attached' if attached else ''}.",
        *places,
    ]
    return Message(
        name=f"management-{snapshot}.{int(now)}",
        subject=f"[SpanishGas] Hoja para dirección, {day} / Page for management",
        text="\n".join([*lines, ""]),
        html="".join(f"<p>{escape(line)}</p>" for line in lines),
        composed_at=now,
        addressees=settings.management_recipients,
        attachment=Attachment(f"management_{snapshot}.html", page) if attached else None,
    )
