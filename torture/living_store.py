"""A store as weeks of work leave it: two snapshots, and all that people and sensors keep in it."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl

from spanishgas_assets.dashboard.access_log import LOOKED, Access, write_access
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.channels import LogChannel, NotAcceptedError
from spanishgas_assets.operations.alerts.messages import Message
from spanishgas_assets.operations.alerts.sensors import alert
from spanishgas_assets.operations.arrivals.arrival_state import request_retry
from spanishgas_assets.operations.arrivals.sensor import evaluate
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.runs.job_execution import QUIET
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.stopped_runs import StoppedRun, keep_begun, keep_stop
from spanishgas_assets.retention.column_values import NO_OFFER
from spanishgas_assets.retention.recorded_outcomes import REACHED, Outcome, OutcomeJournal
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import Store, open_store
from torture.graph_runs import FIRST, SNAPSHOT, Retailer, command, environment, hard_copy

#: The Monday after the first, which is compared with it; what is damaged is mostly of this one.
LATER = "2025-01-13"
#: The next, whose run looks back on both.
COMING = "2025-01-20"
#: Days on which callers worked: with the first snapshot's list, and with the later one's.
CALLED_DAY, ACCESS_DAY = "2025-01-10", "2025-01-14"
#: Settings of its runs and sensors: the raw drop belongs to the later snapshot.
SETTINGS = {**FIRST, "SPANISHGAS_ARRIVALS_SNAPSHOT": LATER}

_QUIET = logging.getLogger("torture")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


@dataclass(frozen=True)
class _RefusingChannel:
    """A channel that takes no message, for good."""

    def send(self, message: Message) -> None:
        """Refuse it."""
        raise NotAcceptedError(refused={"team@example.com": f"no such mailbox: {message.subject}"})


def living_store(made: Retailer, store: Path) -> None:
    """Make the store from the one of the first run.

    Raises:
        RuntimeError: a command did not end well.
    """
    hard_copy(made.published, store)
    (version,) = (path.name for path in (store / "churn" / "models").iterdir())
    approve = ("model", "approve", version, "--by", "a", "--why", "b")
    _give(made, store, approve, _run_of(SNAPSHOT), _run_of(LATER))
    with environment(made, store, SETTINGS):
        _record_calls(open_store(str(store)), SNAPSHOT, CALLED_DAY)
    _give(made, store, _run_of(LATER), approve)
    command(made, store, SETTINGS, "heartbeat")
    with environment(made, store, SETTINGS):
        settings = Settings.from_environment()
        opened, instance = open_store(settings.store), open_instance(settings)
        _record_calls(opened, LATER, ACCESS_DAY)
        _note_runs(opened)
        _let_files_arrive(settings, instance, opened)
        for channel in (_RefusingChannel(), LogChannel(_QUIET)):
            tick(settings, instance, channel)
    _give(made, store, _run_of(SNAPSHOT), _run_of(LATER))


def _run_of(snapshot: str) -> tuple[str, ...]:
    return ("run", "--snapshot", snapshot, "--train")


def _give(made: Retailer, store: Path, *commands: tuple[str, ...]) -> None:
    """Give commands, each of which must end well."""
    for words in commands:
        status, said = command(made, store, SETTINGS, *words)
        if status:
            raise RuntimeError(said)


def _record_calls(store: Store, snapshot: str, day: str) -> None:
    """Let a caller look at two customers of a snapshot, and record an outcome of each."""
    publication = open_publication(store.root, snapshot=snapshot)
    offered = publication.table(RECOMMENDATIONS.title).filter(pl.col("action") != NO_OFFER)
    for number, row in enumerate(offered.head(2).collect().iter_rows(named=True)):
        at, entry = f"{day}T10:0{number}:00.000+00:00", f"entry{number}"
        said = Outcome(
            entry, row["customer_id"], snapshot, publication.number, row["action"],
            row["channel"], REACHED, "", "a", at,
        )  # fmt: skip
        OutcomeJournal(store).record(said, 0)
        write_access(store, Access(entry, at, "a", "caller", LOOKED, row["customer_id"]))


def _note_runs(store: Store) -> None:
    """Leave the words of runs of later snapshots that stopped, and that were killed."""
    for day in (COMING, "2025-01-27"):
        at = f"{day}T06:00:00+00:00"
        keep_stop(store, StoppedRun(day, day, at, ("gold/gold_master: no rows",)))
        keep_begun(store, day, day, at)


def _let_files_arrive(settings: Settings, instance: dg.DagsterInstance, store: Store) -> None:
    """Tick the sensor of arrivals until its batch is registered, and ask for a retry of it."""
    (request,) = evaluate(settings, instance, store, settled_at(settings)).requests
    job = build_definitions(settings).resolve_job_def("register_arrivals")
    result = job.execute_in_process(
        run_config={**request.run_config, **QUIET}, instance=instance, tags=request.tags
    )
    if not result.success:
        raise RuntimeError("the arrival of the raw drops was not registered")
    request_retry(store, request.tags["spanishgas/batch"])
    (Path(settings.raw) / "unknown.csv").write_text("a\n1\n", encoding="utf-8")
    evaluate(settings, instance, store, settled_at(settings))


def settled_at(settings: Settings) -> float:
    """Return when the sensors tick, seconds since 1970: a day after the last raw file changed."""
    return max(path.stat().st_mtime for path in Path(settings.raw).iterdir()) + 86_400


def tick(
    settings: Settings, instance: dg.DagsterInstance, channel: object = LogChannel(_QUIET)
) -> Sequence[str]:
    """Tick the sensor of alerts."""
    try:
        alert(instance, settings, channel, [], now=time.time())  # type: ignore[arg-type]
    except AlertError as error:
        return [str(error)]
    return []
