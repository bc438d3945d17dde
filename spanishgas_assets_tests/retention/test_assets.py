"""The assets that read optional drops, and the checks over the stored decisions."""

from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from spanishgas_assets.config_assets import RETENTION_POLICY
from spanishgas_assets.operations.external_versions import ABSENT, report_external_versions
from spanishgas_assets.partitions import SNAPSHOTS
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.retention.assets import (
    retention_campaign_effect,
    retention_contact_permissions,
)
from spanishgas_assets.retention.checks import guardrails, migration
from spanishgas_assets.retention.config import retention_config
from spanishgas_assets.retention.decision.guardrails import GUARDRAILS
from spanishgas_assets.retention.recorded_outcomes import (
    CALL_AGAIN,
    REFUSED,
    Outcome,
    OutcomeJournal,
)
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.storage.parquet_io_manager import ParquetIOManager
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import current_version, write_table
from spanishgas_assets_tests.builders import frame
from spanishgas_assets_tests.stored import publish_tables, rows_of

from .customers import permissions, recommend, scored

SNAPSHOT = "2025-01-06"
PREFERENCES = "customer_id,consent_calls,opted_out,vulnerable\nC1,1,1,0\nC9,1,0,0\n"
OUTCOMES = (
    "customer_id,offer,offer_date,contacted,accepted,churned\n"
    "C1,offer_small,2024-12-30,1,0,1\nC1,a_gift,2024-12-30,1,0,1\n"
)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "raw").mkdir()
    settings = Settings(raw=str(tmp_path / "raw"), store=str(tmp_path / "store"))
    customer = frame(CUSTOMER, {"customer_id": "C1"}, {"customer_id": "C2"}).collect()
    write_table(open_store(settings.store), f"silver/customer/{SNAPSHOT}", customer)
    return settings


def deliver(settings, name, text):
    (Path(settings.raw) / name).write_text(text, encoding="utf-8")


def materialize(settings, *assets):
    """Run assets and checks; silver's customers are those in the store."""
    given = [dg.AssetSpec(["silver", "customer"], partitions_def=SNAPSHOTS)]
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [*given, *assets],
            partition_key=SNAPSHOT,
            instance=instance,
            raise_on_error=False,
            resources={"settings": settings, "io_manager": ParquetIOManager(root=settings.store)},
        )


def stored(settings, name):
    return rows_of(settings.store, f"{name}/{SNAPSHOT}")


def shown(result, name):
    """Metadata of an asset's materialization."""
    (event,) = result.asset_materializations_for_node(f"retention__{name}")
    return {key: value.value for key, value in event.metadata.items()}


def test_without_the_optional_files_everybody_is_unknown_and_no_prior_moves(settings):
    assert materialize(settings, retention_contact_permissions, retention_campaign_effect).success
    known = stored(settings, "retention/contact_permissions")
    assert known["consent_calls"].to_list() == [None, None]
    assert stored(settings, "retention/campaign_effect")["shift"].unique().to_list() == [0.0]


def test_preferences_and_outcomes_are_used_and_unknown_customers_set_aside(settings):
    deliver(settings, "contact_preferences.csv", PREFERENCES)
    deliver(settings, "campaign_outcomes.csv", OUTCOMES)
    result = materialize(settings, retention_contact_permissions, retention_campaign_effect)
    known = stored(settings, "retention/contact_permissions").row(0, named=True)
    assert (known["phone_block"], known["in_cool_down"]) == ("opted_out", True)
    aside = stored(settings, "quarantine/retention_contact_permissions")
    assert aside["reason"].to_list() == ["not a customer of the snapshot"]
    aside = stored(settings, "quarantine/retention_campaign_effect")
    assert aside["reason"].to_list() == ["offer not in the offer table"]
    assert shown(result, "contact_permissions")["no_phone"] == 1
    assert "Organic Law 3/2018" in shown(result, "contact_permissions")["rules_in_force"]
    assert shown(result, "campaign_effect")["proven_effects"] == "none"


def test_outcomes_that_callers_recorded_before_the_day_begin_a_cool_down(settings):
    journal = OutcomeJournal(open_store(settings.store))
    for customer_id, result, day in (
        ("C1", REFUSED, "2025-01-03"),
        ("C2", CALL_AGAIN, "2025-01-03"),
        ("C2", REFUSED, SNAPSHOT),
    ):
        journal.append(
            Outcome(
                entry=f"{customer_id} {day}",
                customer_id=customer_id,
                snapshot="2024-12-30",
                publication=1,
                offer="offer_small",
                channel="phone",
                result=result,
                note="",
                by="ana",
                at=f"{day}T10:00:00+00:00",
            )
        )
    result = materialize(settings, retention_contact_permissions, retention_campaign_effect)
    known = stored(settings, "retention/contact_permissions")
    assert known["in_cool_down"].to_list() == [True, False]
    assert known["last_offer_date"].to_list() == [date(2025, 1, 3), None]
    assert shown(result, "campaign_effect")["outcomes"] == 2


def test_recorded_outcomes_have_a_version_of_their_own(settings):
    with dg.DagsterInstance.ephemeral() as instance:
        versions = []
        for number in range(3):
            report_external_versions(instance, settings, SNAPSHOT)
            found = instance.fetch_observations(
                dg.AssetRecordsFilter(raw_key(CAMPAIGN_OUTCOMES), [SNAPSHOT]), limit=1
            ).records[0]
            versions.append(found.asset_observation.tags["dagster/data_version"])
            if number == 0:
                day = "2025-01-03"
                OutcomeJournal(open_store(settings.store)).append(
                    Outcome("e", "C1", day, 1, "offer_small", "phone", REFUSED, "", "ana", day)
                )
    assert versions[0] == ABSENT
    assert versions[1] == versions[2] != ABSENT


def test_opt_outs_whose_ids_match_nobody_stop_the_run_and_are_kept(settings):
    """Ids that a spreadsheet made numbers of: 1 for C1."""
    lost = "customer_id,consent_calls,opted_out,vulnerable\n1,0,1,0\n2,0,1,0\n"
    deliver(settings, "contact_preferences.csv", lost)
    result = materialize(settings, retention_contact_permissions)
    assert not result.success
    (failure,) = result.get_step_failure_events()
    said = failure.step_failure_data.user_failure_data.description
    assert "contact_preferences.csv: 2 of 2 rows set aside (100.0%, limit 1.0%)" in said
    assert "id without its letters, zeros or digits (2 rows, first 1, 2)" in said
    permissions_key = f"retention/contact_permissions/{SNAPSHOT}"
    assert current_version(open_store(settings.store), permissions_key) is None


def versions(instance, key):
    found = instance.fetch_observations(key, limit=10).records
    return [record.asset_observation.tags["dagster/data_version"] for record in found]


def test_an_absent_file_is_a_version_that_is_told_once(settings):
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):
            report_external_versions(instance, settings, SNAPSHOT)
        assert versions(instance, raw_key(CONTACT_PREFERENCES)) == [ABSENT]
        deliver(settings, "contact_preferences.csv", PREFERENCES)
        report_external_versions(instance, settings, SNAPSHOT)
        assert versions(instance, raw_key(CONTACT_PREFERENCES))[0] != ABSENT
        assert versions(instance, raw_key(CAMPAIGN_OUTCOMES)) == [ABSENT]


def test_other_rules_are_another_version(settings, tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        report_external_versions(instance, settings, SNAPSHOT)
        own = settings.with_changes(retention=str(tmp_path))
        report_external_versions(instance, own, SNAPSHOT)
        assert len(versions(instance, RETENTION_POLICY.key)) == 1
        packaged = (
            Path(retention_config.__file__)
            .with_name(retention_config.POLICY)
            .read_text(encoding="utf-8")
        )
        other = packaged.replace("horizon_months: 12", "horizon_months: 24")
        (tmp_path / retention_config.POLICY).write_text(other, encoding="utf-8")
        report_external_versions(instance, own, SNAPSHOT)
        assert len(versions(instance, RETENTION_POLICY.key)) == 2


def made(name, rows):
    """An asset that makes a table of the layer from given rows."""

    @dg.asset(key=["retention", name], partitions_def=SNAPSHOTS)
    def table() -> pl.DataFrame:
        return rows

    return table


def checked(settings, check, **tables):
    """Outcome of every judgement of a check over the given tables, by name."""
    result = materialize(settings, *(made(name, rows) for name, rows in tables.items()), check)
    return {
        event.asset_check_evaluation_data.check_name: event.asset_check_evaluation_data
        for event in result.all_events
        if event.event_type_value == "ASSET_CHECK_EVALUATION"
    }


def test_every_guardrail_is_judged_on_the_stored_tables(settings):
    customers = [(0.9, 100.0), (0.1, 5.0)]
    found = checked(
        settings,
        guardrails,
        recommendations=recommend(*customers).with_columns(risk_score=pl.lit(2.0)),
        scored_customers=scored(*customers),
        contact_permissions=permissions(2).collect(),
    )
    assert list(found) == list(GUARDRAILS)
    assert [name for name, outcome in found.items() if not outcome.passed] == [
        "risk_score_in_range"
    ]
    assert {outcome.partition for outcome in found.values()} == {SNAPSHOT}


def test_tiers_are_compared_with_the_snapshot_before(settings):
    store = open_store(settings.store)
    for snapshot, probability in (("2024-12-23", 0.5), ("2024-12-30", 0.9), ("2025-01-13", 0.1)):
        publish_tables(store, snapshot, (SCORED_CUSTOMERS, scored((probability, 1.0), (0.1, 1.0))))
    found = checked(settings, migration, scored_customers=scored((0.5, 1.0), (0.1, 1.0)))
    outcome = found["tier_migration"]
    assert outcome.description == "1 of 2 customers moved (50.0%), 0 are new, 0 are gone"
    assert not outcome.passed
    assert outcome.severity == dg.AssetCheckSeverity.WARN
