"""``spanishgas heartbeat``: look from outside whether the platform does its rounds."""

import argparse
import logging
import time

from rich.console import Console

from spanishgas_assets.settings import Settings

NAME = "heartbeat"
HELP = "tell someone if the platform no longer does its rounds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no options."""


def execute(_: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Look, tell what is wrong or over, and fail if anything is wrong.

    For a scheduler that lives when the daemon is dead: cron, or a scheduled ECS task.
    """
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.errors import HeartbeatError
    from spanishgas_assets.operations.alerts.channels import channel_of
    from spanishgas_assets.operations.alerts.heartbeat import signs_of_life
    from spanishgas_assets.operations.alerts.outbox import OUTSIDE_DESK, AlertDesk
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.storage.store import open_store

    graph = build_definitions(settings).resolve_asset_graph()
    assets = [key for key in graph.materializable_asset_keys if graph.get(key).freshness_policy]
    store, now = open_store(settings.store), time.time()
    signs = signs_of_life(open_instance(settings), store, assets, now)
    AlertDesk(store, OUTSIDE_DESK).tell(
        signs,
        channel_of(settings, logging.getLogger("spanishgas")),
        now=now,
        remind_after=settings.reminder_hours * 3600,
        ui_url=settings.ui_url,
    )
    missing = [
        f"{sign.subject} {sign.place}".strip() + f": {sign.says}" for sign in signs if not sign.well
    ]
    if missing:
        raise HeartbeatError("\n".join(missing))
    console.print(f"{len(signs)} signs of life, none missing")
