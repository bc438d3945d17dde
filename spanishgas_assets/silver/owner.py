"""Who owns a supply: the one rule by which several customers count as one owner.

The model's split never separates an owner's customers, and an owner gets one offer; both read the
key that is stored in silver/customer, so they always agree.
"""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.errors import SettingsError

#: Customers that agree in all of these are taken for one owner with several supplies.
OWNER_COLUMNS = (
    "customer_first_activation_date",
    "contract_start_date",
    "last_product_change_date",
    "next_renewal_date",
    "sales_channel",
    "province_code",
)


def with_owner_key(customer: pl.LazyFrame, columns: Sequence[str] = OWNER_COLUMNS) -> pl.LazyFrame:
    """Add ``owner_key``, the values of ``columns`` as one text; a missing value equals another.

    Grain: one row per customer_id, as it came in.

    Args:
        customer: silver customers.
        columns: ``SPANISHGAS_OWNER_COLUMNS``; ``OWNER_COLUMNS`` unless it is set.

    Raises:
        SettingsError: a column does not exist.
    """
    known = customer.collect_schema().names()
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise SettingsError(
            f"SPANISHGAS_OWNER_COLUMNS: silver/customer has no column {', '.join(unknown)}; it "
            f"has {', '.join(known)}"
        )
    values = [pl.col(name).cast(pl.String).fill_null("-") for name in columns]
    return customer.with_columns(owner_key=pl.concat_str(values, separator="|"))
