"""Retention assets: who may leave, whom one may contact, what offers did, and what to offer."""

import dagster as dg
import polars as pl

from spanishgas_assets.charts.inline import bar_picture
from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.scoring import contributions, score
from spanishgas_assets.config_assets import RETENTION_POLICY
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.partitions import as_of
from spanishgas_assets.raw.assets import raw_key
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.optional import read_optional
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.retention.counterfactuals import counterfactuals as smallest_changes
from spanishgas_assets.retention.decision.choice import sensitivity
from spanishgas_assets.retention.decision.recommendations import recommendations as recommend
from spanishgas_assets.retention.decision_metadata import (
    actions_table,
    choice_figures,
    counts,
    markdown_table,
    sensitivity_table,
)
from spanishgas_assets.retention.effect import campaign_effect as measured_effect
from spanishgas_assets.retention.permissions import contact_permissions as permit
from spanishgas_assets.retention.permissions import unusable_preferences
from spanishgas_assets.retention.reason_inputs import customer_figures
from spanishgas_assets.retention.reasons import customer_reasons
from spanishgas_assets.retention.scores import scored_customers as in_money
from spanishgas_assets.retention.tables import (
    CAMPAIGN_EFFECT,
    CHANNELS,
    CONTACT_PERMISSIONS,
    COUNTERFACTUALS,
    RECOMMENDATIONS,
    SCORED_CUSTOMERS,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets.tables import quarantine
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset

TEAM = ("team:retention",)
_MODEL = dg.AssetIn(key=CHAMPION, input_manager_key="model_store")
_BINS = 20


@table_asset(
    SCORED_CUSTOMERS,
    ins={"gold_master": of_table(GOLD_MASTER), "champion": _MODEL},
    deps=[RETENTION_POLICY.key],
    code_version="2",
    owners=TEAM,
)
def scored_customers(
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """A customer that the champion learned from is scored by the booster that left it out."""
    rows = in_money(
        score(champion, gold_master.collect()).lazy(),
        gold_master,
        champion.card.threshold,
        champion.version,
        as_of(context),
        load_rules(settings.retention).policy.tiers,
    )
    counted = rows["churn_probability"].hist(bin_count=_BINS)["count"].to_list()
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "model_version": champion.version,
                "flagged": int(rows["churn_flag"].sum()),
                "out_of_fold": int((rows["score_source"] == "out_of_fold").sum()),
                "expected_monthly_loss_eur": float(rows["expected_monthly_loss_eur"].sum()),
                **counts("tier", rows["risk_tier"]),
                "probabilities": dg.MetadataValue.md(
                    bar_picture("Customers by churn probability", counted)
                ),
            }
        },
    )


@table_asset(
    CONTACT_PERMISSIONS,
    ins={"customer": of_table(CUSTOMER)},
    deps=[raw_key(CONTACT_PREFERENCES), raw_key(CAMPAIGN_OUTCOMES), RETENTION_POLICY.key],
    owners=TEAM,
)
def contact_permissions(
    context: dg.AssetExecutionContext, settings: Settings, customer: pl.LazyFrame
) -> Built:
    """Preferences of unknown customers, and all but a customer's last, are set aside.

    Without contact_preferences.csv nothing is known of anybody: the rules in force say what then.
    """
    day = as_of(context)
    preferences, unread = read_optional(
        settings.raw, CONTACT_PREFERENCES, day, cache=settings.raw_cache
    )
    outcomes, _ = read_optional(settings.raw, CAMPAIGN_OUTCOMES, day, cache=settings.raw_cache)
    usable, unusable = unusable_preferences(preferences, customer.collect())
    aside = pl.concat([unread, unusable])
    rules = load_rules(settings.retention)
    rows = permit(customer, usable.lazy(), outcomes.lazy(), rules, day)
    return Built(
        rows,
        rows_in={context.partition_key: rows.height + aside.height},
        set_aside={context.partition_key: aside},
        metadata={
            context.partition_key: {
                "preferences_known": usable.height,
                "in_holdout": int(rows["in_holdout"].sum()),
                "in_cool_down": int(rows["in_cool_down"].sum()),
                **{
                    f"no_{channel}": int(rows[f"{channel}_block"].is_not_null().sum())
                    for channel in CHANNELS
                },
                "rules_in_force": dg.MetadataValue.md(
                    markdown_table(
                        ("Reason", "Since", "Source"),
                        [
                            (rule.reason, str(rule.begins), rule.source)
                            for rule in rules.contact
                            if rule.holds(day)
                        ],
                    )
                ),
            }
        },
    )


@table_asset(CAMPAIGN_EFFECT, deps=[raw_key(CAMPAIGN_OUTCOMES), RETENTION_POLICY.key], owners=TEAM)
def campaign_effect(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Outcomes of offers that the table does not know are set aside."""
    day = as_of(context)
    rules = load_rules(settings.retention)
    outcomes, unread = read_optional(settings.raw, CAMPAIGN_OUTCOMES, day, cache=settings.raw_cache)
    known = pl.col("offer").is_in(rules.offers.names)
    unknown = quarantine.set_aside(outcomes.filter(~known), "offer not in the offer table")
    rows = measured_effect(outcomes.filter(known).lazy(), rules.offers, rules.policy, day)
    aside = pl.concat([unread, unknown])
    return Built(
        rows,
        rows_in={context.partition_key: rows.height + aside.height},
        set_aside={context.partition_key: aside},
        metadata={
            context.partition_key: {
                "outcomes": outcomes.height,
                "updated_priors": ", ".join(rows.filter("prior_is_updated")["offer"]) or "none",
            }
        },
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
    deps=[RETENTION_POLICY.key],
    code_version="2",
    owners=TEAM,
)
def recommendations(
    context: dg.AssetExecutionContext,
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
    shifts = campaign_effect.select("offer", "shift")
    rows, choice = recommend(scored_customers, contact_permissions, reasons, rules, shifts)
    scenarios = sensitivity(scored_customers, contact_permissions, rules, shifts)
    return Built(
        rows,
        metadata={
            context.partition_key: {
                **choice_figures(rows, choice),
                "actions": dg.MetadataValue.md(actions_table(rows)),
                "save_rate_sensitivity": dg.MetadataValue.md(sensitivity_table(scenarios)),
            }
        },
    )


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
def counterfactuals(
    context: dg.AssetExecutionContext,
    settings: Settings,
    scored_customers: pl.LazyFrame,
    gold_master: pl.LazyFrame,
    customer: pl.LazyFrame,
    customer_month: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """Each change is scored by the booster that scored the customer."""
    rows = smallest_changes(
        scored_customers.collect(),
        gold_master,
        customer,
        customer_month,
        as_of(context),
        load_rules(settings.retention).policy.tiers,
        lambda changed: score(champion, changed),
    )
    return Built(rows, metadata={context.partition_key: counts("lever", rows["lever"])})
