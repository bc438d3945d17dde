"""Gold assets: one per feature tier, and the master table that joins them."""

import dagster as dg
import polars as pl

from spanishgas_assets.charts.features import (
    association_picture,
    distribution_picture,
    null_picture,
)
from spanishgas_assets.gold import behavioral as behavior
from spanishgas_assets.gold import compound as flags
from spanishgas_assets.gold import interaction_strings as strings
from spanishgas_assets.gold import lifecycle as stage
from spanishgas_assets.gold import market_core as core
from spanishgas_assets.gold import market_dynamics as dynamics
from spanishgas_assets.gold import market_risk as risk
from spanishgas_assets.gold import master
from spanishgas_assets.gold import sentiment as sentiment_tier
from spanishgas_assets.gold.checks import (
    HARD_CHECKS,
    future_finding,
    label_finding,
    silver_finding,
    stored_bronze,
)
from spanishgas_assets.gold.label_audit import label_information
from spanishgas_assets.gold.leakage_check import with_false_future
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets.gold.tables import (
    BEHAVIORAL,
    COMPOUND,
    GOLD_MASTER,
    INTERACTION_STRINGS,
    LIFECYCLE,
    MARKET_CORE,
    MARKET_DYNAMICS,
    MARKET_RISK,
    SENTIMENT,
    TIERS,
)
from spanishgas_assets.gold.trends import by_customer
from spanishgas_assets.partitions import as_of
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset

_CUSTOMER = {"customer": of_table(CUSTOMER)}
_CUSTOMER_AND_MONTHS = _CUSTOMER | {"customer_month": of_table(CUSTOMER_MONTH)}


def _shown(context: dg.AssetExecutionContext, tier: Table, frame: pl.LazyFrame) -> Built:
    """A tier's rows with the picture of their distributions."""
    rows = frame.collect()
    picture = dg.MetadataValue.md(distribution_picture(tier, rows))
    return Built(rows, metadata={context.partition_key: {"distributions": picture}})


@table_asset(LIFECYCLE, ins=_CUSTOMER_AND_MONTHS)
def lifecycle(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """Contract dates against the snapshot's date."""
    return _shown(
        context, LIFECYCLE, stage.lifecycle(customer, by_customer(customer_month), as_of(context))
    )


@table_asset(MARKET_CORE, ins=_CUSTOMER_AND_MONTHS)
def market_core(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """Sums and means of the window's months."""
    return _shown(context, MARKET_CORE, core.market_core(customer, by_customer(customer_month)))


@table_asset(MARKET_RISK, ins=_CUSTOMER_AND_MONTHS)
def market_risk(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """Spread and trend over the window's months."""
    return _shown(context, MARKET_RISK, risk.market_risk(customer, by_customer(customer_month)))


@table_asset(BEHAVIORAL, ins=_CUSTOMER)
def behavioral(context: dg.AssetExecutionContext, customer: pl.LazyFrame) -> Built:
    """The latest note and the last product change against the snapshot's date."""
    return _shown(context, BEHAVIORAL, behavior.behavioral(customer, as_of(context)))


@table_asset(SENTIMENT, ins=_CUSTOMER | {"behavioral": of_table(BEHAVIORAL)})
def sentiment(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, behavioral: pl.LazyFrame
) -> Built:
    """The sentiment that the text backend read in the latest note."""
    return _shown(context, SENTIMENT, sentiment_tier.sentiment(customer, behavioral))


@table_asset(COMPOUND, ins={"lifecycle": of_table(LIFECYCLE), "behavioral": of_table(BEHAVIORAL)})
def compound(
    context: dg.AssetExecutionContext, lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame
) -> Built:
    """Facts of the lifecycle and behavioural tiers, joined two by two."""
    return _shown(context, COMPOUND, flags.compound(lifecycle, behavioral))


@table_asset(
    INTERACTION_STRINGS,
    ins={
        "lifecycle": of_table(LIFECYCLE),
        "behavioral": of_table(BEHAVIORAL),
        "sentiment": of_table(SENTIMENT),
    },
)
def interaction_strings(
    context: dg.AssetExecutionContext,
    lifecycle: pl.LazyFrame,
    behavioral: pl.LazyFrame,
    sentiment: pl.LazyFrame,
) -> Built:
    """Categories of three tiers, joined two by two."""
    return _shown(
        context, INTERACTION_STRINGS, strings.interaction_strings(lifecycle, behavioral, sentiment)
    )


@table_asset(MARKET_DYNAMICS, ins=_CUSTOMER_AND_MONTHS)
def market_dynamics(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """The window's months against each other, the season and the market."""
    return _shown(
        context,
        MARKET_DYNAMICS,
        dynamics.market_dynamics(customer, by_customer(customer_month), as_of(context)),
    )


@table_asset(
    GOLD_MASTER,
    ins={name: of_table(tier) for name, tier in TIERS.items()} | _CUSTOMER_AND_MONTHS,
    code_version="2",
    hard_checks=HARD_CHECKS,
)
def gold_master(
    context: dg.AssetExecutionContext,
    settings: Settings,
    lifecycle: pl.LazyFrame,
    market_core: pl.LazyFrame,
    market_risk: pl.LazyFrame,
    behavioral: pl.LazyFrame,
    sentiment: pl.LazyFrame,
    compound: pl.LazyFrame,
    interaction_strings: pl.LazyFrame,
    market_dynamics: pl.LazyFrame,
    customer: pl.LazyFrame,
    customer_month: pl.LazyFrame,
) -> Built:
    """The tiers side by side, with the customer's margin, proven to know neither future nor label.

    For the proof the snapshot is made a second time, from bronze with a false future.
    """
    tiers = [
        lifecycle,
        market_core,
        market_risk,
        behavioral,
        sentiment,
        compound,
        interaction_strings,
        market_dynamics,
    ]
    rows = master.gold_master(
        tiers, customer, by_customer(customer_month), as_of(context)
    ).collect()
    bronze = stored_bronze(open_store(settings.store), as_of(context))
    false_future = with_false_future(bronze, as_of(context))
    again = snapshot(false_future, as_of(context), settings.gas_margin).gold_master
    information = label_information(rows, bronze.customer.collect())
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "nulls": dg.MetadataValue.md(null_picture(rows)),
                "associations": dg.MetadataValue.md(association_picture(information)),
            }
        },
        findings={
            context.partition_key: [
                future_finding(rows, again),
                label_finding(rows.columns, information),
                silver_finding(rows, customer.collect(), customer_month.collect()),
            ]
        },
    )
