"""Retention assets: who may leave, why, and what to offer."""

import dagster as dg
import polars as pl

from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model import ChurnModel
from spanishgas_assets.churn.scoring import contributions, score
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.partitions import as_of
from spanishgas_assets.pictures import bar_picture
from spanishgas_assets.retention.offers import recommendations as recommend
from spanishgas_assets.retention.policy import load_policy
from spanishgas_assets.retention.reasons import customer_reasons
from spanishgas_assets.retention.scores import scored_customers as in_money
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.table_asset import Built, of_table, table_asset

_MODEL = dg.AssetIn(key=CHAMPION, input_manager_key="model_store")
_BINS = 20


@table_asset(
    SCORED_CUSTOMERS,
    ins={"gold_master": of_table(GOLD_MASTER), "champion": _MODEL},
    owners=("team:retention",),
)
def scored_customers(
    context: dg.AssetExecutionContext, gold_master: pl.LazyFrame, champion: ChurnModel
) -> Built:
    """A customer that the champion learned from is scored by the booster that left it out."""
    scores = score(champion, gold_master.collect())
    rows = in_money(
        scores.lazy(),
        gold_master,
        champion.card.threshold,
        champion.version,
        as_of(context),
        load_policy(),
    ).collect()
    counted = rows["churn_probability"].hist(bin_count=_BINS)["count"].to_list()
    tiers = dict(rows["risk_tier"].value_counts().iter_rows())
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "model_version": champion.version,
                "flagged": int(rows["churn_flag"].sum()),
                "out_of_fold": int((rows["score_source"] == "out_of_fold").sum()),
                "expected_monthly_loss_eur": float(rows["expected_monthly_loss_eur"].sum()),
                **{f"tier_{name.lower()}": int(count) for name, count in tiers.items()},
                "probabilities": dg.MetadataValue.md(
                    bar_picture("Customers by churn probability, 0 to highest", counted)
                ),
            }
        },
    )


@table_asset(
    RECOMMENDATIONS,
    ins={
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "gold_master": of_table(GOLD_MASTER),
        "champion": _MODEL,
    },
    owners=("team:retention",),
)
def recommendations(
    context: dg.AssetExecutionContext,
    scored_customers: pl.LazyFrame,
    gold_master: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """The reasons come from the same booster that scored the customer."""
    explained = contributions(champion, gold_master.collect())
    reasons = customer_reasons(explained.lazy(), gold_master)
    rows = recommend(scored_customers, reasons, load_policy()).collect()
    actions = dict(rows["action"].value_counts().iter_rows())
    blocks = dict(rows["block_reason"].drop_nulls().value_counts().iter_rows())
    return Built(
        rows,
        metadata={
            context.partition_key: {
                **{f"action_{name}": int(count) for name, count in actions.items()},
                **{f"withheld_{name}": int(count) for name, count in blocks.items()},
                "offer_budget_eur_month": float(rows["offer_budget_eur_month"].sum()),
            }
        },
    )
