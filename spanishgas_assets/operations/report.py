"""A snapshot's summary, set for a terminal: about one screen."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from spanishgas_assets.operations.summary import Summary

_LAYERS = ("bronze", "silver", "gold", "churn", "retention", "monitoring")


def print_summary(summary: Summary, floor: float, console: Console) -> None:
    """Print what a snapshot came to."""
    console.print()
    console.rule(f"[bold]Snapshot {summary.snapshot}[/]", align="left")
    _tables(summary, console)
    _model(summary, floor, console)
    _customers(summary, console)
    _examples(summary, console)
    console.print()
    console.print("Open it:  [bold]make ui[/]   (the asset graph, every table, its checks)")
    console.print()


def _tables(summary: Summary, console: Console) -> None:
    grid = _grid(("Layer", "left"), ("Rows", "right"), ("Seconds", "right"))
    grid.add_row("raw readings", f"{summary.readings:,}", "")
    for layer in _LAYERS:
        rows, seconds = summary.rows.get(layer, 0), summary.seconds.get(layer, 0.0)
        grid.add_row(layer, f"{rows:,}" if rows else "", f"{seconds:.1f}")
    console.print(Padding(grid, (1, 0)))
    total = sum(summary.seconds.values())
    console.print(f"Checks    {summary.checks_passed:,} passed, {summary.checks_failed:,} failed")
    for said in summary.failed_checks:
        console.print(f"          [yellow]{said}[/]")
    console.print(
        f"Time      {total:.1f} s in steps, {summary.work_seconds:.1f} s of it reading, "
        "transforms and model"
    )


def _model(summary: Summary, floor: float, console: Console) -> None:
    card = summary.model.card
    pr_auc, holdout = card.metrics["pooled"]["pr_auc"], card.metrics["holdout"]
    origin = (
        "trained on this snapshot" if summary.trained_here else f"the champion of {card.snapshot}"
    )
    console.print(f"Model     {summary.model.version}, {origin}; {card.rows:,} labelled customers")
    console.print(
        f"PR-AUC    {pr_auc.value:.3f}, 95% interval {pr_auc.low:.3f} to {pr_auc.high:.3f}; "
        f"floor {floor:.2f}; churn rate {card.churners / card.rows:.1%}"
    )
    console.print(
        f"          at probability {card.threshold:.2f}, on the hold-out: "
        f"precision {holdout['precision'].value:.2f}, recall {holdout['recall'].value:.2f}"
    )


def _customers(summary: Summary, console: Console) -> None:
    every, flagged = summary.loss_eur_month
    tiers = ", ".join(f"{name} {count:,}" for name, count in summary.tiers.items())
    console.print(f"Tiers     {tiers}")
    console.print(
        f"At risk   {every:,.0f} EUR a month over all customers, {flagged:,.0f} EUR of it with the "
        f"{summary.flagged:,} flagged"
    )


def _examples(summary: Summary, console: Console) -> None:
    console.print()
    console.print("[bold]Three recommendations with the largest expected effect[/]")
    for row in summary.examples.iter_rows(named=True):
        console.print(
            f"{row['customer_id']}    {row['segment']}, risk {row['risk_score']:.0%}: "
            f"{row['action'].replace('_', ' ')}, {row['timing_window'].replace('_', ' ')}, "
            f"up to {row['offer_budget_eur_month']:.2f} EUR a month"
        )
        console.print(Padding(row["reasons"], (0, 0, 0, 10)))


def _grid(*columns: tuple[str, str]) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name, side in columns:
        grid.add_column(name, justify=side, style=None)  # type: ignore[arg-type]
    return grid
