"""What the UI shows of the training set, a model and the gate: metrics, groups, euros, rules."""

from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.churn.evaluation.metrics import CONTACT_SHARES
from spanishgas_assets.churn.evaluation.pictures import pictures
from spanishgas_assets.churn.gate.gate import GateDecision
from spanishgas_assets.churn.gate.succession import Succession
from spanishgas_assets.churn.model.churn_model import ChurnModel


def training_metadata(
    rows: pl.DataFrame, label_date: str, labelled: int, changed: int
) -> dict[str, Any]:
    """Describe a training set beside the labels that came in, and those that offers changed."""
    return {
        "label_date": label_date,
        "churners": int(rows["churn"].sum()),
        "labels_without_features": labelled - rows.height,
        "labels_changed_by_offers": changed,
        "owners": rows["group_id"].n_unique(),
    }


def gate_metadata(decision: GateDecision) -> dict[str, Any]:
    """Show every rule of the gate with its verdict, and the figures."""
    rules = [
        dg.TableRecord({"rule": rule.name, "passed": rule.passed, "says": rule.explanation})
        for rule in decision.rules
    ]
    return {"rules": dg.MetadataValue.table(rules), **decision.metrics}


def gate_description(decision: GateDecision | None) -> str:
    """Say in a line what the gate decided."""
    if decision is None:
        return "no new model to judge"
    return f"model {decision.version} {'accepted' if decision.accepted else 'refused'}"


def succession_metadata(outcome: Succession) -> dict[str, Any]:
    """Show who serves, and whether a candidate waits for approval."""
    candidate, serving = outcome.candidate, outcome.serving
    return {
        "serves": serving.version if serving else "none",
        "trained_on_this_snapshot": serving is candidate,
        "waits_for_approval": candidate.version if candidate and outcome.waits else "none",
    }


def model_metadata(model: ChurnModel) -> dict[str, Any]:
    """Show a model: metrics with intervals, groups, value in EUR, pictures."""
    card = model.card
    shown = {
        f"{where}_{name}": str(card.metrics[where][name])
        for where in ("pooled", "holdout", "repeated")
        for name in (
            "pr_auc",
            "roc_auc",
            "precision",
            "recall",
            "f1",
            "ece",
            "brier",
            "log_loss",
            "lift_5",
            "gain_10",
        )
    }
    return {
        "experiment": card.experiment,
        "rows": card.rows,
        "churners": card.churners,
        "threshold": card.threshold,
        "pr_auc": card.metrics["pooled"]["pr_auc"].value,
        "pr_auc_low": card.metrics["pooled"]["pr_auc"].low,
        "pr_auc_high": card.metrics["pooled"]["pr_auc"].high,
        **shown,
        "groups": _groups_table(model),
        "value_eur_year": _value_table(model),
        **{name: dg.MetadataValue.md(picture) for name, picture in pictures(model).items()},
    }


def _groups_table(model: ChurnModel) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "group": f"{one.dimension}: {one.group}" + (" (small)" if one.small else ""),
                    "customers": one.rows,
                    "churners": one.churners,
                    **{
                        name: str(one.metrics[name]) if one.metrics else "one label only"
                        for name in ("pr_auc", "precision", "recall", "ece")
                    },
                }
            )
            for one in model.card.groups
        ]
    )


def _value_table(model: ChurnModel) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "order": order,
                    "contacted": f"{share}%",
                    "kept": f"{found[f'kept_{share}_eur'].value:,.0f}",
                    "net_of_contacts": f"{found[f'net_{share}_eur'].value:,.0f}",
                }
            )
            for order, found in model.card.value.items()
            for share in CONTACT_SHARES
        ]
    )
