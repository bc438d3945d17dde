"""The monitoring sensors: one alerts people, one publishes metrics. Both start with the daemon."""

import json
import time
from collections.abc import Sequence

import dagster as dg

from spanishgas_assets.operations.alerts.channels import Channel, channel_of
from spanishgas_assets.operations.alerts.finished_runs import Watermark, finished_runs, observations
from spanishgas_assets.operations.alerts.heartbeat import signs_of_life
from spanishgas_assets.operations.alerts.management_mail import announce
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.operations.alerts.past_scopes import past_scopes
from spanishgas_assets.operations.alerts.raw_drops import drop_observations
from spanishgas_assets.operations.run_metrics import heartbeat_metric, metrics_of, metrics_of_run
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store

_SECONDS_PER_HOUR = 3600.0


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alerts(
    context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.SkipReason:
    """Alerts people to failed checks and runs, drift, unusable drops, stale tables and silence.

    One message per incident, and where configured one with each new snapshot's page for management.
    A message that cannot be delivered stays pending in the store, and the
    tick fails; one that is refused for good is set aside, and the next reports it.
    """
    channel = channel_of(settings, context.log)
    return dg.SkipReason(
        alert(context.instance, settings, channel, fresh_assets(context), now=time.time())
    )


def alert(
    instance: dg.DagsterInstance,
    settings: Settings,
    channel: Channel,
    assets: Sequence[dg.AssetKey],
    *,
    now: float,
) -> str:
    """Look at what happened since the last time, tell people, and say in a line what was done.

    Args:
        instance: has the runs.
        settings: where the store is, and how people are told.
        channel: delivers the messages.
        assets: those with a freshness policy.
        now: seconds since 1970.

    Raises:
        AlertError: messages stay pending until the next call.
        StoreError: the state of the alerts is damaged.
    """
    store = open_store(settings.store)
    outbox = AlertOutbox(store)
    ended, outbox.watermark = finished_runs(instance, outbox.watermark, now)
    seen = [
        *(observation for record in ended for observation in observations(instance, record)),
        *drop_observations(store, outbox.incidents.open.values(), now),
        *past_scopes(store, outbox.incidents.open.values(), now),
        *signs_of_life(instance, store, assets, now),
    ]
    delivered = outbox.flush(
        seen,
        channel,
        now=now,
        remind_after=settings.reminder_hours * _SECONDS_PER_HOUR,
        ui_url=settings.ui_url,
    )
    announce(store, outbox, settings, now)
    return (
        f"{len(ended)} runs ended, {len(outbox.incidents.open)} incidents open, {delivered} "
        f"messages sent ({settings.alerts})"
        + (f", {len(outbox.refused)} refused by the channel" if outbox.refused else "")
    )


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def metrics(
    context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]
) -> dg.SensorResult:
    """Publishes the metrics of finished runs; on a failure the tick fails and the next retries."""
    sink = metrics_of(settings)
    now = time.time()
    before = Watermark.from_dict(json.loads(context.cursor)) if context.cursor else Watermark()
    ended, after = finished_runs(context.instance, before, now)
    values = [value for record in ended for value in metrics_of_run(context.instance, record)]
    sink.publish([*values, heartbeat_metric(now)])
    return dg.SensorResult(
        skip_reason=f"{len(values)} metrics of {len(ended)} runs to {sink.name}",
        cursor=json.dumps(after.to_dict()),
    )


def fresh_assets(context: dg.SensorEvaluationContext) -> list[dg.AssetKey]:
    """Return the assets that have a freshness policy."""
    if context.repository_def is None:
        return []
    graph = context.repository_def.asset_graph
    return [key for key in graph.materializable_asset_keys if graph.get(key).freshness_policy]


WATCHING = [alerts, metrics]
