"""Bands by the hours of the customer's own zone: Ceuta and Melilla differ from the Peninsula."""

import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.silver.regional_bands import with_regional_bands
from spanishgas_assets.tariffs.periods import BANDS, BLOCKS
from spanishgas_assets_tests.builders import frame, month, only_row

#: Blocks of 1, 2, 4, ... kWh: every sum of blocks is a number of its own.
BLOCK_KWH = {block: 2.0**place for place, block in enumerate(BLOCKS)}
COLUMNS = {f"elec_{block}_kwh": kwh for block, kwh in BLOCK_KWH.items()}


def bands_of(province: int, power_kw: float = 4.6) -> list[float]:
    window = frame(bronze.CUSTOMER_MONTH, {"customer_id": "C1", **COLUMNS})
    customer = frame(
        silver.CUSTOMER,
        {"customer_id": "C1", "province_code": province, "contracted_power_kw": power_kw},
    )
    row = only_row(with_regional_bands(window, customer))
    return [row[f"elec_{band}_kwh"] for band in BANDS]


def kwh(*blocks: str) -> float:
    return sum(BLOCK_KWH[block] for block in blocks)


@pytest.mark.parametrize("power_kw", [4.6, 80.0])
@pytest.mark.parametrize("province", [51, 52])
def test_ceuta_and_melilla_have_their_own_hours(province: int, power_kw: float) -> None:
    bands = bands_of(province, power_kw)
    assert bands == [
        kwh("core", "h14", "h22"),
        kwh("side", "h09", "h10", "h18"),
        kwh("valley", "holiday"),
    ]
    assert sum(bands) == kwh(*BLOCKS)


@pytest.mark.parametrize("province", [28, 7, 35, 38])
def test_elsewhere_the_hours_of_the_peninsula_hold(province: int) -> None:
    assert bands_of(province) == [
        kwh("h10", "core", "h18"),
        kwh("side", "h09", "h14", "h22"),
        kwh("valley", "holiday"),
    ]


def test_months_keep_their_order_and_unknown_customers_have_no_bands() -> None:
    window = frame(
        bronze.CUSTOMER_MONTH,
        {"customer_id": "C2"},
        {"customer_id": "C1", "month": month(2), **COLUMNS},
        {"customer_id": "C9", **COLUMNS},
        {"customer_id": "C1"},
    )
    customer = frame(
        silver.CUSTOMER,
        {"customer_id": "C1", "province_code": 51},
        {"customer_id": "C2", "province_code": 8},
    )
    result = with_regional_bands(window, customer).collect()
    bands = [f"elec_{band}_kwh" for band in BANDS]
    assert result.drop(bands).equals(window.collect())
    # The plain month of C1: core, h14 and h22 are its P1 in Ceuta.
    assert result["elec_peak_kwh"].to_list() == [30.0, kwh("core", "h14", "h22"), None, 23.0]
