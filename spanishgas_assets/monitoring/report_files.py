"""Where a report is kept in the store: a page for people and the same figures for programs."""

import json

from spanishgas_assets.monitoring.report import Report, as_html, as_json
from spanishgas_assets.storage.store import Store


def write_report(store: Store, report: Report) -> tuple[str, str]:
    """Store a report as ``monitoring/report/{snapshot}.html`` and ``.json``; return both URLs."""
    page, data = (
        f"monitoring/report/{report.snapshot.isoformat()}.{kind}" for kind in ("html", "json")
    )
    store.write(page, as_html(report).encode())
    store.write(data, (json.dumps(as_json(report), indent=1) + "\n").encode())
    return store.url(page), store.url(data)
