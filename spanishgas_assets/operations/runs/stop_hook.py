"""Keeps in the store why a run stopped, however it was started: by a person, a schedule, the UI."""

from datetime import UTC, datetime

import dagster as dg

from spanishgas_assets.dagster_internals import PARTITION_NAME_TAG
from spanishgas_assets.operations.alerts.wording import one_line, shortened
from spanishgas_assets.publication.stopped_runs import MONTHS, StoppedRun, keep_stop
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

_MOST_CHARACTERS = 300


@dg.failure_hook(required_resource_keys={"settings"})
def remember_stop(context: dg.HookContext) -> None:
    """Let readers of publications know that a newer run published nothing, and why."""
    run = context.instance.get_run_by_id(context.run_id)
    scope = run.tags.get(PARTITION_NAME_TAG, MONTHS) if run else MONTHS
    resources = context.resources
    settings: Settings = resources.settings
    step, why = context.step_key.replace("__", "/"), _why(context.op_exception)
    keep_stop(
        open_store(settings.store),
        StoppedRun(
            scope,
            context.run_id,
            datetime.now(UTC).isoformat(timespec="seconds"),
            (why if why.startswith(step) else f"{step}: {why}",),
        ),
    )


def _why(error: BaseException | None) -> str:
    """Say why a step failed: a failure of ours in its words, of another error only the kind."""
    if isinstance(error, dg.Failure):
        said = error.description or ""
    elif isinstance(error, dg.DagsterError):
        said = str(error)
    else:
        said = type(error).__name__
    return shortened(one_line(" ".join(said.split())), _MOST_CHARACTERS)
