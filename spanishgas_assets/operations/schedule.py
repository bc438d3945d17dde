"""What happens by the clock: the week is scored on Mondays, and old runs are forgotten on Sundays.

The clock is Madrid's: 06:00 is 04:00 or 05:00 UTC, and always on the Monday that the snapshot is
named by.
"""

from zoneinfo import ZoneInfo

import dagster as dg

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.dagster_internals import (
    AUTO_RETRY_RUN_ID_TAG,
    PARTITION_NAME_TAG,
    WILL_RETRY_TAG,
)
from spanishgas_assets.operations.jobs import SCORE_SNAPSHOT, TRAIN_SNAPSHOT, prune
from spanishgas_assets.settings import Settings, Weekly
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import stored_partitions, table_key

TIME_ZONE = "Europe/Madrid"
MONDAYS, SUNDAYS = "0 6 * * 1", "0 4 * * 0"


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Build the schedules; switched on from the start where the settings ask for automation."""
    status = (
        dg.DefaultScheduleStatus.RUNNING
        if settings.automation
        else dg.DefaultScheduleStatus.STOPPED
    )
    train = settings.weekly is Weekly.TRAIN

    @dg.schedule(
        name="monday",
        cron_schedule=MONDAYS,
        execution_timezone=TIME_ZONE,
        job=TRAIN_SNAPSHOT if train else SCORE_SNAPSHOT,
        default_status=status,
        description=f"Every Monday at 06:00 ({TIME_ZONE}): that Monday's snapshot, "
        f"{'with a new model' if train else 'scored by the current champion'}.",
    )
    def monday(
        context: dg.ScheduleEvaluationContext, settings: dg.ResourceParam[Settings]
    ) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(ZoneInfo(TIME_ZONE)).date()
        snapshot = day.isoformat()
        store = open_store(settings.store)
        run = standing_run(context.instance, snapshot)
        if run is not None:
            return dg.SkipReason(
                f"Snapshot {snapshot} already has a run: {run.job_name} {run.run_id} is "
                f"{run.status.value.lower()}"
            )
        missing = missing_months(store, trailing_year_keys(day))
        if missing:
            return dg.SkipReason(
                f"Snapshot {snapshot} is missing {len(missing)} of its 12 months: "
                f"{', '.join(month[:7] for month in missing)}. Deliver their readings, prices and "
                "costs, or run ingest_months for them, then run the snapshot by hand"
            )
        if not train and Registry(store).champion(day) is None:
            return dg.SkipReason(
                f"There is no champion to score snapshot {snapshot}: run train_snapshot, or "
                "set SPANISHGAS_WEEKLY=train"
            )
        return dg.RunRequest(run_key=snapshot, partition_key=snapshot)

    sunday = dg.ScheduleDefinition(
        name="sunday",
        cron_schedule=SUNDAYS,
        execution_timezone=TIME_ZONE,
        job=prune,
        default_status=status,
        description=f"Every Sunday at 04:00 ({TIME_ZONE}): deletes old runs.",
    )
    return [monday, sunday]


def standing_run(instance: dg.DagsterInstance, snapshot: str) -> dg.DagsterRun | None:
    """Return a run of the snapshot that waits, works, succeeded or will be tried again, if any."""
    over = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    jobs = {TRAIN_SNAPSHOT.name, SCORE_SNAPSHOT.name}
    for run in instance.get_runs(dg.RunsFilter(tags={PARTITION_NAME_TAG: snapshot})):
        # Once the next try is there, it speaks for the run.
        waits_for_retry = (
            run.tags.get(WILL_RETRY_TAG) == "true" and AUTO_RETRY_RUN_ID_TAG not in run.tags
        )
        if run.job_name in jobs and (run.status not in over or waits_for_retry):
            return run
    return None


def missing_months(store: Store, months: list[str]) -> list[str]:
    """Return the months of which a monthly table is not in the store."""
    monthly = [table for table in TABLES if table.cadence == "month"]
    stored = {
        table_key(table.layer, table.name, month)
        for table in monthly
        for month in stored_partitions(store, table.title)
    }
    return [
        month
        for month in months
        if any(table_key(table.layer, table.name, month) not in stored for table in monthly)
    ]
