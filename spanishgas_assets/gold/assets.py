"""Gold assets: one per feature tier, and the master table that joins them."""

import dagster as dg
import polars as pl

from spanishgas_assets.gold.behavioral import behavioral
from spanishgas_assets.gold.checks import (
    HARD_CHECKS,
    LABEL_CHECK,
    future_finding,
    label_finding,
    labels_of,
    silver_finding,
    stored_bronze,
)
from spanishgas_assets.gold.compound import compound
from spanishgas_assets.gold.interaction_strings import interaction_strings
from spanishgas_assets.gold.label_audit import label_information
from spanishgas_assets.gold.leakage_check import with_false_future
from spanishgas_assets.gold.lifecycle import lifecycle
from spanishgas_assets.gold.market_core import market_core
from spanishgas_assets.gold.market_dynamics import market_dynamics
from spanishgas_assets.gold.market_risk import market_risk
from spanishgas_assets.gold.master import gold_master
from spanishgas_assets.gold.metadata import master_metadata, tier_metadata
from spanishgas_assets.gold.sentiment import sentiment
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


def _tier(tier: Table, frame: pl.LazyFrame) -> Built:
    rows = frame.collect()
    return Built(rows, metadata=tier_metadata(tier, rows))


@table_asset(LIFECYCLE, ins=_CUSTOMER_AND_MONTHS)
def gold_lifecycle(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """Contract dates against the snapshot's date."""
    return _tier(LIFECYCLE, lifecycle(customer, by_customer(customer_month), as_of(context)))


@table_asset(MARKET_CORE, ins=_CUSTOMER_AND_MONTHS)
def gold_market_core(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> Built:
    """Sums and means of the window's months."""
    return _tier(MARKET_CORE, market_core(customer, by_customer(customer_month)))


@table_asset(MARKET_RISK, ins=_CUSTOMER_AND_MONTHS)
def gold_market_risk(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> Built:
    """Spread and trend over the window's months."""
    return _tier(MARKET_RISK, market_risk(customer, by_customer(customer_month)))


@table_asset(BEHAVIORAL, ins=_CUSTOMER)
def gold_behavioral(context: dg.AssetExecutionContext, customer: pl.LazyFrame) -> Built:
    """The latest note and the last product change against the snapshot's date."""
    return _tier(BEHAVIORAL, behavioral(customer, as_of(context)))


@table_asset(SENTIMENT, ins=_CUSTOMER | {"behavioral": of_table(BEHAVIORAL)})
def gold_sentiment(customer: pl.LazyFrame, behavioral: pl.LazyFrame) -> Built:
    """The sentiment that the text backend read in the latest note."""
    return _tier(SENTIMENT, sentiment(customer, behavioral))


@table_asset(COMPOUND, ins={"lifecycle": of_table(LIFECYCLE), "behavioral": of_table(BEHAVIORAL)})
def gold_compound(lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame) -> Built:
    """Facts of the lifecycle and behavioural tiers, joined two by two."""
    return _tier(COMPOUND, compound(lifecycle, behavioral))


@table_asset(
    INTERACTION_STRINGS,
    ins={
        "lifecycle": of_table(LIFECYCLE),
        "behavioral": of_table(BEHAVIORAL),
        "sentiment": of_table(SENTIMENT),
    },
)
def gold_interaction_strings(
    lifecycle: pl.LazyFrame,
    behavioral: pl.LazyFrame,
    sentiment: pl.LazyFrame,
) -> Built:
    """Categories of three tiers, joined two by two."""
    return _tier(INTERACTION_STRINGS, interaction_strings(lifecycle, behavioral, sentiment))


@table_asset(MARKET_DYNAMICS, ins=_CUSTOMER_AND_MONTHS)
def gold_market_dynamics(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> Built:
    """The window's months against each other, the season and the market."""
    return _tier(
        MARKET_DYNAMICS,
        market_dynamics(customer, by_customer(customer_month), as_of(context)),
    )


@table_asset(
    GOLD_MASTER,
    ins={name: of_table(tier) for name, tier in TIERS.items()} | _CUSTOMER_AND_MONTHS,
    code_version="3",
    hard_checks=HARD_CHECKS,
    soft_checks=LABEL_CHECK,
)
def gold_gold_master(
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
    """The tiers side by side, with the customer's margin, proven to know no future.

    For the proof the snapshot is made a second time, from bronze with a false future.
    """
    tiers = [lifecycle, market_core, market_risk, behavioral, sentiment, compound]
    tiers += [interaction_strings, market_dynamics]
    months, day = by_customer(customer_month), as_of(context)
    rows = gold_master(tiers, customer, months, day).collect()
    bronze = stored_bronze(open_store(settings.store), day)
    false = with_false_future(bronze, day)
    again = snapshot(false, day, settings.gas_margin, settings.label_horizon_days).gold_master
    labels, others = labels_of(bronze.customer, day)
    information = label_information(rows, labels)
    proven = silver_finding(rows, customer.collect(), customer_month.collect())
    return Built(
        rows,
        metadata=master_metadata(rows, information),
        findings=[future_finding(rows, again), proven],
        warnings=[label_finding(rows.columns, information, others)],
    )
