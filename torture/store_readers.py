"""Everyone who reads a store, each as a function that returns what a person would see."""

import os
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

from spanishgas_assets.catalog import PUBLISHED_TABLES
from spanishgas_assets.churn.model.model_store import model_of, pointed_model
from spanishgas_assets.dashboard.access_log import access_entries
from spanishgas_assets.dashboard.call_rows import Wanted, call_rows, offers_made
from spanishgas_assets.dashboard.contact_history import contact_history
from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.dashboard.model_figures import CURVES, curve
from spanishgas_assets.dashboard.one_customer import customer_sheet, known_ids
from spanishgas_assets.dashboard.published_frames import PublicationDoor, PublishedFrames
from spanishgas_assets.dashboard.state_of_data import state_of_data
from spanishgas_assets.dashboard.week_figures import drift_rows, frames_before, week_figures
from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.monitoring.history import reports_until
from spanishgas_assets.monitoring.references import stored_references
from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.operations.alerts.heartbeat import signs_of_life
from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, AlertOutbox
from spanishgas_assets.operations.arrivals.sensor import evaluate
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.publication.assembly import published_files
from spanishgas_assets.publication.reader import WorkingState, open_publication
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.digests import digest_of
from spanishgas_assets.storage.file_versions import read_file
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables.snapshot_before import table_before
from torture.graph_runs import SNAPSHOT, Retailer, command, environment
from torture.living_store import ACCESS_DAY, COMING, LATER, SETTINGS, settled_at, tick

#: Columns of a terminal that breaks no line of a message.
_WIDE = {"COLUMNS": "1000"}


@dataclass(frozen=True)
class Answer:
    """What a reader sees: an exit status, and the lines that it reads."""

    status: int
    said: str


@dataclass(frozen=True)
class Seat:
    """Where a reader sits: the retailer, and the store that it reads."""

    made: Retailer
    folder: Path

    @property
    def store(self) -> Store:
        """The store, as a new process opens it."""
        return open_store(str(self.folder))

    def command(self, *words: str) -> Answer:
        """Give a command; the place of the store is left out of what it prints."""
        with patch.dict(os.environ, _WIDE):
            status, said = command(self.made, self.folder, SETTINGS, *words)
        return self._answer(status, said)

    def look(self, read: Callable[[Store], str]) -> Answer:
        """Call a reader of the platform, as a sensor or a page does."""
        try:
            with environment(self.made, self.folder, SETTINGS):
                said, status = read(self.store), 0
        except SpanishGasError as error:
            said, status = str(error), 1
        except Exception:  # a person would see it
            said, status = traceback.format_exc(), 1
        return self._answer(status, said)

    def _answer(self, status: int, said: str) -> Answer:
        """Leave out of what is said where the store is, and what fills lines up."""
        lines = said.replace(str(self.folder), "STORE").splitlines()
        return Answer(status, "\n".join(line.rstrip() for line in lines))


def _calls(seat: Seat, *words: str) -> Answer:
    with tempfile.TemporaryDirectory(prefix="torture") as folder:
        file = Path(folder) / "calls.csv"
        given = ("calls", "--snapshot", LATER, "--channel", "all", "--out", str(file), *words)
        answer = seat.command(*given)
        listed = file.read_text("utf-8") if file.exists() else ""
    return Answer(answer.status, answer.said.replace(str(file), "FILE") + listed)


def _models(seat: Seat) -> Answer:
    """Show every model."""
    names = sorted({key.split("/")[2] for key in seat.store.keys("churn/models/")})
    answers = [seat.command("model", "show", name) for name in names]
    return Answer(max(one.status for one in answers), "\n".join(one.said for one in answers))


def _published(store: Store) -> str:
    """Read all that the latest publication holds, as a script of a reader does."""
    publication = open_publication(store.root)
    lines = [publication.name]
    for title in publication.tables:
        rows = publication.table(title).collect()
        lines.append(f"{title} {rows.height} {digest_of(rows.write_csv().encode())}")
    return "\n".join(lines)


def _report(store: Store) -> str:
    publication = open_publication(store.root, as_of=COMING)
    names = sorted(publication.manifest.content.files)
    return "\n".join(f"{name} {digest_of(publication.file(name))}" for name in names)


def _working_files(store: Store) -> str:
    files = sorted(published_files(store, LATER).items())
    return "\n".join(f"{name} {digest_of(read_file(store, one))}" for name, one in files)


def _working_tables(store: Store) -> str:
    """Read every table as the graph does for the steps that follow it, and the models."""
    state = WorkingState(store, LATER, PUBLISHED_TABLES)
    tables = [f"{title} {state.table(title).collect().height}" for title in state.partitions()]
    candidate, serving = (
        pointed_model(store, "churn_model", LATER),
        model_of(store, "champion", LATER),
    )
    return "\n".join([*tables, candidate.version if candidate else "", serving.version])


def _snapshot_before(store: Store) -> str:
    """Read what the next Monday's drift report, checks and report compare with."""
    champion = model_of(store, "champion", LATER)
    before = [
        rows for table in PUBLISHED_TABLES if table.cadence != "month"
        if (rows := table_before(store, table, COMING)) is not None
    ]  # fmt: skip
    references = stored_references(store, champion, date.fromisoformat(COMING))
    earlier = reports_until(store, date.fromisoformat(COMING), DRIFT_REPORT.empty())
    return "\n".join(
        [
            *(digest_of(rows.write_csv().encode()) for rows in before),
            *(f"{one.name} {one.rows.height} {one.model_version}" for one in references),
            *(f"{day} {rows.height}" for day, rows in earlier.items()),
        ]
    )


def _heartbeat(store: Store) -> str:
    settings = Settings.from_environment()
    AlertOutbox(store, HEARTBEAT_OUTBOX)
    signs = signs_of_life(open_instance(settings), store, [], settled_at(settings))
    return "\n".join(f"{one.subject}: {one.message}" for one in signs if not one.healthy)


def _alerts(store: Store) -> str:
    settings = Settings.from_environment()
    said = tick(settings, open_instance(settings))
    opened = AlertOutbox(store).incidents.open.values()
    return "\n".join([*said, *sorted(f"{one.subject} {sorted(one.scopes)}" for one in opened)])


def _arrivals(store: Store) -> str:
    settings = Settings.from_environment()
    found = evaluate(settings, open_instance(settings), store, settled_at(settings))
    return "\n".join([*found.lines, *(one.message for one in found.findings)])


def _frames(store: Store) -> PublishedFrames:
    return PublicationDoor(store.root).current().frames


def _records(store: Store) -> KeptRecords:
    return KeptRecords(store, HeldEntries(Path(store.root).parent / "held"))


def _week(store: Store) -> str:
    frames = _frames(store)
    weeks = [week_figures(one) for one in (frames, *frames_before(frames))]
    drift = drift_rows(frames)
    return "\n".join(map(str, [state_of_data(frames, date(2025, 1, 14)), *weeks, drift]))


def _customer(store: Store) -> str:
    frames = _frames(store)
    called = _records(store).outcomes(LATER)
    names = [*known_ids(frames).head(1), *(one.customer_id for one in called)]
    history = [contact_history(frames, _records(store), name).write_csv() for name in names]
    return "\n".join([*(str(customer_sheet(frames, name)) for name in names), *history])


def _day_calls(store: Store) -> str:
    outcomes = _records(store).outcomes(LATER)
    rows, count = call_rows(offers_made(_frames(store)), outcomes, Wanted())
    return f"{count}\n{rows.write_csv()}\n{outcomes}"


def _model_page(store: Store) -> str:
    frames = _frames(store)
    return "\n".join(curve(frames, name).write_csv() for name in CURVES)


def _access_page(store: Store) -> str:
    return access_entries(store, ACCESS_DAY, 100).write_csv()


_SQL = "select action, count(*), sum(expected_margin_impact_eur) from retention.recommendations group by action order by action"  # noqa: E501

#: Readers by name. Those that write what they find mended or told come last.
READERS: dict[str, Callable[[Seat], Answer]] = {
    "show": lambda seat: seat.command("show", "--snapshot", LATER),
    "show of the snapshot before": lambda seat: seat.command("show", "--snapshot", SNAPSHOT),
    "show --unpublished": lambda seat: seat.command("show", "--snapshot", LATER, "--unpublished"),
    "calls": _calls,
    "calls --unpublished": lambda seat: _calls(seat, "--unpublished"),
    "sql": lambda seat: seat.command("sql", _SQL),
    "open_publication": lambda seat: seat.look(_published),
    "report": lambda seat: seat.look(_report),
    "publication list": lambda seat: seat.command("publication", "list"),
    "publication diff": lambda seat: seat.command("publication", "diff", "2", "3"),
    "publication verify": lambda seat: _without_seconds(seat.command("publication", "verify")),
    "publication prune": lambda seat: seat.command("publication", "prune"),
    "model list": lambda seat: seat.command("model", "list"),
    "model show": _models,
    "quarantine list": lambda seat: seat.command("quarantine", "list"),
    "the graph's tables": lambda seat: seat.look(_working_tables),
    "the graph's files": lambda seat: seat.look(_working_files),
    "dashboard, the week": lambda seat: seat.look(_week),
    "dashboard, a customer": lambda seat: seat.look(_customer),
    "dashboard, the calls": lambda seat: seat.look(_day_calls),
    "dashboard, the model": lambda seat: seat.look(_model_page),
    "dashboard, the access log": lambda seat: seat.look(_access_page),
    "heartbeat": lambda seat: seat.look(_heartbeat),
    "the snapshot before": lambda seat: seat.look(_snapshot_before),
    "the sensor of arrivals": lambda seat: seat.look(_arrivals),
    "the sensor of alerts": lambda seat: seat.look(_alerts),
}


def _without_seconds(answer: Answer) -> Answer:
    kept = [line.partition(" MB read in ")[0] for line in answer.said.splitlines()]
    return Answer(answer.status, "\n".join(kept))
