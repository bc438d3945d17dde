"""Silver assets: what is known of each customer as of the snapshot."""

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import COST_MONTH, INTERACTIONS
from spanishgas_assets.bronze.tables import CUSTOMER as BRONZE_CUSTOMER
from spanishgas_assets.bronze.tables import CUSTOMER_MONTH as BRONZE_CUSTOMER_MONTH
from spanishgas_assets.config_assets import MARGIN_SETTINGS, OWNER_SETTINGS
from spanishgas_assets.partitions import as_of, trailing_year
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.customer import (
    customer_as_of,
    not_yet_customers,
    renewal_before_activation,
    unknown_channels,
)
from spanishgas_assets.silver.customer_month import (
    customer_month as silver_customer_month,
)
from spanishgas_assets.silver.customer_month import (
    months_without_cost,
    months_without_customer,
)
from spanishgas_assets.silver.owner import OWNER_COLUMNS
from spanishgas_assets.silver.prices import source_counts
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.tables.quarantine import set_aside
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset, year_of_table
from spanishgas_assets.tariffs.periods import periods_version


@table_asset(
    CUSTOMER,
    ins={"bronze_customer": of_table(BRONZE_CUSTOMER), "interactions": of_table(INTERACTIONS)},
    deps=[OWNER_SETTINGS.key],
    code_version="2",
)
def customer(
    context: dg.AssetExecutionContext,
    settings: Settings,
    bronze_customer: pl.LazyFrame,
    interactions: pl.LazyFrame,
) -> Built:
    """Customers activated on or after the snapshot are set aside: they are not yet customers."""
    later = not_yet_customers(bronze_customer, as_of(context)).collect()
    owner_columns = settings.owner_columns or OWNER_COLUMNS
    rows = customer_as_of(bronze_customer, interactions, as_of(context), owner_columns).collect()
    unknown = interactions.join(bronze_customer, on="customer_id", how="anti").collect()
    spellings = unknown_channels(bronze_customer).collect()
    misdated = renewal_before_activation(rows)
    return Built(
        rows,
        rows_in={context.partition_key: rows.height + later.height},
        set_aside={
            context.partition_key: set_aside(later.drop("churn"), "activated after the snapshot")
        },
        metadata={
            context.partition_key: {
                "with_interaction": int(rows["last_interaction_date"].is_not_null().sum()),
                "notes_of_unknown_customers": unknown.height,
                "renewals_before_activation": misdated.height,
                "unknown_channel_spellings": dg.MetadataValue.json(spellings.to_dicts()),
            }
        },
    )


@table_asset(
    CUSTOMER_MONTH,
    ins={
        "months": year_of_table(BRONZE_CUSTOMER_MONTH),
        "costs": year_of_table(COST_MONTH),
        "customer": of_table(CUSTOMER),
    },
    deps=[MARGIN_SETTINGS.key],
    code_version=f"3-{periods_version()}",
)
def customer_month(
    context: dg.AssetExecutionContext,
    settings: Settings,
    months: pl.LazyFrame,
    costs: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Prices are imputed inside the window only; months of no known customer are set aside."""
    window = trailing_year(months, as_of(context))
    cost_window = trailing_year(costs, as_of(context))
    aside = pl.concat(
        [
            set_aside(
                months_without_customer(window, customer).collect(), "customer not in the snapshot"
            ),
            set_aside(
                months_without_cost(window, cost_window, customer).collect(),
                "no cost row for province and month",
            ),
        ]
    )
    gas_margin = settings.gas_margin
    rows = silver_customer_month(window, cost_window, customer, gas_margin).collect()
    return Built(
        rows,
        rows_in={context.partition_key: int(window.select(pl.len()).collect().item())},
        set_aside={context.partition_key: aside},
        metadata={
            context.partition_key: {
                "price_sources": dg.MetadataValue.table(
                    [
                        dg.TableRecord(counted)
                        for counted in source_counts(rows).iter_rows(named=True)
                    ]
                ),
                "gas_margin": gas_margin.value,
                "total_margin_eur": float(rows["total_margin_eur"].sum()),
            }
        },
    )
