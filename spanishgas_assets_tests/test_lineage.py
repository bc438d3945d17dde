"""Where a column comes from: from any table back to the raw files, without a gap."""

import dagster as dg
import pytest

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.gold.tables import FEATURES, GOLD_MASTER
from spanishgas_assets.raw.files import OPTIONAL_FILES, RAW_FILES
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.column_metadata import column_lineage, origins_in_markdown
from spanishgas_assets.tables.contracts import Contract, Table, column

FOLLOWED = [table for table in TABLES if table.inputs]
BY_TITLE = {table.title: table for table in TABLES}
RAW = {file.title: file for file in (*RAW_FILES, *OPTIONAL_FILES)}

#: Values that come from no column: dates and names of the run, the place in a file, stated priors.
NO_COLUMN = {
    "bronze/consumption_month.estimated_hours",
    "bronze/interactions.record",
    "bronze/interactions.sentiment_backend",
    "bronze/interactions.intent_backend",
    "bronze/interactions.intent_revision",
    "bronze/interactions.sentiment_revision",
    "churn/training_set.label_date",
    "retention/assignments.decision_date",
    "retention/assignments.draw",
    "retention/assignments.follow_up_days",
    "retention/campaign_effect.offer",
    "retention/campaign_effect.prior_high",
    "retention/campaign_effect.prior_low",
    "retention/campaign_effect.prior_save_rate",
    "retention/campaign_effect.segment",
    "retention/promised_and_realised.campaign",
    "retention/promised_and_realised.month",
    "retention/promised_and_realised.offer",
    "retention/scored_customers.as_of",
    "retention/scored_customers.model_version",
    "retention/scored_customers.score_source",
}


def roots(title: str, name: str) -> set[str]:
    """Follow a column back until raw files, or to a value that comes from no column."""
    if title in RAW:
        assert name in RAW[title].columns
        return {f"{title}.{name}"}
    origins = BY_TITLE[title].lineage[name]
    if not origins:
        return {f"{title}.{name}"}
    return {root for origin in origins for root in roots(*origin)}


@pytest.mark.parametrize("table", FOLLOWED, ids=lambda table: table.title)
def test_every_column_goes_back_to_raw_files_or_says_that_it_has_no_origin(table: Table) -> None:
    for name in table.columns:
        found = roots(table.title, name)
        assert found, name
        assert {root for root in found if not root.startswith("raw/")} <= NO_COLUMN, name


def test_from_bronze_to_recommendations_every_table_is_followed() -> None:
    layers = {"bronze", "silver", "gold", "retention"}
    assert {t.title for t in TABLES if t.layer in layers} <= {t.title for t in FOLLOWED}
    assert {GOLD_MASTER.title, RECOMMENDATIONS.title} <= {t.title for t in FOLLOWED}


def test_the_renewal_date_is_followed_from_the_file_to_the_reasons() -> None:
    contracts = ("raw/customer_contracts", "next_renewal_date")
    bronze, silver = ("bronze/customer", contracts[1]), ("silver/customer", contracts[1])
    assert BY_TITLE["bronze/customer"].lineage[contracts[1]] == (contracts,)
    assert BY_TITLE["silver/customer"].lineage[contracts[1]] == (bronze,)
    assert BY_TITLE["gold/lifecycle"].lineage["months_to_renewal"] == (silver,)
    assert BY_TITLE["gold/gold_master"].lineage["days_to_renewal"] == (silver,)
    reasons = BY_TITLE["retention/recommendations"].lineage["reasons"]
    assert {("gold/gold_master", "months_to_renewal"), ("gold/gold_master", "days_to_renewal")} <= {
        *reasons
    }
    assert "raw/customer_contracts.next_renewal_date" in roots(
        "retention/recommendations", "reasons"
    )


def test_a_band_depends_on_the_province_of_the_customer_and_not_of_the_costs() -> None:
    assert roots("silver/customer_month", "elec_peak_kwh") == {
        "raw/consumption_hourly.consumption_elec_kwh",
        "raw/consumption_hourly.timestamp",
        "raw/customer_attributes.province_code",
    }


def test_permissions_are_about_the_customers_of_the_snapshot() -> None:
    permissions = BY_TITLE["retention/contact_permissions"].lineage
    assert permissions["customer_id"] == (("silver/customer", "customer_id"),)
    assert permissions["consent_calls"] == (("raw/contact_preferences", "consent_calls"),)


def test_the_inputs_of_a_lineage_are_upstream_of_the_asset() -> None:
    graph = build_definitions(Settings()).resolve_asset_graph()
    for table in FOLLOWED:
        parents = graph.get(dg.AssetKey([table.layer, table.name])).parent_keys
        upstream = {key.to_user_string() for key in parents}
        assert {source.title for source in table.inputs} <= upstream, table.title


def test_the_ui_links_each_column_to_the_tables_that_it_comes_from() -> None:
    shown = origins_in_markdown(BY_TITLE["gold/lifecycle"]).splitlines()
    assert shown[:2] == ["| Column | Comes from |", "| --- | --- |"]
    assert (
        "| months_to_renewal | [silver/customer](/assets/silver/customer): next_renewal_date |"
        in shown
    )
    months = "[silver/customer_month](/assets/silver/customer_month)"
    assert f"| is_dual_fuel | {months}: elec_kwh, gas_m3 |" in shown


def test_many_columns_of_one_table_are_counted_and_no_column_is_stated() -> None:
    shown = origins_in_markdown(BY_TITLE["retention/scored_customers"]).splitlines()
    counted = f"[gold/gold_master](/assets/gold/gold_master): {len(FEATURES)} columns"
    assert f"| churn_probability | {counted} |" in shown
    assert "| as_of | no column |" in shown


def test_a_run_reports_the_lineage_and_a_table_without_inputs_none() -> None:
    lineage = column_lineage(BY_TITLE["gold/behavioral"])["dagster/column_lineage"]
    assert lineage.deps_by_column["has_interaction"] == [
        dg.TableColumnDep(dg.AssetKey(["silver", "customer"]), "last_interaction_date")
    ]
    assert column_lineage(INNER) == {}


class _Inner(Contract):
    a: int = column("A.")


class _Outer(Contract):
    a: int = column("A.")
    b: int = column("B.", of=["a"])
    c: int = column("C.")


INNER = Table("bronze", "inner", _Inner, ("a",), "snapshot")


def test_the_same_name_needs_no_declaration_and_another_does() -> None:
    outer = Table("silver", "outer", _Outer, ("a",), "snapshot", (INNER,))
    with pytest.raises(ValueError, match=r"silver/outer\.c is in no input: declare"):
        outer.lineage  # noqa: B018


def test_a_declaration_counts_before_the_same_name_and_an_inherited_one_after_it() -> None:
    class Wide(Contract):
        a: int = column("A.")
        b: int = column("B.")

    class Own(Contract):
        b: int = column("Another B.", of=["a"])

    class Inherited(Own):
        pass

    wide = Table("bronze", "wide", Wide, ("a",), "snapshot", (INNER,))
    own = Table("silver", "own", Own, ("b",), "snapshot", (wide,))
    inherited = Table("gold", "inherited", Inherited, ("b",), "snapshot", (own, wide))
    assert own.lineage == {"b": (("bronze/wide", "a"),)}
    assert inherited.lineage == {"b": (("silver/own", "b"),)}


def test_an_origin_that_no_input_has_is_refused() -> None:
    class Wrong(Contract):
        b: int = column("B.", of=["missing"])

    table = Table("silver", "wrong", Wrong, ("b",), "snapshot", (INNER,))
    with pytest.raises(ValueError, match=r"silver/wrong\.b is of missing, which no input has"):
        table.lineage  # noqa: B018
