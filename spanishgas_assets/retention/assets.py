"""Retention assets: who may leave, whom one may contact, what offers did, and what to offer."""

from datetime import date

import dagster as dg
import polars as pl

from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.scoring import contributions, score
from spanishgas_assets.config_assets import (
    CONTACT_RULES,
    OFFERS,
    REASON_TEXTS,
    RETENTION_POLICY,
)
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS, as_of
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.retention.call_list import (
    ALL_CHANNELS,
    SEMICOLON,
    WORDS,
    as_csv,
    call_list,
    call_list_place,
)
from spanishgas_assets.retention.config.retention_config import Rules, load_rules
from spanishgas_assets.retention.counterfactuals import counterfactuals
from spanishgas_assets.retention.decision.choice import lost_to_limits, sensitivity
from spanishgas_assets.retention.decision.recommendations import recommendations
from spanishgas_assets.retention.management_page import (
    Decisions,
    decisions_before,
    management_page,
    management_place,
)
from spanishgas_assets.retention.measurement.assignments import (
    assignments,
    published_assignments,
)
from spanishgas_assets.retention.measurement.campaign_effect import (
    SAMPLE_RATIO,
    campaign_effect,
    sample_ratio_finding,
)
from spanishgas_assets.retention.measurement.promise_words import promises_in_words
from spanishgas_assets.retention.measurement.promises import (
    PROMISES_KEPT,
    promised_and_realised,
    promises_finding,
)
from spanishgas_assets.retention.measurement.units import FollowUp, follow_up
from spanishgas_assets.retention.metadata import (
    assignment_metadata,
    counts,
    effect_metadata,
    permission_metadata,
    recommendation_metadata,
    score_metadata,
)
from spanishgas_assets.retention.outcome_reading import read_file, read_outcomes
from spanishgas_assets.retention.permissions import contact_permissions
from spanishgas_assets.retention.preferences import read_contacts, read_preferences
from spanishgas_assets.retention.prohibitions_check import (
    PROHIBITIONS_KEPT,
    former_customers,
    permissions_before,
    prohibitions_finding,
)
from spanishgas_assets.retention.reason_inputs import customer_figures
from spanishgas_assets.retention.reasons import customer_reasons
from spanishgas_assets.retention.scores import scored_customers
from spanishgas_assets.retention.tables import (
    ASSIGNMENTS,
    CAMPAIGN_EFFECT,
    CONTACT_PERMISSIONS,
    COUNTERFACTUALS,
    PROMISES,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.retention.totals import withheld_steps
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.file_versions import write_files
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.set_aside_limit import limits_of
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset

TEAM = ("team:retention",)
_MODEL = dg.AssetIn(key=CHAMPION, input_manager_key="model_store")


def _followed(settings: Settings, snapshot: str, outcomes: Reading, rules: Rules) -> FollowUp:
    """Follow what earlier snapshots assigned until this one."""
    assigned = published_assignments(open_store(settings.store), snapshot)
    day = date.fromisoformat(snapshot)
    return follow_up(outcomes.rows, assigned, rules.offers, rules.policy, day)


@table_asset(
    SCORED_CUSTOMERS,
    ins={"gold_master": of_table(GOLD_MASTER), "champion": _MODEL},
    deps=[RETENTION_POLICY.key],
    code_version="3",
    owners=TEAM,
)
def retention_scored_customers(
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """A customer that the champion learned from is scored by the booster that left it out."""
    scores = score(champion, gold_master.collect()).lazy()
    tiers = load_rules(settings.retention).policy.tiers
    card, day = champion.card, as_of(context)
    rows = scored_customers(scores, gold_master, card.threshold, champion.version, day, tiers)
    return Built(rows, metadata=score_metadata(rows, champion.version))


@table_asset(
    CONTACT_PERMISSIONS,
    ins={"customer": of_table(CUSTOMER)},
    deps=[
        raw_key(CONTACT_PREFERENCES),
        raw_key(CAMPAIGN_OUTCOMES),
        RETENTION_POLICY.key,
        CONTACT_RULES.key,
    ],
    code_version="4",
    owners=TEAM,
    hard_checks=PROHIBITIONS_KEPT,
)
def retention_contact_permissions(
    context: dg.AssetExecutionContext, settings: Settings, customer: pl.LazyFrame
) -> Built:
    """Rows that cannot be read or match no customer are set aside, and forbid what they may.

    Without contact_preferences.csv nothing is known of anybody: the rules in force say what then.
    """
    day, rules = as_of(context), load_rules(settings.retention)
    ids = customer.select("customer_id").collect().to_series()
    store, asked = open_store(settings.store), read_file(settings, CONTACT_PREFERENCES, day)
    outcomes = read_outcomes(settings, day)
    preferences = read_preferences(asked, ids, former_customers(store, context.partition_key))
    contacts = read_contacts(outcomes, ids, day)
    rows = contact_permissions(customer, preferences.rows.lazy(), contacts.rows.lazy(), rules, day)
    before = permissions_before(store, context.partition_key)
    limits = limits_of(CONTACT_PERMISSIONS, settings.set_aside_limits)
    return Built(
        rows,
        source_rows={
            CONTACT_PREFERENCES.name: asked.height,
            CAMPAIGN_OUTCOMES.name: outcomes.height,
        },
        rows_out=preferences.used + contacts.used,
        set_aside=pl.concat([preferences.set_aside, contacts.set_aside]),
        metadata=permission_metadata(rows, preferences.rows.height, rules, day),
        findings=[prohibitions_finding(rows, before, limits)],
    )


@table_asset(
    CAMPAIGN_EFFECT,
    deps=[raw_key(CAMPAIGN_OUTCOMES), RETENTION_POLICY.key, OFFERS.key],
    code_version="4",
    owners=TEAM,
    soft_checks=SAMPLE_RATIO,
)
def retention_campaign_effect(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Rows that are of no assignment, or contradict others, are set aside.

    The assignments are those that earlier snapshots published.
    """
    rules = load_rules(settings.retention)
    outcomes = read_outcomes(settings, as_of(context))
    followed = _followed(settings, context.partition_key, outcomes, rules)
    rows = campaign_effect(followed.units, rules.offers)
    unread = outcomes.set_aside.select(followed.set_aside.columns)
    return Built(
        rows,
        source_rows={CAMPAIGN_OUTCOMES.name: outcomes.height},
        rows_out=followed.used,
        set_aside=pl.concat([unread, followed.set_aside]),
        metadata=effect_metadata(rows, outcomes.rows),
        warnings=[sample_ratio_finding(rows)],
    )


@table_asset(
    PROMISES,
    deps=[raw_key(CAMPAIGN_OUTCOMES), RETENTION_POLICY.key, OFFERS.key],
    owners=TEAM,
    soft_checks=PROMISES_KEPT,
)
def retention_promised_and_realised(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Units and their outcomes are those of the campaign effect, which sets rows aside."""
    rules = load_rules(settings.retention)
    outcomes = read_outcomes(settings, as_of(context))
    followed = _followed(settings, context.partition_key, outcomes, rules)
    rows = promised_and_realised(followed.units)
    return Built(
        rows,
        metadata={"in_words": promises_in_words(rows)},
        warnings=[promises_finding(rows)],
    )


@table_asset(
    RECOMMENDATIONS,
    ins={
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "contact_permissions": of_table(CONTACT_PERMISSIONS),
        "campaign_effect": of_table(CAMPAIGN_EFFECT),
        "gold_master": of_table(GOLD_MASTER),
        "customer": of_table(CUSTOMER),
        "champion": _MODEL,
    },
    deps=[RETENTION_POLICY.key, OFFERS.key, REASON_TEXTS.key],
    code_version="5",
    owners=TEAM,
)
def retention_recommendations(
    settings: Settings,
    scored_customers: pl.LazyFrame,
    contact_permissions: pl.LazyFrame,
    campaign_effect: pl.LazyFrame,
    gold_master: pl.LazyFrame,
    customer: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """The reasons come from the same booster that scored the customer."""
    rules = load_rules(settings.retention)
    explained = contributions(champion, gold_master.collect())
    reasons = customer_reasons(explained.lazy(), customer_figures(gold_master, customer))
    shifts = campaign_effect.select("offer", "segment", "shift")
    rows, choice = recommendations(
        scored_customers, contact_permissions, reasons, rules, campaign_effect
    )
    given = (scored_customers, contact_permissions, rules, shifts)
    scenarios, limits = sensitivity(*given), lost_to_limits(*given, choice.allocation)
    return Built(rows, metadata=recommendation_metadata(rows, choice, scenarios, limits))


@table_asset(
    ASSIGNMENTS,
    ins={
        "recommendations": of_table(RECOMMENDATIONS),
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "campaign_effect": of_table(CAMPAIGN_EFFECT),
    },
    deps=[RETENTION_POLICY.key, OFFERS.key],
    owners=TEAM,
)
def retention_assignments(
    context: dg.AssetExecutionContext,
    settings: Settings,
    recommendations: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    campaign_effect: pl.LazyFrame,
) -> Built:
    """Later snapshots measure by it: what a customer was assigned to is never drawn again."""
    rules = load_rules(settings.retention)
    rows = assignments(recommendations, scored_customers, campaign_effect, rules, as_of(context))
    return Built(rows, metadata=assignment_metadata(rows, rules.policy))


@table_asset(
    COUNTERFACTUALS,
    ins={
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "gold_master": of_table(GOLD_MASTER),
        "customer": of_table(CUSTOMER),
        "customer_month": of_table(CUSTOMER_MONTH),
        "champion": _MODEL,
    },
    deps=[RETENTION_POLICY.key],
    owners=TEAM,
)
def retention_counterfactuals(
    context: dg.AssetExecutionContext,
    settings: Settings,
    scored_customers: pl.LazyFrame,
    gold_master: pl.LazyFrame,
    customer: pl.LazyFrame,
    customer_month: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """Each change is scored by the booster that scored the customer."""
    rows = counterfactuals(
        scored_customers.collect(),
        gold_master,
        customer,
        customer_month,
        as_of(context),
        load_rules(settings.retention).policy.tiers,
        lambda changed: score(champion, changed),
    )
    return Built(rows, metadata=counts("lever", rows["lever"]))


@dg.asset(
    key=["retention", "call_list"],
    ins={"recommendations": of_table(RECOMMENDATIONS)},
    deps=[OFFERS.key],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="retention",
    kinds={"csv"},
    owners=TEAM,
    code_version="1",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(call_list, as_csv),
)
def retention_call_list(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    recommendations: pl.LazyFrame,
) -> dg.MaterializeResult[None]:
    """Every offer of the snapshot, the most valuable first, in Spanish, as a CSV file."""
    store, place = open_store(settings.store), call_list_place(context.partition_key)
    with user_errors_as_failures():
        titles = load_rules(settings.retention).offers.titles("es")
        listed = call_list(recommendations, titles, channel=ALL_CHANNELS, language="es")
        (written,) = write_files(store, place, {"csv": as_csv(listed, SEMICOLON)})
    return dg.MaterializeResult(
        data_version=dg.DataVersion(written.digest),
        metadata={"dagster/row_count": listed.height, "dagster/uri": store.url(written.key)},
    )


@dg.asset(
    key=["retention", "management_page"],
    ins={
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "recommendations": of_table(RECOMMENDATIONS),
    },
    deps=[OFFERS.key],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="retention",
    kinds={"html"},
    owners=TEAM,
    code_version="1",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(management_page, withheld_steps),
)
def retention_management_page(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    scored_customers: pl.LazyFrame,
    recommendations: pl.LazyFrame,
) -> dg.MaterializeResult[None]:
    """One printed sheet for management, in Spanish and English; no figure names a customer."""
    store, place = open_store(settings.store), management_place(context.partition_key)
    with user_errors_as_failures():
        offers = load_rules(settings.retention).offers
        page = management_page(
            Decisions(as_of(context), scored_customers, recommendations),
            decisions_before(store, context.partition_key),
            scored_customers.select("model_version").head(1).collect().item(),
            {language: offers.titles(language) for language in WORDS},
        )
        (written,) = write_files(store, place, {"html": page.encode()})
    return dg.MaterializeResult(
        data_version=dg.DataVersion(written.digest),
        metadata={"dagster/uri": store.url(written.key)},
    )
