"""Every table of the platform, in the order of the graph; each contract is in its layer."""

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.churn import tables as churn
from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS
from spanishgas_assets.monitoring import tables as monitoring
from spanishgas_assets.retention import tables as retention
from spanishgas_assets.silver import tables as silver

TABLES = (
    bronze.CONSUMPTION_MONTH,
    bronze.PRICE_MONTH,
    bronze.COST_MONTH,
    bronze.CUSTOMER_MONTH,
    bronze.CUSTOMER,
    bronze.TARIFF_MONTH,
    bronze.INTERACTIONS,
    silver.CUSTOMER,
    silver.CUSTOMER_MONTH,
    *TIERS.values(),
    GOLD_MASTER,
    churn.TRAINING_SET,
    *retention.TABLES,
    *monitoring.TABLES,
    churn.ABLATION,
    churn.SEARCH,
    churn.BACKTEST,
)

#: Tables of a publication: all but those that only train or try models.
PUBLISHED_TABLES = tuple(table for table in TABLES if table.layer not in ("churn", "experiments"))
