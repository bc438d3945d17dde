"""Gold assets: one per feature tier, and the master table that joins them."""

import dagster as dg
import polars as pl

from spanishgas_assets.gold import (
    behavioral as behavior,
)
from spanishgas_assets.gold import (
    compound as flags,
)
from spanishgas_assets.gold import (
    interaction_strings as strings,
)
from spanishgas_assets.gold import (
    lifecycle as stage,
)
from spanishgas_assets.gold import (
    market_core as core,
)
from spanishgas_assets.gold import (
    market_risk as risk,
)
from spanishgas_assets.gold import (
    master,
)
from spanishgas_assets.gold import (
    sentiment as mood,
)
from spanishgas_assets.gold.tables import (
    BEHAVIORAL,
    COMPOUND,
    GOLD_MASTER,
    INTERACTION_STRINGS,
    LIFECYCLE,
    MARKET_CORE,
    MARKET_RISK,
    SENTIMENT,
    TIERS,
)
from spanishgas_assets.partitions import as_of
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.table_asset import of_table, table_asset

_CUSTOMER = {"customer": of_table(CUSTOMER)}
_CUSTOMER_AND_MONTHS = _CUSTOMER | {"customer_month": of_table(CUSTOMER_MONTH)}


@table_asset(LIFECYCLE, ins=_CUSTOMER_AND_MONTHS)
def lifecycle(
    context: dg.AssetExecutionContext, customer: pl.LazyFrame, customer_month: pl.LazyFrame
) -> pl.LazyFrame:
    """Contract dates against the snapshot's date."""
    return stage.lifecycle(customer, customer_month, as_of(context))


@table_asset(MARKET_CORE, ins=_CUSTOMER_AND_MONTHS)
def market_core(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Sums and means of the window's months."""
    return core.market_core(customer, customer_month)


@table_asset(MARKET_RISK, ins=_CUSTOMER_AND_MONTHS)
def market_risk(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Spread and trend over the window's months."""
    return risk.market_risk(customer, customer_month)


@table_asset(BEHAVIORAL, ins=_CUSTOMER)
def behavioral(context: dg.AssetExecutionContext, customer: pl.LazyFrame) -> pl.LazyFrame:
    """The latest note and the last product change against the snapshot's date."""
    return behavior.behavioral(customer, as_of(context))


@table_asset(SENTIMENT, ins=_CUSTOMER | {"behavioral": of_table(BEHAVIORAL)})
def sentiment(customer: pl.LazyFrame, behavioral: pl.LazyFrame) -> pl.LazyFrame:
    """The mood that the text backend read in the latest note."""
    return mood.sentiment(customer, behavioral)


@table_asset(COMPOUND, ins={"lifecycle": of_table(LIFECYCLE), "behavioral": of_table(BEHAVIORAL)})
def compound(lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame) -> pl.LazyFrame:
    """Facts of the lifecycle and behavioural tiers, joined two by two."""
    return flags.compound(lifecycle, behavioral)


@table_asset(
    INTERACTION_STRINGS,
    ins={
        "lifecycle": of_table(LIFECYCLE),
        "behavioral": of_table(BEHAVIORAL),
        "sentiment": of_table(SENTIMENT),
    },
)
def interaction_strings(
    lifecycle: pl.LazyFrame,
    behavioral: pl.LazyFrame,
    sentiment: pl.LazyFrame,
) -> pl.LazyFrame:
    """Categories of three tiers, joined two by two."""
    return strings.interaction_strings(lifecycle, behavioral, sentiment)


@table_asset(
    GOLD_MASTER,
    ins={name: of_table(tier) for name, tier in TIERS.items()}
    | {"customer_month": of_table(CUSTOMER_MONTH)},
)
def gold_master(
    lifecycle: pl.LazyFrame,
    market_core: pl.LazyFrame,
    market_risk: pl.LazyFrame,
    behavioral: pl.LazyFrame,
    sentiment: pl.LazyFrame,
    compound: pl.LazyFrame,
    interaction_strings: pl.LazyFrame,
    customer_month: pl.LazyFrame,
) -> pl.LazyFrame:
    """The seven tiers side by side, with the customer's margin."""
    tiers = [
        lifecycle,
        market_core,
        market_risk,
        behavioral,
        sentiment,
        compound,
        interaction_strings,
    ]
    return master.gold_master(tiers, customer_month)
