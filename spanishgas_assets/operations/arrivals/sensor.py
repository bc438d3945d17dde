"""The sensor of raw data: evaluates the raw root, and starts the right runs once.

One batch is at work at a time. Drop by drop each is registered and its months are ingested, a run
for every stretch of them; then the snapshots are materialized in order, so that labels of an
earlier one train the model that scores the later. A batch that waits or failed does not hold up the
others.

A tick summarises the listing and compares it with the state; it reads no file of a bucket, and only
new files of a folder. The first run of a batch finds what it affects. The state is written before
the runs are requested, and progress is read from the runs: the next tick recovers one that died at
any point, and run keys prevent that a run starts twice. Nothing in a raw root can stop the sensor:
it reports what it cannot use, and continues with the rest.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import dagster as dg

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.operations.alerts.raw_drops import (
    DropFinding,
    incomplete_drop,
    report_drops,
    unusable_file,
)
from spanishgas_assets.operations.arrivals.arrival_state import (
    ArrivalState,
    read_digests,
    read_impact,
    read_state,
    retries_requested,
    write_digests,
    write_state,
)
from spanishgas_assets.operations.arrivals.batches import (
    Batch,
    lacking_files,
    open_batch,
    snapshot_of,
    touched_months,
)
from spanishgas_assets.operations.arrivals.inventory import Arrivals, changed, summarise
from spanishgas_assets.operations.arrivals.key_parsing import FLAT, RawPart, parse_key
from spanishgas_assets.operations.arrivals.listing import list_raw
from spanishgas_assets.operations.arrivals.next_action import (
    MissingInputs,
    NextAction,
    next_action,
    run_request,
    runs_of,
)
from spanishgas_assets.operations.arrivals.register_arrivals import Arrival, register_arrivals
from spanishgas_assets.operations.jobs import INGEST_MONTHS, SCORE_SNAPSHOT, TRAIN_SNAPSHOT
from spanishgas_assets.operations.schedule import missing_months
from spanishgas_assets.partitions import MONTHS, SNAPSHOTS
from spanishgas_assets.settings import Settings, Unready
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store, open_store

_SECONDS_PER_HOUR = 3600.0


@dataclass
class TickOutcome:
    """The outcome of one evaluation of the raw root.

    Attributes:
        requests: runs to start.
        lines: one for every drop with pending work, for the tick's page.
        findings: the problems of the drops.
    """

    requests: list[dg.RunRequest] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    findings: list[DropFinding] = field(default_factory=list)


def evaluate(
    settings: Settings,
    instance: dg.DagsterInstance,
    store: Store,
    now: float,
    files_now: float | None = None,
) -> TickOutcome:
    """TickOutcome at the raw root, bring the state up to date, and say what to run.

    Args:
        settings: where the raw root is, and how arrivals are treated.
        instance: has the runs of open batches.
        store: has the state.
        now: seconds since 1970.
        files_now: the same moment by the clock of the raw root, if that is another: the times of
            its files are compared with it.

    Raises:
        RawFileError: the raw root is not there, or access is denied.
        StoreUnavailableError: S3 does not answer.
        SettingsError: a setting names a file that does not exist.
    """
    with dg.partition_loading_context(datetime.fromtimestamp(now, UTC)):
        months = frozenset(key[:7] for key in MONTHS.get_partition_keys())
        snapshots = SNAPSHOTS.get_partition_keys()
    settled_at = (now if files_now is None else files_now) - settings.arrivals_settle_s
    arrivals = _arrivals(settings, store, months, settled_at)
    state = read_state(store)
    state.began_at = state.began_at or now
    evaluation = _Evaluation(settings, instance, store, arrivals, state, snapshots, now, settled_at)
    evaluation.run()
    write_state(store, state)
    for key, reason in arrivals.unrecognised.items():
        evaluation.outcome.findings.append(unusable_file(key, reason))
    if arrivals.unrecognised_count:
        evaluation.outcome.lines.append(
            f"unrecognised files that no run reads: {arrivals.unrecognised_count}"
        )
    report_drops(store, evaluation.outcome.findings)
    return evaluation.outcome


def _arrivals(
    settings: Settings, store: Store, months: frozenset[str], settled_at: float
) -> Arrivals:
    known = {} if settings.raw.startswith("s3://") else read_digests(store)
    listing = list_raw(
        settings.raw,
        known,
        lambda key: isinstance(parse_key(key, months), RawPart),
        settled_at,
    )
    if listing.digests != known:
        write_digests(store, dict(listing.digests))
    return summarise(listing.objects, months)


@dataclass
class _Evaluation:
    """One evaluation of all drops."""

    settings: Settings
    instance: dg.DagsterInstance
    store: Store
    arrivals: Arrivals
    state: ArrivalState
    snapshots: Sequence[str]
    now: float
    settled_at: float
    outcome: TickOutcome = field(default_factory=TickOutcome)
    closed: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Visit every drop, and advance the first batch that can run, if none is running."""
        for drop in set(self.state.open) - set(self.arrivals.drops):
            del self.state.open[drop]
        self.state.problems.clear()
        visited = [self._visit(drop) for drop in self.arrivals.in_order()]
        if self.closed:
            # It may have brought what another batch waits for, or done its work.
            visited = [one and self._registered_again(*one) for one in visited]
        batches = [one for one in visited if one is not None]
        busy = any(step.state == "running" for _, step in batches)
        for batch, step in sorted(batches, key=_turn):
            self._advance(batch, step, busy=busy)
            busy = busy or step.state == "request"

    def _visit(self, drop: str) -> tuple[Batch, NextAction] | None:
        """Return a drop's batch and its next action; None if nothing is new, or not yet settled."""
        contents = self.arrivals.drops[drop]
        pending = changed(contents, self.state.processed.get(drop, {}))
        batch = self.state.open.get(drop)
        step = self._next(batch) if batch else None
        if batch and step and step.state == "done":
            self.state.close(batch)
            self.closed.add(batch.snapshot)
            pending = changed(contents, self.state.processed[drop])
            batch, step = None, None
        if step and step.state == "running":
            return (batch, step) if batch else None
        if not contents.settled(self.settled_at):
            if pending:
                self._log(drop, "upload in progress")
            return None
        if batch is None or batch.units != pending:
            batch = self._open(drop, pending)
            step = self._next(batch) if batch else None
        return (batch, step) if batch and step else None

    def _open(self, drop: str, pending: dict[str, str]) -> Batch | None:
        """Open the batch of what is new in a drop, in place of one that did not finish."""
        before = self.state.open.pop(drop, None)
        if not pending:
            return None
        snapshot = snapshot_of(drop, self.snapshots, self.settings.arrivals_snapshot)
        if snapshot not in self.snapshots:
            self._log(drop, f"waiting for its snapshot, {snapshot}")
            return None
        number = self.state.numbers.get(drop, 0)
        batch = open_batch(
            drop,
            pending,
            snapshot,
            self.state.processed,
            number,
            before.opened_at if before and before.units == pending else self.now,
            str(self.state.began_at),
        )
        self.state.open[drop] = batch
        self.state.numbers[drop] = number + 1
        return batch

    def _registered_again(self, batch: Batch, step: NextAction) -> tuple[Batch, NextAction] | None:
        """Register a batch again that waits for what other drops bring or wants its snapshot made.

        The batch that has just ended may have brought or made it, also where it had failed.
        """
        made = step.state == "failed" and batch.snapshot in self.closed
        if step.state != "unready" and not _makes_snapshot(step) and not made:
            return batch, step
        again = self._open(batch.drop, batch.units)
        return (again, self._next(again)) if again else None

    def _next(self, batch: Batch) -> NextAction:
        attempt = retries_requested(self.store, batch.name)
        waited = self.now - batch.opened_at >= self._patience_s
        without = waited and self.settings.arrivals_unready is Unready.RUN
        absent = self.arrivals.missing_files(batch.drop)
        lacking = lacking_files(batch, self.arrivals, self.settings.arrivals_expected)
        return next_action(
            batch,
            MissingInputs(
                needed=f"no drop contains {', '.join(absent)}" if absent else "",
                wanted=f"{', '.join(lacking)} missing from the drop" if lacking else "",
                for_snapshot=lambda: self._lacking_months(batch) or self._lacking_champion(batch),
                go_without=without or attempt > 0,
            ),
            runs_of(self.instance, batch),
            lambda: read_impact(self.store, batch.name),
            attempt,
        )

    def _lacking_months(self, batch: Batch) -> str:
        months = missing_months(self.store, trailing_year_keys(date.fromisoformat(batch.snapshot)))
        return (
            f"snapshot {batch.snapshot} lacks the months {', '.join(month[:7] for month in months)}"
            if months
            else ""
        )

    def _lacking_champion(self, batch: Batch) -> str:
        day = date.fromisoformat(batch.snapshot)
        if batch.job == TRAIN_SNAPSHOT.name or Registry(self.store).champion(day) is not None:
            return ""
        return (
            f"there is no champion to score snapshot {batch.snapshot}: deliver churn_label.csv, or "
            "run train_snapshot"
        )

    def _advance(self, batch: Batch, step: NextAction, *, busy: bool) -> None:
        """Carry out the next action of a batch; nothing starts while another batch is running."""
        since = f"{datetime.fromtimestamp(batch.opened_at, UTC):%Y-%m-%d %H:%M} UTC"
        match step.state:
            case "request" if busy:
                self._log(batch.drop, f"batch {batch.name}: next in the queue")
            case "request":
                attempt = retries_requested(self.store, batch.name)
                config = self._config(batch)
                self.outcome.requests += [
                    run_request(batch, requested, attempt, config) for requested in step.steps
                ]
                self._log(batch.drop, f"batch {batch.name}: starting {step.message}")
            case "waiting" | "unready":
                self._report_problem(
                    batch, f"batch {batch.name} has been waiting since {since}: {step.message}"
                )
            case "failed":
                self._report_problem(
                    batch,
                    f"batch {batch.name} failed: {step.message}. Deliver its files again, or fix "
                    f"the cause and run `spanishgas retry-batch {batch.name}`",
                    at_once=True,
                )
            case _:
                self._log(batch.drop, f"batch {batch.name}: {step.message} in progress")

    def _report_problem(self, batch: Batch, message: str, *, at_once: bool = False) -> None:
        self.state.problems[batch.drop] = message
        self._log(batch.drop, message)
        if at_once or self.now - batch.opened_at >= self._patience_s:
            self.outcome.findings.append(incomplete_drop(_drop_label(batch.drop), message))

    def _config(self, batch: Batch) -> dg.RunConfig:
        known = self.arrivals.consumption_months()
        return dg.RunConfig(
            ops={
                "register_batch": Arrival(
                    batch=batch.name,
                    snapshot=batch.snapshot,
                    job=batch.job,
                    known=[f"{month}-01" for month in known],
                    touched=touched_months(batch, known),
                )
            }
        )

    @property
    def _patience_s(self) -> float:
        return self.settings.arrivals_wait_hours * _SECONDS_PER_HOUR

    def _log(self, drop: str, line: str) -> None:
        self.outcome.lines.append(f"{_drop_label(drop)}: {line}")


def _makes_snapshot(step: NextAction) -> bool:
    return step.state == "request" and step.steps[0].partition is not None


def _turn(one: tuple[Batch, NextAction]) -> tuple[bool, str, bool]:
    """Sort batches: what is new is registered and ingested first, then snapshots follow in order.

    A snapshot that trains comes before the later ones that its model scores.
    """
    batch, step = one
    makes = _makes_snapshot(step)
    return makes, batch.snapshot if makes else "", makes and batch.job != TRAIN_SNAPSHOT.name


def _drop_label(drop: str) -> str:
    return "flat drop" if drop == FLAT else drop


def raw_arrivals(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor; switched on from the start where the settings ask for automation."""

    @dg.sensor(
        name="raw_arrivals",
        jobs=[register_arrivals, INGEST_MONTHS, TRAIN_SNAPSHOT, SCORE_SNAPSHOT],
        minimum_interval_seconds=settings.arrivals_interval_s,
        default_status=dg.DefaultSensorStatus.RUNNING
        if settings.automation
        else dg.DefaultSensorStatus.STOPPED,
        description="Processes arrived raw data once it is complete and settled, one batch at a "
        "time: registers it, ingests its months and materializes its snapshot.",
    )
    def sensor(
        context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.SensorResult:
        done = evaluate(settings, context.instance, open_store(settings.store), time.time())
        lines: Sequence[str] = done.lines or ["nothing new"]
        for line in lines:
            context.log.info(line)
        return dg.SensorResult(
            run_requests=done.requests,
            skip_reason=None if done.requests else dg.SkipReason("; ".join(lines)),
        )

    return sensor
