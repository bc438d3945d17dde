"""What the UI shows of the silver tables: who is in them, what is odd, how prices are known."""

from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver.customer import renewal_before_activation, unknown_channels
from spanishgas_assets.silver.prices import source_counts


def customer_metadata(
    rows: pl.DataFrame, bronze_customer: pl.LazyFrame, interactions: pl.LazyFrame
) -> dict[str, Any]:
    """Describe the customers of a snapshot beside what they were made from."""
    unknown = interactions.join(bronze_customer, on="customer_id", how="anti").collect()
    spellings = unknown_channels(bronze_customer).collect()
    return {
        "with_interaction": int(rows["last_interaction_date"].is_not_null().sum()),
        "notes_of_unknown_customers": unknown.height,
        "renewals_before_activation": renewal_before_activation(rows).height,
        "unknown_channel_spellings": dg.MetadataValue.json(spellings.to_dicts()),
    }


def customer_month_metadata(rows: pl.DataFrame, gas_margin: GasMargin) -> dict[str, Any]:
    """Describe a snapshot's months: how their prices are known, and the margin in EUR."""
    sources = source_counts(rows).iter_rows(named=True)
    return {
        "price_sources": dg.MetadataValue.table([dg.TableRecord(counted) for counted in sources]),
        "gas_margin": gas_margin.value,
        "total_margin_eur": float(rows["total_margin_eur"].sum()),
    }
