"""A whole snapshot in one call: bronze tables in, silver and gold tables out, nothing stored.

The graph makes the same tables one asset at a time; the leakage check and the benchmark make them
all from given bronze tables.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from spanishgas_assets.gold.behavioral import behavioral
from spanishgas_assets.gold.compound import compound
from spanishgas_assets.gold.interaction_strings import interaction_strings
from spanishgas_assets.gold.lifecycle import lifecycle
from spanishgas_assets.gold.market_core import market_core
from spanishgas_assets.gold.market_dynamics import market_dynamics
from spanishgas_assets.gold.market_risk import market_risk
from spanishgas_assets.gold.master import gold_master
from spanishgas_assets.gold.sentiment import sentiment
from spanishgas_assets.gold.trends import by_customer
from spanishgas_assets.partitions import trailing_year
from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver.customer import customer_as_of
from spanishgas_assets.silver.customer_month import customer_month
from spanishgas_assets.silver.leaving import left_before


@dataclass(frozen=True)
class Bronze:
    """The bronze tables that a snapshot is made from; months and costs may hold any month."""

    customer: pl.LazyFrame
    interactions: pl.LazyFrame
    months: pl.LazyFrame
    costs: pl.LazyFrame


@dataclass(frozen=True)
class Snapshot:
    """The tables of a snapshot, arranged as their contracts say; ``tiers`` by name."""

    customer: pl.DataFrame
    customer_month: pl.DataFrame
    tiers: dict[str, pl.DataFrame]
    gold_master: pl.DataFrame


def snapshot(
    bronze: Bronze,
    as_of: date,
    gas_margin: GasMargin = GasMargin.SUPPLIED,
    label_horizon_days: int = 91,
) -> Snapshot:
    """Make silver and gold as of a date, each table collected once."""
    gone = left_before(
        bronze.customer, trailing_year(bronze.months, as_of), as_of, label_horizon_days
    )
    here = bronze.customer.join(gone, on="customer_id", how="anti")
    customer = customer_as_of(here, bronze.interactions, as_of).collect()
    months = customer_month(
        trailing_year(bronze.months, as_of),
        trailing_year(bronze.costs, as_of),
        customer.lazy(),
        gas_margin,
    ).collect()
    sorted_months = by_customer(months.lazy())
    tiers = feature_tiers(customer.lazy(), sorted_months, as_of)
    master = gold_master(
        [tier.lazy() for tier in tiers.values()], customer.lazy(), sorted_months, as_of
    ).collect()
    return Snapshot(customer, months, tiers, master)


def feature_tiers(
    customer: pl.LazyFrame, months: pl.LazyFrame, as_of: date
) -> dict[str, pl.DataFrame]:
    """Make every tier of a snapshot from its silver tables, by name in the order of ``TIERS``."""
    stage = lifecycle(customer, months, as_of).collect()
    said = behavioral(customer, as_of).collect()
    sentiments = sentiment(customer, said.lazy()).collect()
    strings = interaction_strings(stage.lazy(), said.lazy(), sentiments.lazy())
    return {
        "lifecycle": stage,
        "market_core": market_core(customer, months).collect(),
        "market_risk": market_risk(customer, months).collect(),
        "behavioral": said,
        "sentiment": sentiments,
        "compound": compound(stage.lazy(), said.lazy()).collect(),
        "interaction_strings": strings.collect(),
        "market_dynamics": market_dynamics(customer, months, as_of).collect(),
    }
