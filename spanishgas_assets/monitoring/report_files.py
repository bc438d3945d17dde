"""Where a report is kept in the store: a page for people and the same figures for programs."""

import json

from spanishgas_assets.monitoring.report import Report, as_html, as_json
from spanishgas_assets.storage.file_versions import FileVersion, write_files
from spanishgas_assets.storage.store import Store


def report_place(snapshot: str) -> str:
    """Return where a snapshot's report is: ``layer/name/partition``."""
    return f"monitoring/report/{snapshot}"


def write_report(store: Store, report: Report) -> list[FileVersion]:
    """Store a report as HTML and as JSON."""
    return write_files(
        store,
        report_place(report.snapshot.isoformat()),
        {
            "html": as_html(report).encode(),
            "json": (json.dumps(as_json(report), indent=1) + "\n").encode(),
        },
    )
