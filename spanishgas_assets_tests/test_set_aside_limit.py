"""How much may be set aside: by source and reason, of one population, and who may change it."""

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import CUSTOMER, PRICE_MONTH, TARIFF_MONTH, UNKNOWN_CUSTOMER
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver import tables as silver
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.quarantine import SCHEMA
from spanishgas_assets.tables.set_aside_limit import SetAside, limits_of, set_aside_finding

NO_DATE = "next_renewal_date: not a date (2025-13-{:02d})"


def aside(count: int, reason: str = NO_DATE, file: str | None = "customer_contracts.csv"):
    rows = [(file, row if file else None, reason.format(row), "{}") for row in range(1, count + 1)]
    return pl.DataFrame(rows, SCHEMA, orient="row")


def found(*parts: SetAside, table: Table = CUSTOMER, **changed: float):
    return set_aside_finding(limits_of(table, changed), parts)


def test_nothing_set_aside_passes():
    assert found().description == "no row set aside"
    assert found().passed


def test_a_small_share_passes_and_is_told_with_reason_and_first_rows():
    outcome = found(SetAside(aside(5), {"customer_contracts": 1500, "churn_label": 9}))
    assert outcome.passed
    assert outcome.description == (
        "customer_contracts.csv: 5 of 1,500 rows set aside (0.3%, limit 1.0%): "
        "next_renewal_date: not a date (5 rows, first 1, 2, 3)"
    )
    assert outcome.metadata == {"limit": 0.01, "highest_share": 5 / 1500}


def test_a_share_above_the_limit_fails_and_says_what_to_do():
    outcome = found(SetAside(aside(16), {"customer_contracts": 1500}))
    assert not outcome.passed
    assert "16 of 1,500 rows set aside (1.1%, limit 1.0%)" in outcome.description
    assert "`spanishgas quarantine show bronze/customer`" in outcome.description
    assert outcome.description.endswith("SPANISHGAS_SET_ASIDE_LIMITS=bronze/customer=SHARE")


def test_reasons_of_one_source_add_up():
    both = pl.concat([aside(8), aside(8, "repeats row {}")])
    outcome = found(SetAside(both, {"customer_contracts": 1500}))
    assert not outcome.passed
    assert "next_renewal_date: not a date (8 rows" in outcome.description
    assert "repeats another row (8 rows" in outcome.description


def test_sources_do_not_add_up():
    both = pl.concat(
        [aside(8), aside(8, "customer not in customer_contracts.csv", "churn_label.csv")]
    )
    assert found(SetAside(both, {"customer_contracts": 900, "churn_label": 900})).passed
    outcome = found(SetAside(both, {"customer_contracts": 900, "churn_label": 700}))
    assert outcome.description.startswith("churn_label.csv: 8 of 700 rows")


def test_one_bad_row_of_a_short_file_passes_and_a_file_without_a_good_one_does_not():
    assert found(SetAside(aside(1), {"customer_contracts": 2})).passed
    assert not found(SetAside(aside(1), {"customer_contracts": 1})).passed
    assert not found(SetAside(aside(2), {"customer_contracts": 4})).passed


def test_rows_that_no_month_can_claim_are_held_against_the_whole_file():
    undated = SetAside(aside(88, file="price_history.csv"), {"price_history": 8784})
    outcome = found(undated, table=PRICE_MONTH, **{"bronze/price_month": 0.02})
    assert outcome.passed
    assert "88 of 8,784 rows set aside (1.0%, limit 2.0%)" in outcome.description


def test_a_reason_with_its_own_limit_does_not_count_for_the_others():
    former = aside(400, UNKNOWN_CUSTOMER, file=None)
    outcome = found(SetAside(former, {"bronze/tariff_month": 1000}), table=TARIFF_MONTH)
    assert outcome.passed
    assert outcome.description == (
        "bronze/tariff_month: 400 of 1,000 rows set aside (40.0%, limit 50.0%): "
        "customer not in the snapshot (400 rows)"
    )
    outcome = found(SetAside(former, {"bronze/tariff_month": 700}), table=TARIFF_MONTH)
    assert not outcome.passed
    assert outcome.description.endswith("=bronze/tariff_month:customer not in the snapshot=SHARE")


def test_a_limit_of_one_stops_nothing():
    later = aside(9, silver.NOT_YET_ACTIVE, file=None)
    assert found(SetAside(later, {"silver/customer": 9}), table=silver.CUSTOMER).passed


def test_a_deployment_changes_the_limit_of_a_table_or_of_a_reason():
    half = SetAside(aside(50), {"customer_contracts": 100})
    assert found(half, **{"bronze/customer": 0.5}).passed
    assert found(half, **{"bronze/customer:next_renewal_date: not a date": 0.5}).passed
    assert not found(half, **{"bronze/customer:repeats another row": 0.5}).passed
    assert not found(half, **{"bronze/price_month": 0.5}).passed


def test_a_limit_of_an_unknown_table_is_refused():
    with pytest.raises(
        SettingsError, match=r"no table 'bronze/custmer'; did you mean bronze/customer"
    ):
        build_definitions(Settings(set_aside_limits={"bronze/custmer": 0.5}))


def test_limits_come_from_the_environment():
    given = {"SPANISHGAS_SET_ASIDE_LIMITS": "bronze/price_month:customer_id: no id=0.05"}
    assert Settings.from_environment(given).set_aside_limits == {
        "bronze/price_month:customer_id: no id": 0.05
    }
