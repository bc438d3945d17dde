"""Rounds of the sensor daemon over the deployed definitions, in one process that can be killed.

The argument says where the process is killed: ``state``, once it is written, a point of
Dagster's own (``RUN_CREATED``), or nowhere: then it goes round until two looks start nothing.
"""

import logging
import os
import signal
import sys
import time

import dagster as dg
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.sensor import execute_sensor_iteration

from spanishgas_assets.operations.arrivals import sensor

DEFINITIONS = LoadableTargetOrigin(
    executable_path=sys.executable, module_name="spanishgas_assets.definitions"
)


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def main(killed_at):
    if killed_at == "state":
        sensor.report_drops = die
    flags = {"raw_arrivals": {killed_at: signal.SIGKILL}} if killed_at.isupper() else None
    target = InProcessTestWorkspaceLoadTarget(InProcessCodeLocationOrigin(DEFINITIONS))
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, target) as workspace,
    ):
        quiet = 0
        while quiet < 2:
            before = instance.get_runs_count()
            list(
                execute_sensor_iteration(
                    workspace, logging.getLogger("evaluation"), None, None, debug_crash_flags=flags
                )
            )
            quiet = 0 if instance.get_runs_count() > before else quiet + 1
            time.sleep(1.1)


if __name__ == "__main__":
    main(sys.argv[1])
