"""A changed setting is observed as a new version of its config asset, and of no other."""

from dataclasses import dataclass

import dagster as dg
import pytest

from spanishgas_assets.config_assets import CONFIG_ASSETS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.external_versions import (
    report_external_versions,
    report_reading_settings,
)
from spanishgas_assets.settings import Settings

SNAPSHOT, MONTH = "2025-01-06", "2024-01-01"


@dataclass(frozen=True)
class Case:
    changed: dict
    config: str
    tables: set[str]


CASES = [
    Case({"SPANISHGAS_CLOCK": "utc"}, "reading_settings", {"bronze/consumption_month"}),
    Case({"SPANISHGAS_GAS_KWH_PER_M3": "11.5"}, "reading_settings", {"bronze/consumption_month"}),
    Case(
        {"SPANISHGAS_SENTIMENT": "off"}, "text_settings", {"bronze/interactions", "churn/champion"}
    ),
    Case({"SPANISHGAS_OWNER_COLUMNS": "region"}, "owner_settings", {"silver/customer"}),
    Case({"SPANISHGAS_GAS_MARGIN": "old_credit"}, "margin_settings", {"silver/customer_month"}),
    *(
        Case(changed, "training_settings", {"churn/training_set", "churn/churn_model"})
        for changed in (
            {"SPANISHGAS_EXPERIMENT": "E4"},
            {"SPANISHGAS_THRESHOLD_RULE": "guaranteed_recall"},
            {"SPANISHGAS_LABEL_DATE": "2025-01-06"},
        )
    ),
    *(
        Case(changed, "gate_settings", {"churn/champion"})
        for changed in (
            {"SPANISHGAS_PR_AUC_FLOOR": "0.6"},
            {"SPANISHGAS_PR_AUC_FLOOR_BY": "low"},
            {"SPANISHGAS_PR_AUC_OVER_PREVALENCE": "3"},
            {"SPANISHGAS_GROUP_FLOORS": "segment:SME=0.4"},
            {"SPANISHGAS_HUMAN_APPROVAL": "yes"},
        )
    ),
]


def observed(instance: dg.DagsterInstance) -> dict[str, int]:
    return {
        spec.key.path[1]: len(instance.fetch_observations(spec.key, limit=9).records)
        for spec in CONFIG_ASSETS
    }


def report(instance: dg.DagsterInstance, environment: dict[str, str]) -> None:
    settings = Settings.from_environment(environment)
    report_external_versions(instance, settings, SNAPSHOT)
    report_reading_settings(instance, settings, [MONTH])


@pytest.mark.parametrize("case", CASES, ids=lambda case: "".join(case.changed))
def test_a_changed_setting_is_a_new_version_of_its_config_asset_alone(case, tmp_path):
    raw = {"SPANISHGAS_RAW": str(tmp_path)}
    with dg.DagsterInstance.ephemeral() as instance:
        report(instance, raw)
        before = observed(instance)
        report(instance, raw)
        assert observed(instance) == before
        report(instance, raw | case.changed)
        after = observed(instance)
    assert {name for name in after if after[name] != before[name]} == {case.config}


@pytest.mark.parametrize("case", CASES, ids=lambda case: "".join(case.changed))
def test_the_tables_computed_with_a_setting_depend_on_its_config_asset(case):
    graph = build_definitions(Settings()).resolve_asset_graph()
    children = graph.get(dg.AssetKey(["config", case.config])).child_keys
    assert {"/".join(key.path) for key in children} == case.tables
