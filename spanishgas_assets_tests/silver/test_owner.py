"""Who is one owner: customers that agree in the columns that identify one."""

import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.customer import customer_as_of
from spanishgas_assets.silver.owner import with_owner_key
from spanishgas_assets_tests.builders import AS_OF, frame, values


def test_customers_who_agree_in_dates_channel_and_province_are_one_owner() -> None:
    customers = frame(
        bronze.CUSTOMER,
        {"customer_id": "C1"},
        {"customer_id": "C2"},
        {"customer_id": "C3", "province_code": 8},
    )
    keys = values(customer_as_of(customers, frame(bronze.INTERACTIONS), AS_OF), "owner_key")
    assert keys[0] == keys[1] == "2020-01-06|2024-06-01|-|2025-06-01|Office|28"
    assert keys[2] == "2020-01-06|2024-06-01|-|2025-06-01|Office|8"


def test_other_columns_can_identify_an_owner() -> None:
    customers = frame(
        silver.CUSTOMER, {"customer_id": "C1", "region": "Madrid"}, {"customer_id": "C2"}
    ).drop("owner_key")
    keys = values(with_owner_key(customers, ["region", "is_urban"]), "owner_key")
    assert keys[0] == "Madrid|true"


def test_a_column_that_does_not_exist_is_refused_by_name() -> None:
    customers = frame(silver.CUSTOMER, {"customer_id": "C1"}).drop("owner_key")
    with pytest.raises(SettingsError, match="SPANISHGAS_OWNER_COLUMNS: silver/customer has no"):
        with_owner_key(customers, ["province_code", "colour"])
