"""``spanishgas model``: the registry of models, and experiments on the features."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from spanishgas_assets.commands.arguments import adding_actions, model_version, words
from spanishgas_assets.settings import Settings

if TYPE_CHECKING:
    from spanishgas_assets.churn.gate.registry import Registry

NAME = "model"
HELP = "list, show, promote, roll back or approve models; run experiments"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    action = adding_actions(parser)
    action("list", _list, "list the models, their status, and every registry event")
    show = action("show", _show, "print a model's card and the gate's verdict")
    show.add_argument("version", type=model_version)
    promote = action("promote", _promote, "make a model champion that the gate accepted")
    promote.add_argument("version", type=model_version)
    promote.add_argument(
        "--from",
        dest="snapshot",
        metavar="DATE",
        help="first snapshot to serve (default: the model's own)",
    )
    rollback = action("rollback", _rollback, "withdraw the champion; the previous one serves again")
    approve = action(
        "approve", _approve, "approve an accepted model: it serves from its snapshot's next run"
    )
    reject = action("reject", _reject, "reject a model: it cannot serve")
    for decided in (approve, reject):
        decided.add_argument("version", type=model_version)
    for decided in (promote, rollback, approve, reject):
        decided.add_argument("--by", required=True, type=words, metavar="NAME")
        decided.add_argument("--why", required=True, type=words, metavar="TEXT")
        decided.add_argument(
            "--now",
            action="store_true",
            help="run the snapshots concerned at once (default: with their next run)",
        )
    for name, help_text in {
        "ablation": "run the feature ablation of a snapshot and print its table",
        "search": "search hyperparameters on a snapshot and print the best",
        "backtest": "train on the labels of earlier snapshots and test on later ones",
    }.items():
        experiment = action(name, _experiment, help_text)
        experiment.add_argument("--snapshot", required=True, metavar="DATE")
        experiment.set_defaults(experiment=name)


def execute(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Run the action."""
    options.work(options, settings, console)


def _registry(settings: Settings) -> "Registry":
    from spanishgas_assets.churn.gate.registry import Registry
    from spanishgas_assets.storage.store import open_store

    return Registry(open_store(settings.store))


def _list(_options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from rich.table import Table

    from spanishgas_assets.churn.model.churn_model import load, versions

    registry = _registry(settings)
    found = sorted({*versions(registry.store), *registry.known_versions()})
    if not found:
        console.print(
            f"No models in {registry.store.root}: train one with `spanishgas run --train`."
        )
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Version", "Status", "Experiment", "PR-AUC", "Customers"):
        table.add_column(title)
    for version in found:
        card = load(registry.store, version).card
        pr_auc = str(card.metrics["pooled"]["pr_auc"])
        status = registry.status(version)
        table.add_row(version, status, card.experiment, pr_auc, f"{card.rows:,}")
    console.print(table)
    console.print()
    for entry in registry.history():
        console.print(
            f"{entry.action.replace('_', ' '):<9} {entry.version} from {entry.snapshot} by "
            f"{entry.by}" + (f": {entry.why}" if entry.why else "")
        )


def _show(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.churn.model.churn_model import load

    registry = _registry(settings)
    card = load(registry.store, options.version).card
    console.print(f"{options.version}  {registry.status(options.version)}")
    console.print(
        f"{card.experiment}, {len(card.features.features)} features, {card.rows:,} customers of "
        f"{card.label_date}, {card.churners:,} churners; {card.calibrator.method} calibration, "
        f"threshold {card.threshold:.3f} ({card.threshold_rule})"
    )
    for where in ("pooled", "holdout", "repeated", "baseline_pooled"):
        console.print(f"{where}:")
        for name, found in card.metrics[where].items():
            console.print(f"  {name:<16} {found}")
    for one in card.groups:
        figure = one.metrics["pr_auc"] if one.metrics else "one label only"
        small = " (small)" if one.small else ""
        console.print(f"{one.dimension}: {one.group}{small}, {one.rows:,}: PR-AUC {figure}")
    strongest = ", ".join(
        f"{name} {value:.2f}" for name, value in list(card.importance.items())[:6]
    )
    console.print(f"strongest: {strongest}")
    decision = registry.decision_about(options.version)
    console.print(decision.explain() if decision else registry.without_verdict(options.version))


def _promote(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    registry = _registry(settings)
    decision = registry.require_accepted(options.version)
    snapshot = options.snapshot or options.version[:10]
    registry.promote(
        options.version, date.fromisoformat(snapshot), decision, by=options.by, why=options.why
    )
    console.print(f"{options.version} serves from {snapshot} on.")
    _carry_through(options, settings, console)


def _rollback(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror

    mirror = SageMakerMirror.of(settings)
    taken, serving = _registry(settings).roll_back(by=options.by, why=options.why)
    if mirror:
        mirror.reject(taken.version, options.why)
    console.print(f"{taken.version} has been rolled back; {serving.version} serves again.")
    _carry_through(options, settings, console)


def _approve(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror

    _registry(settings).approve(options.version, by=options.by, why=options.why)
    mirror = SageMakerMirror.of(settings)
    if mirror:
        mirror.approve(options.version, options.why)
    console.print(f"{options.version} is approved.")
    _carry_through(options, settings, console)


def _reject(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror

    _registry(settings).reject(options.version, by=options.by, why=options.why)
    mirror = SageMakerMirror.of(settings)
    if mirror:
        mirror.reject(options.version, options.why)
    console.print(f"{options.version} is rejected.")
    _carry_through(options, settings, console)


def _experiment(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    from spanishgas_assets.churn.experiments.terminal_tables import print_experiment
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.operations.runs.experiment_run import run_experiment
    from spanishgas_assets.operations.runs.instance import open_instance

    rows = run_experiment(
        settings,
        open_instance(settings),
        build_definitions(settings),
        options.experiment,
        options.snapshot,
        console,
    )
    print_experiment(options.experiment, rows, console)


def _carry_through(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    """Make the snapshots that a registry event concerns stale, and with ``--now`` run them."""
    from spanishgas_assets.churn.assets import CHAMPION
    from spanishgas_assets.operations.external_versions import report_registry
    from spanishgas_assets.operations.runs.instance import open_instance

    instance = open_instance(settings)
    served = sorted(instance.get_materialized_partitions(CHAMPION))
    concerned = report_registry(instance, _registry(settings), served)
    if not options.now:
        for day in concerned:
            console.print(
                f"The scores of {day} follow with its next run: spanishgas run --snapshot {day}"
            )
        return
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.operations.runs.snapshot_run import run_snapshot

    definitions = build_definitions(settings)
    for day in concerned:
        run_snapshot(settings, instance, definitions, day, train=False, console=console)
        console.print(
            f"{day} has been scored and published again: spanishgas show --snapshot {day}"
        )
