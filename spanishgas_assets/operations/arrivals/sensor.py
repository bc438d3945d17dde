"""The sensor of raw data: looks at the raw root, and starts the right runs once.

One batch is run at a time, drop by drop in order: it is noted, then its months are ingested, a run
for every stretch of them, then its snapshot is made. A batch that waits or failed stands aside.

A tick sums the listing up, however long, and compares it with the ledger; it reads no file of a
bucket, and of a folder those that are new. What a batch touches is found by its first run. The
ledger is written before the runs are asked for, and what was run is read from the runs: a tick
that dies at any point is made up by the next, and run keys keep a run from being started twice.
Nothing in a raw root can stop the sensor: what it cannot use is told, and the rest goes on.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import dagster as dg

from spanishgas_assets.operations.alerts.raw_drops import (
    DropFinding,
    incomplete_drop,
    report_drops,
    unusable_file,
)
from spanishgas_assets.operations.arrivals.arrival_state import (
    Ledger,
    read_digests,
    read_found,
    read_ledger,
    times_rearmed,
    write_digests,
    write_ledger,
)
from spanishgas_assets.operations.arrivals.batches import (
    Batch,
    lacking_files,
    open_batch,
    snapshot_of,
    touched_months,
)
from spanishgas_assets.operations.arrivals.inventory import Arrivals, changed, sum_up
from spanishgas_assets.operations.arrivals.key_parsing import FLAT, Piece, meaning
from spanishgas_assets.operations.arrivals.listing import list_raw
from spanishgas_assets.operations.arrivals.next_action import (
    Lacks,
    Next,
    next_of,
    run_request,
    runs_of,
)
from spanishgas_assets.operations.arrivals.register_arrivals import Arrival, note_arrivals
from spanishgas_assets.operations.jobs import INGEST_MONTHS, SCORE_SNAPSHOT, TRAIN_SNAPSHOT
from spanishgas_assets.operations.schedule import missing_months
from spanishgas_assets.partitions import MONTHS, SNAPSHOTS, trailing_year_keys
from spanishgas_assets.settings import Settings, Unready
from spanishgas_assets.storage.store import Store, open_store

_SECONDS_PER_HOUR = 3600.0


@dataclass
class Look:
    """What one look at the raw root leads to.

    Attributes:
        requests: runs to start.
        says: a line for every drop that is not at rest, for the tick's page.
        findings: what is wrong with the drops.
    """

    requests: list[dg.RunRequest] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    findings: list[DropFinding] = field(default_factory=list)


def look(settings: Settings, instance: dg.DagsterInstance, store: Store, now: float) -> Look:
    """Look at the raw root, bring the ledger up to date, and say what to run.

    Args:
        settings: where the raw root is, and how arrivals are treated.
        instance: has the runs of open batches.
        store: has the ledger.
        now: seconds since 1970.

    Raises:
        RawFileError: the raw root is not there, or access is denied.
        StoreUnavailableError: S3 does not answer.
        SettingsError: a setting names a file that there is not.
    """
    with dg.partition_loading_context(datetime.fromtimestamp(now, UTC)):
        months = frozenset(key[:7] for key in MONTHS.get_partition_keys())
        snapshots = SNAPSHOTS.get_partition_keys()
    arrivals = _arrivals(settings, store, months, now)
    ledger = read_ledger(store)
    ledger.began_at = ledger.began_at or now
    rounds = _Rounds(settings, instance, store, arrivals, ledger, snapshots, now)
    rounds.go()
    write_ledger(store, ledger)
    for key, says in arrivals.strays.items():
        rounds.told.findings.append(unusable_file(key, says))
    if arrivals.strays_in_all:
        rounds.told.says.append(f"{arrivals.strays_in_all} files that no run reads")
    report_drops(store, rounds.told.findings)
    return rounds.told


def _arrivals(settings: Settings, store: Store, months: frozenset[str], now: float) -> Arrivals:
    known = {} if settings.raw.startswith("s3://") else read_digests(store)
    listing = list_raw(
        settings.raw,
        known,
        lambda key: isinstance(meaning(key, months), Piece),
        now - settings.arrivals_settle_s,
    )
    if listing.digests != known:
        write_digests(store, dict(listing.digests))
    return sum_up(listing.objects, months)


@dataclass
class _Rounds:
    """One look's way from drop to drop."""

    settings: Settings
    instance: dg.DagsterInstance
    store: Store
    arrivals: Arrivals
    ledger: Ledger
    snapshots: Sequence[str]
    now: float
    told: Look = field(default_factory=Look)
    closed: bool = False

    def go(self) -> None:
        """Visit every drop, and let the first batch go on that can, if none is at work."""
        for drop in set(self.ledger.open) - set(self.arrivals.drops):
            del self.ledger.open[drop]
        self.ledger.troubles.clear()
        visited = [self._visit(drop) for drop in self.arrivals.in_order()]
        if self.closed:
            # It may have brought what another waits for, or done what another was to do.
            visited = [one and self._noted_again(*one) for one in visited]
        batches = [one for one in visited if one is not None]
        busy = any(step.state == "running" for _, step in batches)
        for batch, step in batches:
            self._go_on(batch, step, busy=busy)
            busy = busy or step.state == "ask"

    def _visit(self, drop: str) -> tuple[Batch, Next] | None:
        """Find a drop's batch and what it does next; None if nothing is new, or not yet."""
        contents = self.arrivals.drops[drop]
        pending = changed(contents, self.ledger.taken.get(drop, {}))
        batch = self.ledger.open.get(drop)
        step = self._next(batch) if batch else None
        if batch and step and step.state == "done":
            self.ledger.close(batch)
            self.closed = True
            pending = changed(contents, self.ledger.taken[drop])
            batch, step = None, None
        if step and step.state == "running":
            return (batch, step) if batch else None
        if not contents.settled(self.now - self.settings.arrivals_settle_s):
            if pending:
                self._say(drop, "is being uploaded")
            return None
        if batch is None or batch.units != pending:
            batch = self._open(drop, pending)
            step = self._next(batch) if batch else None
        return (batch, step) if batch and step else None

    def _open(self, drop: str, pending: dict[str, str]) -> Batch | None:
        """Open the batch of what is new in a drop, in place of one that was not run to its end."""
        before = self.ledger.open.pop(drop, None)
        if not pending:
            return None
        snapshot = snapshot_of(drop, self.snapshots, self.settings.arrivals_snapshot)
        if snapshot not in self.snapshots:
            self._say(drop, f"waits for its snapshot, {snapshot}")
            return None
        number = self.ledger.numbers.get(drop, 0)
        batch = open_batch(
            drop,
            pending,
            snapshot,
            self.ledger.taken,
            number,
            before.opened_at if before and before.units == pending else self.now,
            str(self.ledger.began_at),
        )
        self.ledger.open[drop] = batch
        self.ledger.numbers[drop] = number + 1
        return batch

    def _noted_again(self, batch: Batch, step: Next) -> tuple[Batch, Next] | None:
        """Replace a batch that waits for rows of other drops by one that is noted once more."""
        if step.state != "unready":
            return batch, step
        again = self._open(batch.drop, batch.units)
        return (again, self._next(again)) if again else None

    def _next(self, batch: Batch) -> Next:
        attempt = times_rearmed(self.store, batch.name)
        waited = self.now - batch.opened_at >= self._patience_s
        without = waited and self.settings.arrivals_unready is Unready.RUN
        missing = self.arrivals.missing_files(batch.drop)
        lacking = lacking_files(batch, self.arrivals, self.settings.arrivals_expected)
        return next_of(
            batch,
            Lacks(
                needed=f"no drop has {', '.join(missing)}" if missing else "",
                wanted=f"{', '.join(lacking)} did not come with it" if lacking else "",
                for_snapshot=lambda: self._lacking_months(batch),
                go_without=without or attempt > 0,
            ),
            runs_of(self.instance, batch),
            lambda: read_found(self.store, batch.name),
            attempt,
        )

    def _lacking_months(self, batch: Batch) -> str:
        months = missing_months(self.store, trailing_year_keys(date.fromisoformat(batch.snapshot)))
        return (
            f"snapshot {batch.snapshot} lacks the months {', '.join(month[:7] for month in months)}"
            if months
            else ""
        )

    def _go_on(self, batch: Batch, step: Next, *, busy: bool) -> None:
        """Do what is next for a batch; nothing is started while another is at work."""
        since = f"{datetime.fromtimestamp(batch.opened_at, UTC):%Y-%m-%d %H:%M} UTC"
        match step.state:
            case "ask" if busy:
                self._say(batch.drop, f"batch {batch.name}: comes next")
            case "ask":
                attempt = times_rearmed(self.store, batch.name)
                config = self._config(batch)
                self.told.requests += [
                    run_request(batch, one, attempt, config) for one in step.steps
                ]
                self._say(batch.drop, f"batch {batch.name}: starts {step.says}")
            case "waiting" | "unready":
                self._trouble(batch, f"batch {batch.name} waits since {since}: {step.says}")
            case "failed":
                self._trouble(
                    batch,
                    f"batch {batch.name} failed: {step.says}. Deliver its files again, or mend the "
                    f"cause and run `spanishgas rearm {batch.name}`",
                    at_once=True,
                )
            case _:
                self._say(batch.drop, f"batch {batch.name}: {step.says} is under way")

    def _trouble(self, batch: Batch, says: str, *, at_once: bool = False) -> None:
        self.ledger.troubles[batch.drop] = says
        self._say(batch.drop, says)
        if at_once or self.now - batch.opened_at >= self._patience_s:
            self.told.findings.append(incomplete_drop(_called(batch.drop), says))

    def _config(self, batch: Batch) -> dg.RunConfig:
        known = self.arrivals.consumption_months()
        return dg.RunConfig(
            ops={
                "arrived": Arrival(
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

    def _say(self, drop: str, says: str) -> None:
        self.told.says.append(f"{_called(drop)}: {says}")


def _called(drop: str) -> str:
    return "flat drop" if drop == FLAT else drop


def raw_arrivals(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor; switched on from the start where the settings ask for automation."""

    @dg.sensor(
        name="raw_arrivals",
        jobs=[note_arrivals, INGEST_MONTHS, TRAIN_SNAPSHOT, SCORE_SNAPSHOT],
        minimum_interval_seconds=settings.arrivals_interval_s,
        default_status=dg.DefaultSensorStatus.RUNNING
        if settings.automation
        else dg.DefaultSensorStatus.STOPPED,
        required_resource_keys={"settings"},
        description="Raw data that arrived, once it is complete and settled: one batch at a time, "
        "noted, its months ingested, its snapshot made.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        given = context.resources.settings
        done = look(given, context.instance, open_store(given.store), time.time())
        said: Sequence[str] = done.says or ["nothing new"]
        for line in said:
            context.log.info(line)
        return dg.SensorResult(
            run_requests=done.requests,
            skip_reason=None if done.requests else dg.SkipReason("; ".join(said)),
        )

    return sensor
