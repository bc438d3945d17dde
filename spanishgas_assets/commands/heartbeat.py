"""``spanishgas heartbeat``: check from outside that the platform is alive."""

import argparse
import logging
import time

from rich.console import Console

from spanishgas_assets.settings import Settings

NAME = "heartbeat"
HELP = "check that the daemon, schedules and sensors are alive, and alert if not"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no options."""


def execute(_: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Check, alert about what is missing or has recovered, and fail if anything is missing.

    For a scheduler that is independent of the daemon: cron, or a scheduled ECS task.
    """
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.errors import HeartbeatError
    from spanishgas_assets.operations.alerts.channels import channel_of
    from spanishgas_assets.operations.alerts.heartbeat import signs_of_life
    from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, AlertOutbox
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.storage.store import open_store

    graph = build_definitions(settings).resolve_asset_graph()
    assets = [key for key in graph.materializable_asset_keys if graph.get(key).freshness_policy]
    store, now = open_store(settings.store), time.time()
    signs = signs_of_life(open_instance(settings), store, assets, now)
    AlertOutbox(store, HEARTBEAT_OUTBOX).flush(
        signs,
        channel_of(settings, logging.getLogger("spanishgas")),
        now=now,
        remind_after=settings.reminder_hours * 3600,
        ui_url=settings.ui_url,
    )
    missing = [
        f"{sign.subject} {sign.scope}".strip() + f": {sign.message}"
        for sign in signs
        if not sign.healthy
    ]
    if missing:
        raise HeartbeatError("\n".join(missing))
    console.print(f"{len(signs)} heartbeats checked, none missing")
