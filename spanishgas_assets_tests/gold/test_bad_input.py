"""What becomes of input that is wrong or missing, from bronze (or raw) to the gold master."""

from datetime import date, timedelta

import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.bronze.customer import customers, orphans
from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.snapshot import Bronze, snapshot
from spanishgas_assets.raw.files import CHURN_LABEL, CUSTOMER_ATTRIBUTES, CUSTOMER_CONTRACTS
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets_tests.builders import AS_OF, frame, month

YEAR = tuple({"month": month(number)} for number in range(1, 13))


def made(customer=None, months=YEAR, cost=None):
    """A snapshot of customer C1 beside C2, a home with twelve plain months in another province."""
    result = snapshot(
        Bronze(
            customer=frame(
                bronze.CUSTOMER,
                {"customer_id": "C1"} | (customer or {}),
                {"customer_id": "C2", "province_code": 8},
            ),
            interactions=frame(bronze.INTERACTIONS).clear(),
            months=frame(
                bronze.CUSTOMER_MONTH,
                *({"customer_id": "C1"} | row for row in months),
                *({"customer_id": "C2"} | row for row in YEAR),
            ),
            costs=frame(
                bronze.COST_MONTH,
                *({"province_code": 8} | row for row in YEAR),
                *({"province_code": 28} | row for row in (YEAR if cost is None else cost)),
            ),
        ),
        AS_OF,
    )
    verdict = gold.GOLD_MASTER.judge(result.gold_master)
    assert verdict.passed, verdict.explain()
    return result


def features(**given):
    rows = made(**given).gold_master
    return rows.filter(rows["customer_id"] == "C1").row(0, named=True)


def test_no_months():
    row = features(months=())
    assert row["active_months_count"] == 0
    assert row["total_elec_12m_kwh"] == 0.0
    assert row["total_margin_12m_eur"] == 0.0
    assert row["loss_streak_months"] == 0
    assert row["gas_share_of_revenue"] is None
    assert row["elec_winter_share"] is None
    assert row["portfolio_type"] == "Residential_SingleFuel"


def test_one_month():
    row = features(months=YEAR[:1])
    assert row["total_elec_12m_kwh"] == 100.0
    assert row["avg_monthly_elec_kwh"] == 100.0
    assert row["std_margin_eur"] is None
    assert row["elec_use_trend"] is None
    assert row["elec_winter_share"] is None
    assert row["elec_peak_share"] == pytest.approx(0.3)


def test_no_price_at_all_takes_the_segments_and_shows_no_trend():
    prices = [name for name in bronze.CUSTOMER_MONTH.columns if "price" in name]
    no_prices = [row | dict.fromkeys(prices) for row in YEAR]
    snapshot_made = made(months=no_prices)
    silver = snapshot_made.customer_month
    own = silver.filter(silver["customer_id"] == "C1")
    assert set(own["elec_price_peak_source"]) == {"segment_month"}
    assert set(own["elec_margin_eur"].round(6)) == {8.5}
    row = snapshot_made.gold_master.row(0, named=True)
    assert row["elec_price_trend_12m"] is None
    assert row["elec_price_vs_market"] is None
    assert row["price_update_count"] == 0
    assert row["is_price_increase"] is False


def test_no_contract_start():
    row = features(customer={"contract_start_date": None})
    assert row["contract_age_months"] is None
    assert row["product_change_into_contract_months"] is None


def test_a_renewal_before_the_activation_is_expired():
    row = features(
        customer={
            "customer_first_activation_date": date(2024, 6, 1),
            "next_renewal_date": date(2024, 1, 1),
        }
    )
    assert row["renewal_bucket"] == "expired"
    assert row["is_within_3m_of_renewal"] is False
    assert row["tenure_bucket"] == "6-12m"


def test_a_negative_tenure_is_not_yet_a_customer():
    later = {"customer_first_activation_date": AS_OF + timedelta(days=1)}
    assert made(customer=later).gold_master["customer_id"].to_list() == ["C2"]


def test_a_province_without_costs():
    row = features(cost=())
    assert row["province_avg_elec_cost_12m_eur_kwh"] is None
    assert row["province_elec_cost_trend"] is None
    assert row["active_months_count"] == 0


def test_an_unknown_channel():
    assert features(customer={"sales_channel": "paloma"})["sales_channel"] == "Unknown"


def test_two_hundred_months_of_tenure():
    row = features(customer={"customer_first_activation_date": AS_OF - timedelta(days=6118)})
    assert row["tenure_months"] == pytest.approx(201.0, abs=0.01)
    assert row["tenure_bucket"] == "5y+"


ATTRIBUTES = "4.6,0,0,28,Madrid,0,1,oficina"
CONTRACT = "2020-01-01,2024-01-01,,2025-03-01"


@pytest.mark.parametrize(
    ("file", "cells", "said"),
    [
        (
            CUSTOMER_CONTRACTS,
            ",2024-01-01,,2025-03-01",
            "customer_first_activation_date: not a date (empty)",
        ),
        (CUSTOMER_CONTRACTS, "2020-01-01,2024-01-01,,", "next_renewal_date: not a date (empty)"),
        (
            CUSTOMER_ATTRIBUTES,
            "4.6,0,0,99,Atlantis,0,1,oficina",
            "province_code: not a province code from 1 to 52 (99)",
        ),
    ],
)
def test_no_contract_dates_or_an_unknown_province_sets_the_customer_aside_alone(
    tmp_path, file, cells, said
):
    plain = [(CHURN_LABEL, "0"), (CUSTOMER_ATTRIBUTES, ATTRIBUTES), (CUSTOMER_CONTRACTS, CONTRACT)]
    readings = {
        one.name: _reading(tmp_path, one, [cells if one is file else usual, *[usual] * 20])
        for one, usual in plain
    }
    assert readings[file.name].set_aside["reason"].to_list() == [said]
    labels, attributes, contracts = (reading.rows for reading in readings.values())
    known = customers(labels.lazy(), attributes.lazy(), contracts.lazy()).collect()
    assert set(known["customer_id"]) == {f"C{number}" for number in range(2, 22)}
    alone = orphans({"labels": labels, "attributes": attributes, "contracts": contracts})
    assert alone["reason"].to_list() == [f"customer not in {file.filenames[0]}"] * 2


def _reading(folder, file, cells):
    """A raw file read: what it says of C1, C2 and so on."""
    rows = (f"C{number},{said}" for number, said in enumerate(cells, 1))
    lines = [",".join(file.columns), *rows]
    (folder / file.filenames[0]).write_text("\n".join(lines) + "\n")
    return read_rows(find_drop(str(folder), file))
