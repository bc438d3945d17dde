"""The jobs: months are ingested in one run of any range, a snapshot is trained or scored.

One job cannot mix monthly and weekly assets, so months come first and snapshots read them.
"""

import dagster as dg

_MONTHLY = dg.AssetSelection.assets(
    *[
        dg.AssetKey(["bronze", name])
        for name in ("consumption_month", "price_month", "cost_month", "customer_month")
    ]
)
_SNAPSHOT = (
    dg.AssetSelection.groups(
        "bronze", "silver", "gold", "churn", "retention", "monitoring", "publication"
    )
    - _MONTHLY
)
_TRAINING = dg.AssetSelection.assets(["churn", "training_set"], ["churn", "churn_model"])

INGEST_MONTHS = dg.define_asset_job(
    "ingest_months",
    selection=_MONTHLY,
    description="Raw readings, prices and costs to bronze customer-months; any range in one pass.",
)
TRAIN_SNAPSHOT = dg.define_asset_job(
    "train_snapshot",
    selection=_SNAPSHOT,
    description="A snapshot with a new model: it serves if the gate accepts it.",
)
SCORE_SNAPSHOT = dg.define_asset_job(
    "score_snapshot",
    selection=_SNAPSHOT - _TRAINING,
    description="A snapshot scored by the standing champion.",
)

JOBS = [INGEST_MONTHS, TRAIN_SNAPSHOT, SCORE_SNAPSHOT]
