"""The jobs: months are ingested in one run of any range, a snapshot is trained or scored.

One job cannot mix monthly and weekly assets, so months come first and snapshots read them. What
may not run at the same time is said by the assets' pools, which hold for runs of no job too.
"""

import dagster as dg

from spanishgas_assets.dagster_internals import UnresolvedAssetJobDefinition
from spanishgas_assets.operations.prune import forget_old_runs, remove_unneeded_objects
from spanishgas_assets.operations.runs.stop_hook import remember_stop
from spanishgas_assets.operations.sizes import SIZES

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
    tags=SIZES["ingest_months"].tags,
    hooks={remember_stop},
    description="Raw readings, prices and costs to bronze customer-months; any range in one pass.",
)
TRAIN_SNAPSHOT = dg.define_asset_job(
    "train_snapshot",
    selection=_SNAPSHOT,
    tags=SIZES["train_snapshot"].tags,
    hooks={remember_stop},
    description="A snapshot with a new model, which serves if the gate accepts it.",
)
SCORE_SNAPSHOT = dg.define_asset_job(
    "score_snapshot",
    selection=_SNAPSHOT - _TRAINING,
    tags=SIZES["score_snapshot"].tags,
    hooks={remember_stop},
    description="A snapshot scored by the current champion.",
)

FEATURE_ABLATION = dg.define_asset_job(
    "feature_ablation",
    selection=dg.AssetSelection.assets(["experiments", "feature_ablation"]),
    tags=SIZES["feature_ablation"].tags,
    description="Feature ablation: PR-AUC of each feature set and model; minutes, on demand.",
)
PARAMETER_SEARCH = dg.define_asset_job(
    "parameter_search",
    selection=dg.AssetSelection.assets(["experiments", "parameter_search"]),
    tags=SIZES["parameter_search"].tags,
    description="Search over the published hyperparameter grid; minutes, on demand.",
)
BACKTEST = dg.define_asset_job(
    "backtest",
    selection=dg.AssetSelection.assets(["experiments", "backtest"]),
    tags=SIZES["backtest"].tags,
    description="Backtest: models trained on earlier labels, tested on later ones.",
)


@dg.job(tags=SIZES["prune"].tags)
def prune() -> None:
    """Removes old runs and superseded publications, by policy; what follows from them stays."""
    forget_old_runs()
    remove_unneeded_objects()


JOBS: list[dg.JobDefinition | UnresolvedAssetJobDefinition] = [
    INGEST_MONTHS,
    TRAIN_SNAPSHOT,
    SCORE_SNAPSHOT,
    FEATURE_ABLATION,
    PARAMETER_SEARCH,
    BACKTEST,
    prune,
]
