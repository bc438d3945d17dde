"""Monitoring assets: drift against what the champion learned from, and expected performance."""

import dagster as dg
import polars as pl

from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model import ChurnModel
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.drift import drift
from spanishgas_assets.monitoring.performance import performance_estimate as estimate
from spanishgas_assets.monitoring.tables import DRIFT_REPORT, PERFORMANCE_ESTIMATE
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.storage.lake import scan_tables, table_key
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.table_asset import Built, of_table, table_asset


@table_asset(
    DRIFT_REPORT,
    ins={
        "gold_master": of_table(GOLD_MASTER),
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store"),
    },
    owners=("team:data",),
)
def drift_report(
    context: dg.AssetExecutionContext,
    gold_master: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """The reference is the champion's own training set, with its honest probabilities."""
    store = open_store(context.resources.settings.store)
    trained_on = table_key(TRAINING_SET.layer, TRAINING_SET.name, champion.card.label_date)
    probability = pl.col("probability").alias("churn_probability")
    reference = (
        scan_tables(store, [trained_on])
        .collect()
        .join(champion.membership.select("customer_id", probability), on="customer_id")
    )
    current = gold_master.join(
        scored_customers.select("customer_id", "churn_probability"), on="customer_id"
    ).collect()
    features = [feature.name for feature in champion.card.features.features]
    rows = drift(reference, current, [*features, "churn_probability"])
    drifted = rows.filter(pl.col("drifted"))
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "model_version": champion.version,
                "reference_snapshot": champion.card.label_date,
                "features": rows.height,
                "drifted": drifted.height,
                "drifted_features": ", ".join(drifted["feature"]) or "none",
                "old_rule_drifted": int(rows["old_rule_drifted"].sum()),
            }
        },
    )


@table_asset(PERFORMANCE_ESTIMATE, ins={"scored_customers": of_table(SCORED_CUSTOMERS)})
def performance_estimate(
    context: dg.AssetExecutionContext, scored_customers: pl.LazyFrame
) -> Built:
    """Holds as long as the probabilities are calibrated; no label is needed."""
    rows = estimate(scored_customers).collect()
    return Built(rows, metadata={context.partition_key: dict(rows.iter_rows())})
