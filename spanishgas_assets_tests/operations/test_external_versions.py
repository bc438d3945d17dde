"""What every setting and every packaged file changes, each changed in turn.

A setting or file that is not declared here fails, so that a new one cannot be forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from pydantic import SecretStr

import spanishgas_assets
from spanishgas_assets.config_assets import CONFIG_ASSETS, READING_SETTINGS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.demo.live.worlds import WORLDS
from spanishgas_assets.operations.external_versions import (
    config_versions,
    reading_settings_version,
    report_external_versions,
)
from spanishgas_assets.retention.config.retention_config import POLICY
from spanishgas_assets.settings import Settings, StoreSettings
from spanishgas_assets.tariffs.periods import periods_version
from spanishgas_assets.text.head.linear_head import PACKAGED_HEAD

SNAPSHOT = "2025-01-06"
PACKAGE = Path(spanishgas_assets.__file__).parent

#: The tables and files that are computed with a config asset; all that follow them follow it too.
USED_BY = {
    "reading_settings": {"bronze/consumption_month"},
    "text_settings": {"bronze/interactions", "churn/champion"},
    "owner_settings": {"silver/customer"},
    "margin_settings": {"silver/customer_month"},
    "label_settings": {
        "bronze/customer",
        "silver/customer",
        "churn/training_set",
        "monitoring/realised_performance",
        "monitoring/tier_calibration",
    },
    "training_settings": {"churn/training_set", "churn/churn_model"},
    "gate_settings": {"churn/champion"},
    "retention_policy": {
        "retention/scored_customers",
        "retention/contact_permissions",
        "retention/campaign_effect",
        "retention/recommendations",
        "retention/assignments",
        "retention/promised_and_realised",
        "retention/counterfactuals",
    },
    "offers": {
        "retention/campaign_effect",
        "retention/recommendations",
        "retention/assignments",
        "retention/promised_and_realised",
        "retention/call_list",
        "retention/management_page",
    },
    "contact_rules": {"retention/contact_permissions"},
    "reason_texts": {"retention/recommendations"},
}
#: The tables that carry the version of the tariff periods in their code version.
USING_PERIODS = {"bronze/consumption_month", "bronze/tariff_month", "silver/customer_month"}


@dataclass(frozen=True)
class Change:
    """Another value of a setting, and what it makes stale.

    Attributes:
        value: differs from the default.
        makes_stale: config assets; none, where no table is computed with the setting.
        why_none: then, the reason.
        given: other settings that the value needs, the same before and after.
    """

    value: Any
    makes_stale: tuple[str, ...] = ()
    why_none: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)


def no_table(value: Any, why: str, **given: Any) -> Change:
    return Change(value, why_none=why, given=given)


CONTENT = "a place; the content of what is there counts"
REFUSES = "decides whether a table is stored, not what is in it"
SIDE_BY_SIDE = "fits side by side have the bytes of fits one by one (churn/test_model.py)"
ALERT, MIRROR = "is of alerts", "is of the mirror in SageMaker, which no table reads"
LINKS = "is of links in the UI"
ARRIVAL = "decides when and for which snapshot a run starts, not what it makes"
PAGES = "is of pages that show what is published"
KEEPS = "is of what is kept"
TRANSFORMERS = {"sentiment": "transformers"}

SETTINGS = {
    "raw": no_table("s3://landing/raw", CONTENT),
    "raw_cache": no_table("/tmp/cache", CONTENT),
    "store": no_table("s3://bucket/store", CONTENT),
    "date_orders": no_table(
        {"churn_label": "day_month_year"}, "is part of the version of the file that it is of"
    ),
    "set_aside_limits": no_table({"bronze/customer": 0.5}, REFUSES),
    "clock": Change("utc", ("reading_settings",)),
    "hour_labels": Change("hour_ending", ("reading_settings",)),
    "gas_kwh_per_m3": Change(11.5, ("reading_settings",)),
    "gas_margin": Change("old_credit", ("margin_settings",)),
    "intent": Change("lexicon", ("text_settings",)),
    "notes_head": Change("(a head of one's own)", ("text_settings",)),
    "sentiment": Change("off", ("text_settings", "training_settings")),
    "sentiment_model": Change("name@1", ("text_settings",), given=TRANSFORMERS),
    "sentiment_model_multilingual": Change("name@1", ("text_settings",), given=TRANSFORMERS),
    "sentiment_precision": Change("int8", ("text_settings",), given=TRANSFORMERS),
    "experiment": Change("E4", ("training_settings",)),
    "pr_auc_floor": Change(0.6, ("gate_settings",)),
    "pr_auc_floor_by": Change("low", ("gate_settings",)),
    "pr_auc_over_prevalence": Change(3.0, ("gate_settings",)),
    "group_floors": Change({"segment:SME": 0.4}, ("gate_settings",)),
    "group_over_prevalence": Change(1.2, ("gate_settings",)),
    "groups_by": Change("low", ("gate_settings",)),
    "human_approval": Change(True, ("gate_settings",)),
    "owner_columns": Change(("region",), ("owner_settings",)),
    "threshold_rule": Change("guaranteed_recall", ("training_settings",)),
    "label_date": Change("2025-01-06", ("label_settings",)),
    "label_horizon_days": Change(30, ("label_settings",)),
    "threads": no_table(4, SIDE_BY_SIDE),
    "sagemaker_group": no_table(
        "churn",
        MIRROR,
        store="s3://bucket/store",
        sagemaker_image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4",
    ),
    "sagemaker_image": no_table("churn:1.5", MIRROR),
    "retention": Change("(a folder with a policy of its own)", ("retention_policy",)),
    "dashboard_users": no_table("users.yaml", PAGES),
    "dashboard_users_text": no_table(SecretStr("users: []"), PAGES),
    "dashboard_identity_header": no_table("x-amzn-oidc-data", PAGES, dashboard_users="users.yaml"),
    "dashboard_oidc": no_table("auth.toml", PAGES, dashboard_users="users.yaml"),
    "dashboard_session_minutes": no_table(10, PAGES),
    "dashboard_held": no_table("held", PAGES),
    "alerts": no_table("sns", ALERT, sns_topic="arn:aws:sns:eu-west-1:1:alerts"),
    "mail_host": no_table("mail", ALERT),
    "mail_port": no_table(25, ALERT),
    "mail_starttls": no_table(False, ALERT),
    "mail_user": no_table("ana", ALERT),
    "mail_password": no_table("secret", ALERT),
    "mail_sender": no_table("a@b.es", ALERT),
    "mail_recipients": no_table(("a@b.es",), ALERT),
    "sns_topic": no_table("arn:aws:sns:eu-west-1:1:alerts", ALERT),
    "management_page": no_table(True, ALERT),
    "management_recipients": no_table(("a@b.es",), ALERT),
    "dashboard_url": no_table("https://monday", LINKS),
    "ui_url": no_table("http://ui", LINKS),
    "code_url": no_table("https://github.com/us/repo", LINKS),
    "code_branch": no_table("develop", LINKS),
    "reminder_hours": no_table(2.0, ALERT),
    "metrics_namespace": no_table("churn", "is of metrics"),
    "arrivals_interval_s": no_table(10, ARRIVAL),
    "arrivals_settle_s": no_table(1.0, ARRIVAL),
    "arrivals_expected": no_table((), ARRIVAL),
    "arrivals_wait_hours": no_table(1.0, ARRIVAL),
    "arrivals_unready": no_table("run", ARRIVAL),
    "arrivals_snapshot": no_table("2025-01-06", ARRIVAL),
    "automation": no_table(True, ARRIVAL),
    "weekly": no_table("train", ARRIVAL),
    "keep_runs_days": no_table(30, KEEPS),
    "keep_runs_per_partition": no_table(1, KEEPS),
    "keep_publications_days": no_table(30, KEEPS),
    "keep_publications_per_snapshot": no_table(1, KEEPS),
}

#: How objects of the store are written and fetched; their content is the same.
STORE_SETTINGS = {"encryption", "kms_key", "tags", "attempts", "timeout_s"}

#: What changes with another byte in a packaged file that is no code: config assets, or the reason.
FILES = {
    "churn/experiments/experiments.yaml": ("training_settings",),
    "dashboard/dashboard.css": "how pages look",
    "dashboard/page_texts.yaml": "what pages say",
    "dashboard/provinces.yaml": "what pages say",
    "dashboard/theme.toml": "how pages look",
    **{
        f"demo/live/worlds/{name}.yaml": "what the live demo retailer delivers are raw files"
        for name in WORLDS
    },
    "demo/population/note_wording.yaml": "the demo retailer's notes are raw files like any other",
    "inspection/inspection_page.css": "an inspection stores nothing",
    "monitoring/report.css": "how the report looks is its code: raise the report's code version",
    "py.typed": "a mark for type checkers",
    "retention/config/contact_rules.yaml": ("contact_rules",),
    "retention/config/offers.yaml": ("offers",),
    "retention/config/policy.yaml": ("retention_policy",),
    "retention/management_page.css": "how the page looks is its code: raise its code version",
    "retention/management_page.yaml": "what the page says is its code: raise its code version",
    "retention/reasons.yaml": ("reason_texts",),
    "tariffs/periods.yaml": ("the code version",),
    "text/head/head.safetensors": ("text_settings",),
    "text/head/notes.jsonl": "what the head learned from: the head counts",
    "text/intents.yaml": ("text_settings",),
    "text/languages.yaml": ("text_settings",),
    "text/lexicon.yaml": ("text_settings",),
    "text/negations.yaml": ("text_settings",),
    "text/pii.yaml": ("text_settings",),
}


def versions(settings: Settings) -> dict[str, str]:
    """The version of every config asset, and that of the tariff periods."""
    found = config_versions(settings) | {READING_SETTINGS.key: reading_settings_version(settings)}
    return {key.path[-1]: version for key, version in found.items()} | {
        "the code version": periods_version()
    }


def changed(before: dict[str, str], after: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in before if before[name] != after[name]))


def children_of(key: dg.AssetKey) -> set[str]:
    graph = build_definitions(Settings()).resolve_asset_graph()
    return {child.to_user_string() for child in graph.get(key).child_keys}


def test_every_setting_is_declared() -> None:
    assert set(SETTINGS) == set(Settings.model_fields)
    assert set(StoreSettings.model_fields) == STORE_SETTINGS


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_changes_the_versions_of_what_is_computed_with_it(
    name: str, tmp_path: Path
) -> None:
    change = SETTINGS[name]
    assert bool(change.makes_stale) != bool(change.why_none)
    value = change.value
    if name == "retention":
        packaged = (PACKAGE / "retention/config" / POLICY).read_text()
        (tmp_path / POLICY).write_text(packaged.replace("share: 0.05", "share: 0.1"))
        value = str(tmp_path)
    if name == "notes_head":
        (tmp_path / "head").write_bytes(PACKAGED_HEAD.read_bytes() + b"\n")
        value = str(tmp_path / "head")
    before, after = Settings(**change.given), Settings(**{**change.given, name: value})
    assert getattr(before, name) != getattr(after, name)
    assert changed(versions(before), versions(after)) == tuple(sorted(change.makes_stale))


def test_every_packaged_file_is_declared() -> None:
    packaged = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert packaged == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_packaged_file_changes_the_versions_of_what_is_computed_with_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = versions(Settings()), Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda path: read(path) + b"\n" * (path == PACKAGE / name)
    )
    assert (PACKAGE / name).read_bytes() != read(PACKAGE / name)
    after = changed(before, versions(Settings()))
    assert after == (() if isinstance(FILES[name], str) else FILES[name])


@pytest.mark.parametrize("config", CONFIG_ASSETS, ids=lambda config: config.key.path[-1])
def test_the_tables_computed_with_a_config_asset_depend_on_it(config: dg.AssetSpec) -> None:
    assert children_of(config.key) == USED_BY[config.key.path[-1]]


def test_the_tables_that_count_tariff_periods_carry_their_version() -> None:
    graph = build_definitions(Settings()).resolve_asset_graph()
    carrying = {
        key.to_user_string()
        for key in graph.materializable_asset_keys
        if (graph.get(key).code_version or "").endswith(f"-{periods_version()}")
    }
    assert carrying == USING_PERIODS


@pytest.fixture
def observing(tmp_path: Path) -> Iterator[tuple[dg.DagsterInstance, Settings]]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance, Settings(raw=str(tmp_path), store=str(tmp_path / "store"))


def test_a_version_is_observed_once_until_it_changes(
    observing: tuple[dg.DagsterInstance, Settings],
) -> None:
    instance, settings = observing

    def observed() -> dict[str, int]:
        return {
            key.path[-1]: len(instance.fetch_observations(key, limit=9).records)
            for key in config_versions(settings)
        }

    report_external_versions(instance, settings, SNAPSHOT)
    report_external_versions(instance, settings, SNAPSHOT)
    assert set(observed().values()) == {1}
    report_external_versions(instance, settings.with_changes(gas_margin="old_credit"), SNAPSHOT)
    assert observed().pop("margin_settings") == 2
    assert sum(observed().values()) == len(observed()) + 1
