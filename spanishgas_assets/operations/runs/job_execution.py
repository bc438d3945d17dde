"""One job run in this process, recorded in the instance as if it had been started in the UI."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from spanishgas_assets.dagster_internals import make_new_run_id
from spanishgas_assets.errors import RunFailedError

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def execute_job(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    heard: Callable[[dg.EventLogEntry], None],
    **options: Any,
) -> None:
    """Run a job to its end.

    Args:
        job: what to run.
        instance: where the run is recorded.
        heard: gets every event while the job runs.
        options: partition_key, asset_selection and tags, as ``execute_in_process`` takes them.

    Raises:
        RunFailedError: a step failed; the message is the step's own.
    """
    run_id = make_new_run_id()
    instance.add_event_listener(run_id, heard)
    result = job.execute_in_process(
        run_config=QUIET, instance=instance, run_id=run_id, raise_on_error=False, **options
    )
    if not result.success:
        raise RunFailedError(_failures(result))


def _failures(result: dg.ExecuteInProcessResult) -> str:
    """Say which steps failed and why; a failure of ours in its words, another with its trace."""
    lines = []
    for event in result.get_step_failure_events():
        failure = event.step_failure_data
        step = (event.step_key or "").replace("__", "/")
        if failure.user_failure_data is not None:
            lines.append(f"{step}: {failure.user_failure_data.description}")
        elif failure.error is not None:
            lines.append(f"{step}: {failure.error.to_string()}")
    return "\n".join(lines) or "the run failed before its first step"
