"""Keeps in the store that a run began, and why it stopped, however it was started.

By a person, a schedule or the UI: the jobs' failure hook needs the resource that takes the note of
the beginning, so that every run of a job with the hook has it.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import dagster as dg

from spanishgas_assets.dagster_internals import PARTITION_NAME_TAG
from spanishgas_assets.errors import SpanishGasError
from spanishgas_assets.operations.alerts.wording import one_line, shortened
from spanishgas_assets.publication.stopped_runs import (
    MONTHS,
    StoppedRun,
    forget_begun,
    keep_begun,
    keep_stop,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

_MOST_CHARACTERS = 300


@dg.resource(
    required_resource_keys={"settings"},
    description="A note in the store for as long as a run is under way; a killed one leaves it.",
)
def begun_run(context: dg.InitResourceContext) -> Iterator[None]:
    """Note that a run began, until it ends.

    Where the store does not take the note the run goes on: its steps meet the same store, and say
    what is wrong with it.
    """
    run, resources = context.run, context.resources
    settings: Settings = resources.settings
    if run is None:
        yield
        return
    store, scope = open_store(settings.store), run.tags.get(PARTITION_NAME_TAG, MONTHS)
    with suppress(SpanishGasError):
        keep_begun(store, scope, run.run_id, _now())
    yield
    with suppress(SpanishGasError):
        forget_begun(store, scope)


@dg.failure_hook(required_resource_keys={"settings", "begun_run"})
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
            _now(),
            (why if why.startswith(step) else f"{step}: {why}",),
        ),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _why(error: BaseException | None) -> str:
    """Say why a step failed: a failure of ours in its words, of another error only the kind."""
    if isinstance(error, dg.Failure):
        said = error.description or ""
    elif isinstance(error, dg.DagsterError):
        said = str(error)
    else:
        said = type(error).__name__
    return shortened(one_line(" ".join(said.split())), _MOST_CHARACTERS)
