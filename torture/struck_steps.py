"""Each call to the store that a step of the graph makes is refused, or goes without an answer.

Every asset of a snapshot is made again on a finished store, once for each call: refused by the
disk, it ends the step with one sentence or is got around, and readers go on with what was
published; without an answer, three times in a row at later and later calls, the step is tried again
and gets there.
"""

import errno
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg

from spanishgas_assets import step_retries
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.errors import RunFailedError, StoreUnavailableError
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.runs.job_execution import execute_job
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.folder_errors import translating_folder_errors
from torture.graph_runs import (
    SECOND,
    SNAPSHOT,
    Retailer,
    environment,
    forked,
    hard_copy,
    intercepted,
)
from torture.killed_runs import look
from torture.scenario import Tally

#: Months that the monthly tables are made again for; each makes the same calls.
_MONTHS = ("2024-11-01", "2024-12-01")
#: Calls of one step, one after the other, that go without an answer in one run.
_UNANSWERED = step_retries.IO_RETRIES


class Strikes:
    """Lets one call after the other fail: the n-th of an attempt, then the next of the next."""

    def __init__(self, first: int, times: int, fail: Callable[[], None]) -> None:
        self.next, self.last, self.fail = first, first + times, fail
        self.calls, self.struck = 0, 0

    def heard(self, _name: str, _arguments: tuple[Any, ...]) -> None:
        """Count a call; in its turn it fails."""
        self.calls += 1
        if self.calls == self.next < self.last:
            self.next, self.calls = self.next + 1, 0
            self.struck += 1
            self.fail()


def refuse() -> None:
    """Fail as a broken disk does."""
    with translating_folder_errors("the store"):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def ignore() -> None:
    """Fail as a store that does not answer."""
    raise StoreUnavailableError("the store does not answer; run it again")


def struck_steps(made: Retailer, store: Path, *, stride: int = 1, offset: int = 0) -> Tally:
    """Strike the calls of every step.

    Args:
        made: the retailer.
        store: a finished one of the second settings; it stays as it is.
        stride: of the calls of a step, every how manieth is struck.
        offset: which is the first.
    """
    (names,) = forked([partial(_names, made, store)])
    works = [
        partial(_strike_step, made, store, name, monthly, stride, offset) for name, monthly in names
    ]
    tally = Tally()
    for found in forked(works):
        tally.add(Tally(**found))
    return tally


def _names(made: Retailer, store: Path) -> list[tuple[str, bool]]:
    with environment(made, store, SECOND):
        definitions = build_definitions(Settings.from_environment())
    return [
        (key.to_user_string(), job == "ingest_months")
        for job in ("ingest_months", "train_snapshot")
        for key in sorted(definitions.resolve_job_def(job).asset_layer.executable_asset_keys)
    ]


def _strike_step(
    made: Retailer,
    store: Path,
    name: str,
    monthly: bool,  # noqa: FBT001
    stride: int,
    offset: int,
) -> dict[str, Any]:
    own = made.folder / f"struck {name.replace('/', ' ')}"
    hard_copy(store, own)
    tally = Tally()
    with environment(made, own, SECOND), patch.object(step_retries, "IO_RETRY_SECONDS", 0):
        content = open_publication(str(own), snapshot=SNAPSHOT).manifest.content.to_dict()
        make = partial(_make, _job(monthly), dg.AssetKey(name.split("/")), monthly)
        for way, times, fail in (("refused", 1, refuse), ("unanswered", _UNANSWERED, ignore)):
            call = 1 + offset % stride * times
            while True:
                where = f"{name}, call {call} {way}"
                strikes = Strikes(call, times, fail)
                with intercepted(strikes.heard):
                    said = make()
                if not strikes.struck:
                    break
                tally.tried += strikes.struck
                _judge(tally, where, said, passes=way == "unanswered")
                look(own, (content,), tally, where)
                call += stride * times
            said = make()
            if said:
                tally.hand_repairs += 1
                tally.told.append(f"{name}: is not made any more: {said[-2000:]}")
        if open_publication(str(own), snapshot=SNAPSHOT).manifest.content.to_dict() != content:
            tally.hand_repairs += 1
            tally.told.append(f"{name}: not what was published before")
    return vars(tally)


def _job(monthly: bool) -> tuple[dg.JobDefinition, dg.DagsterInstance]:  # noqa: FBT001
    settings = Settings.from_environment()
    job = build_definitions(settings).resolve_job_def(
        "ingest_months" if monthly else "train_snapshot"
    )
    return job, open_instance(settings)


def _make(
    made_by: tuple[dg.JobDefinition, dg.DagsterInstance],
    asset: dg.AssetKey,
    monthly: bool,  # noqa: FBT001
) -> str:
    """Make an asset; return what the run ends with, empty if it ends well."""
    job, instance = made_by
    options: dict[str, Any] = {"asset_selection": [asset]}
    if monthly:
        names = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
        options["tags"] = dict(zip(names, _MONTHS, strict=True))
    else:
        options["partition_key"] = SNAPSHOT
    try:
        execute_job(job, instance, lambda _: None, **options)
    except RunFailedError as error:
        return str(error) or "failed without a word"
    return ""


def _judge(tally: Tally, where: str, said: str, *, passes: bool) -> None:
    """Count a traceback, and a step that did not get there by new tries."""
    if "Traceback" in said or "Stack Trace" in said:
        tally.tracebacks += 1
        tally.told.append(f"{where}: {said[:2500]}")
    elif said and passes:
        tally.hand_repairs += 1
        tally.told.append(f"{where}: {said}")
