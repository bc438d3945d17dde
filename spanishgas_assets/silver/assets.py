"""Silver assets: what is known of each customer as of the snapshot."""

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import COST_MONTH, INTERACTIONS, UNKNOWN_CUSTOMER
from spanishgas_assets.bronze.tables import CUSTOMER as BRONZE_CUSTOMER
from spanishgas_assets.bronze.tables import CUSTOMER_MONTH as BRONZE_CUSTOMER_MONTH
from spanishgas_assets.config_assets import LABEL_SETTINGS, MARGIN_SETTINGS, OWNER_SETTINGS
from spanishgas_assets.partitions import as_of, trailing_year
from spanishgas_assets.raw.unmatched_ids import without_match
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.customer import customer_as_of, not_yet_customers
from spanishgas_assets.silver.customer_month import (
    customer_month,
    months_without_cost,
    months_without_customer,
)
from spanishgas_assets.silver.key_checks import (
    NOTES_MATCHED,
    READINGS_MATCHED,
    notes_finding,
    readings_finding,
)
from spanishgas_assets.silver.leaving import left_before
from spanishgas_assets.silver.metadata import customer_metadata, customer_month_metadata
from spanishgas_assets.silver.owner import OWNER_COLUMNS
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH, LEFT, NOT_YET_ACTIVE
from spanishgas_assets.tables.quarantine import set_aside
from spanishgas_assets.tables.set_aside_limit import limits_of
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset, year_of_table
from spanishgas_assets.tariffs.periods import periods_version


@table_asset(
    CUSTOMER,
    ins={
        "customer": of_table(BRONZE_CUSTOMER),
        "interactions": of_table(INTERACTIONS),
        "months": year_of_table(BRONZE_CUSTOMER_MONTH),
    },
    deps=[OWNER_SETTINGS.key, LABEL_SETTINGS.key],
    code_version="3",
    hard_checks=NOTES_MATCHED,
)
def silver_customer(
    context: dg.AssetExecutionContext,
    settings: Settings,
    customer: pl.LazyFrame,
    interactions: pl.LazyFrame,
    months: pl.LazyFrame,
) -> Built:
    """Set aside are those activated on the snapshot or later, and those known to have left."""
    day, horizon = as_of(context), settings.label_horizon_days
    gone = left_before(customer, trailing_year(months, day), day, horizon).collect()
    here = customer.join(gone.lazy(), on="customer_id", how="anti")
    later = not_yet_customers(here, day).collect()
    owner_columns = settings.owner_columns or OWNER_COLUMNS
    rows = customer_as_of(here, interactions, day, owner_columns).collect()
    return Built(
        rows,
        rows_in=int(customer.select(pl.len()).collect().item()),
        set_aside=pl.concat(
            set_aside(former.drop("churn", "label_date"), reason)
            for former, reason in ((later, NOT_YET_ACTIVE), (gone, LEFT))
        ),
        metadata=customer_metadata(rows, customer, interactions),
        findings=[
            notes_finding(interactions, customer, limits_of(CUSTOMER, settings.set_aside_limits))
        ],
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
    hard_checks=READINGS_MATCHED,
)
def silver_customer_month(
    context: dg.AssetExecutionContext,
    settings: Settings,
    months: pl.LazyFrame,
    costs: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Prices are imputed inside the window only; months of no known customer are set aside."""
    limits = limits_of(CUSTOMER_MONTH, settings.set_aside_limits)
    window, cost_window = (trailing_year(frame, as_of(context)) for frame in (months, costs))
    unknown = months_without_customer(window, customer).collect()
    costless = months_without_cost(window, cost_window, customer).collect()
    rows = customer_month(window, cost_window, customer, settings.gas_margin).collect()
    return Built(
        rows,
        rows_in=int(window.select(pl.len()).collect().item()),
        set_aside=pl.concat(
            [
                without_match(unknown, customer, UNKNOWN_CUSTOMER),
                set_aside(costless, "no cost row for province and month"),
            ]
        ),
        metadata=customer_month_metadata(rows, settings.gas_margin),
        findings=[readings_finding(customer, window, limits)],
    )
