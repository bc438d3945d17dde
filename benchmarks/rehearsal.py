"""The platform's real parts, driven through the weeks of a live demo retailer in this process.

A week is a Monday: the retailer delivers in the night, the arrival sensor looks until nothing is
left to do, the schedule of Mondays ticks, the alert sensor looks; on Sundays old runs are pruned.
Where something went wrong on a Monday, sensors look again on Wednesday, when it has been put right.
All of them live in the week's own time: `moved_clock` hands it to them. Only the files of the raw
root are as old as the file system says.
"""

import contextlib
import logging
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from benchmarks.faults import Fault, PutRight
from benchmarks.moved_clock import MovedClock
from spanishgas_assets.dagster_internals import make_new_run_id
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.demo.live.live_year import LiveYear
from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.messages import Message
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.operations.alerts.sensors import alert
from spanishgas_assets.operations.arrivals.arrival_state import read_state, request_retry
from spanishgas_assets.operations.arrivals.sensor import evaluate
from spanishgas_assets.operations.jobs import SCORE_SNAPSHOT
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.runs.job_execution import QUIET
from spanishgas_assets.operations.schedule import TIME_ZONE
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage import publication_log

#: More looks of the arrival sensor than any week needs.
_MOST_LOOKS = 30
#: Hours of a Monday, in Madrid: the drop is there, the schedule ticks, alerts are looked at.
_ARRIVED, _SCHEDULED, _ALERTED = 2, 6, 7
#: Events of a run after which its process dies, if it is to.
_KILLED_AT = 60
#: The hour of a Sunday at which old runs are pruned.
_PRUNED = 4


@dataclass
class Told:
    """An incident as people were told of it: the weeks in which it opened and was over."""

    kind: str
    subject: str
    message: str
    opened: int
    over: int | None = None


@dataclass(frozen=True)
class Week:
    """What a week came to."""

    number: int
    monday: str
    files: list[str]
    runs: list[str]
    failures: list[str]
    published: int | None
    customers: int
    recommended: int
    lost: int
    faults: list[str]
    opened: list[str]
    recovered: list[str]
    fault: str
    seconds: float
    cpu_s: float
    store_bytes: int


@dataclass
class Rehearsal:
    """The platform with one retailer; `told` has every incident of the weeks so far."""

    year: LiveYear
    settings: Settings
    faults: Mapping[int, Fault] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    mail_works: bool = True
    kill_next_run: bool = False

    def __post_init__(self) -> None:
        """Open the instance, once."""
        warnings.filterwarnings("ignore", category=dg.PreviewWarning)
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        self.instance = open_instance(self.settings)
        self.definitions = build_definitions(self.settings)
        self._clock = MovedClock()
        self._due: list[tuple[int, PutRight]] = []

    def week(self) -> Week:
        """Live through the next week."""
        with self._clock.installed():
            return self._week()

    def _week(self) -> Week:
        delivered = self.year.deliver()
        monday = str(delivered.monday)
        began, began_cpu = time.perf_counter(), time.process_time()
        if delivered.week:
            self._schedule("sunday", _at(delivered.monday - timedelta(days=1), _PRUNED))
        self._clock.set(_at(delivered.monday, _ARRIVED))
        fault = self._go_wrong(delivered.week, delivered.monday)
        runs, failures = self._arrivals()
        asked, failed = self._schedule("monday", _at(delivered.monday, _SCHEDULED))
        runs += asked
        failures += failed
        self._clock.set(_at(delivered.monday, _ALERTED))
        opened, recovered = self._alerts(delivered.week)
        if fault:
            self._clock.set(_at(delivered.monday + timedelta(days=2), _ALERTED))
            self._put_right(delivered.week)
            again, failed = self._arrivals()
            runs += [f"{one} (Wednesday)" for one in again]
            failures += failed
            told, over = self._alerts(delivered.week)
            opened += told
            recovered += over
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
        lost, recommended, faults = self._published(monday)
        manifest = publication_log.current(self.year.store, monday)
        return Week(
            number=delivered.week,
            monday=monday,
            files=sorted(delivered.files),
            runs=runs,
            failures=failures,
            published=manifest.number if manifest else None,
            customers=delivered.customers,
            recommended=recommended,
            faults=faults,
            lost=lost,
            opened=opened,
            recovered=recovered,
            fault=fault.name if fault else "",
            seconds=seconds,
            cpu_s=cpu_s,
            store_bytes=_bytes(Path(self.settings.store)),
        )

    def _arrivals(self) -> tuple[list[str], list[str]]:
        runs, failures = [], []
        for _ in range(_MOST_LOOKS):
            now, of_files = self._clock.now(), self._clock.system()
            seen = evaluate(self.settings, self.instance, self.year.store, now, of_files + 1)
            if not seen.requests:
                break
            for request in seen.requests:
                step = request.tags.get("spanishgas/step", "")
                where = request.partition_key or ("" if step == "register" else step)
                runs.append(f"{request.job_name} {where}".strip())
                failures += self._run(request)
        return runs, failures

    def _schedule(self, name: str, at: datetime) -> tuple[list[str], list[str]]:
        """Let a schedule tick, and run what it asks for; returns the runs, and what failed."""
        self._clock.set(at)
        repository = self.definitions.get_repository_def()
        schedule = repository.get_schedule_def(name)
        with dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=at.astimezone(UTC),
            resources={"settings": self.settings},
            repository_def=repository,
        ) as context:
            done = schedule.evaluate_tick(context)
        runs, failures = [], []
        for asked in done.run_requests or []:
            runs.append(f"{schedule.job_name} {asked.partition_key} (schedule)")
            failures += self._run(asked, schedule.job_name)
        return runs, failures

    def reconfigure(self, settings: Settings) -> None:
        """Start the code location anew with other settings."""
        self.settings = settings
        self.definitions = build_definitions(settings)

    def make_again(self, snapshot: str) -> None:
        """Score a snapshot by hand, as a backfill does."""
        self._run(dg.RunRequest(partition_key=snapshot), SCORE_SNAPSHOT.name)

    def retry_failed(self) -> None:
        """Ask for a retry of every batch that failed or waits, as ``retry-batch --all`` does."""
        state = read_state(self.year.store)
        for drop in state.problems:
            request_retry(self.year.store, state.open[drop].name)

    def _go_wrong(self, week: int, monday: date) -> Fault | None:
        """Put right what is due, and let the week's fault happen."""
        self._put_right(week)
        fault = self.faults.get(week)
        if fault:
            self._due.append((week + fault.mondays, fault.begin(self, monday)))
        return fault

    def _put_right(self, week: int) -> None:
        due = [right for by, right in self._due if by <= week]
        self._due = [one for one in self._due if one[0] > week]
        for right in due:
            right()

    def _run(self, request: dg.RunRequest, job_name: str = "") -> list[str]:
        """Run what was asked for; returns what failed."""
        job = self.definitions.resolve_job_def(request.job_name or job_name)
        run_id = make_new_run_id()
        if self.kill_next_run and request.partition_key:
            self.kill_next_run = False
            self.instance.add_event_listener(run_id, _Killer())
        try:
            result = job.execute_in_process(
                run_config={**request.run_config, **QUIET},
                instance=self.instance,
                raise_on_error=False,
                partition_key=request.partition_key,
                tags=request.tags,
                run_id=run_id,
            )
        except _KilledError:
            # What run monitoring does when the process of a run is gone.
            run = self.instance.get_run_by_id(run_id)
            if run is not None:
                self.instance.report_run_failed(run, "the process is gone")
            return [f"{job.name} was killed"]
        return [
            f"{event.step_key}: {_why(event)}" for event in result.get_step_failure_events()
        ] or ([] if result.success else [f"{job.name} failed"])

    def _alerts(self, week: int) -> tuple[list[str], list[str]]:
        """Let the alert sensor look, and compare the incidents with those of before."""
        # Without a mail server the sensor's tick fails, and its messages wait in the store.
        with contextlib.suppress(AlertError):
            alert(self.instance, self.settings, _Mail(self), [], now=self._clock.now())
        # No daemon runs here: what drives the weeks is this process.
        now = {
            name: one
            for name, one in AlertOutbox(self.year.store).incidents.open.items()
            if not one.subject.startswith("daemon ")
        }
        known = {one.subject: one for one in self.told if one.over is None}
        opened = [
            Told(
                str(incident.kind),
                incident.subject,
                next(iter(incident.scopes.values())).message,
                week,
            )
            for incident in now.values()
            if incident.subject not in known
        ]
        current = {incident.subject for incident in now.values()}
        recovered = [one for subject, one in known.items() if subject not in current]
        for one in recovered:
            one.over = week
        self.told += opened
        return (
            [f"{one.kind} {one.subject}: {one.message}" for one in opened],
            [one.subject for one in recovered],
        )

    def _published(self, monday: str) -> tuple[int, int, list[str]]:
        """Customers lost and offers of the Monday's publication, and faults of its objects.

        Who has a label that says that they left is not lost: the platform may know it by then.
        """
        manifest = publication_log.current(self.year.store, monday)
        if manifest is None:
            return 0, 0, []
        publication = Publication(self.year.store, manifest)
        rows = publication.table("retention/recommendations").select("customer_id", "action")
        read = rows.collect()
        raw = Path(self.settings.raw)
        contracts = raw / monday / "customer_contracts.csv"
        if not contracts.exists():
            return 0, 0, list(verify(publication).faults)
        delivered = pl.read_csv(contracts)["customer_id"]
        labels = pl.read_csv(sorted(raw.glob("????-??-??/churn_label.csv"))[-1])
        accounted = [*read["customer_id"], *labels.filter(pl.col("churn") == 1)["customer_id"]]
        lost = delivered.len() - int(delivered.is_in(accounted).sum())
        offers = int((read["action"] != "no_offer").sum())
        return lost, offers, list(verify(publication).faults)


class _KilledError(BaseException):
    """The process of a run dies: no code of the run may catch it."""


class _Killer:
    """Ends a run in the middle of its events."""

    def __init__(self) -> None:
        self._events = 0

    def __call__(self, _event: dg.EventLogEntry) -> None:
        """Count an event, and die at the last."""
        self._events += 1
        if self._events == _KILLED_AT:
            raise _KilledError


@dataclass(frozen=True)
class _Mail:
    """A mail server that may be away."""

    rehearsal: Rehearsal
    name: str = "mail"

    def send(self, _message: Message) -> None:
        """Take a message, if the server is there."""
        if not self.rehearsal.mail_works:
            raise ConnectionRefusedError("the mail server is away")


def rehearsal_settings(raw: Path, store: Path, **others: Any) -> Settings:
    """Settings of a platform whose files need no time to settle."""
    return Settings(
        raw=str(raw), store=str(store), arrivals_settle_s=0, automation=True, alerts="log", **others
    )


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(TIME_ZONE))


def _why(event: Any) -> str:
    failure = event.step_failure_data
    described: Mapping[str, Any] | None = failure.user_failure_data
    text = getattr(described, "description", None) or (
        failure.error.message if failure.error else "failed"
    )
    return " ".join(str(text).split())[:300]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
