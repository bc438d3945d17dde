"""A snapshot's summary, set for a terminal: about one screen."""

from collections.abc import Callable, Iterator
from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from spanishgas_assets.operations.runs.summary import Summary
from spanishgas_assets.settings import Sentiment

_LABEL_WIDTH = 8
#: Reasons of rows set aside that the page names.
_REASONS = 5
#: Width of a PR-AUC interval above which the page says how little is known.
_WIDE = 0.15
_LAYERS = ("bronze", "silver", "gold", "churn", "retention", "monitoring")


def print_summary(summary: Summary, floor: Callable[[float], float], console: Console) -> None:
    """Print what a snapshot came to; ``floor`` is the gate's, by the churn rate."""
    console.print()
    console.rule(f"[bold]Snapshot {summary.snapshot}[/]", align="left")
    console.print(Padding(_layers(summary), (1, 0)))
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(min_width=_LABEL_WIDTH)
    facts.add_column()
    for label, text in _facts(summary, floor):
        facts.add_row(f"[bold]{label}[/]", text)
    console.print(facts)
    console.print("\n[bold]Recommendations with the largest expected effect[/]")
    console.print(_examples(summary))
    console.print("\nOpen it: [bold]make ui[/] (the asset graph, every table, its checks)\n")


def _layers(summary: Summary) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    grid.add_column("Layer")
    grid.add_column("Rows", justify="right")
    grid.add_column("Seconds", justify="right")
    grid.add_row("raw readings", f"{summary.readings:,}", "")
    for layer in _LAYERS:
        rows, seconds = summary.rows.get(layer, 0), summary.seconds.get(layer, 0.0)
        grid.add_row(layer, f"{rows:,}" if rows else "", f"{seconds:.1f}")
    return grid


def _facts(summary: Summary, floor: Callable[[float], float]) -> Iterator[tuple[str, str]]:
    total = sum(summary.seconds.values())
    yield (
        "Time",
        f"{total:.1f} s, {total - summary.work_seconds:.1f} s of it orchestration and checks",
    )
    yield "Checks", f"{summary.checks_passed:,} passed, {len(summary.failed_checks):,} failed"
    for said in summary.failed_checks:
        yield "", f"[yellow]{escape(said)}[/]"
    yield from _customers(summary)
    yield from _missing(summary)
    card = summary.model.card
    pr_auc = card.metrics["pooled"]["pr_auc"]
    precision, recall = (card.metrics["holdout"][name].value for name in ("precision", "recall"))
    origin = (
        "trained on this snapshot" if summary.trained_here else f"the champion of {card.snapshot}"
    )
    yield "Model", f"{summary.model.version}, {origin}, {card.rows:,} labelled customers"
    if summary.sentiment == Sentiment.OFF:
        yield (
            "Sentiment",
            f"switched off: the model is {card.experiment}, without the sentiment of notes",
        )
    else:
        yield "Sentiment", f"scored by {summary.sentiment}; the model is {card.experiment}"
    yield (
        "PR-AUC",
        (
            f"{pr_auc.value:.3f} (95% interval {pr_auc.low:.3f} to {pr_auc.high:.3f}), floor "
            f"{floor(card.churners / card.rows):.2f}, churn rate {card.churners / card.rows:.1%}"
        ),
    )
    if pr_auc.high - pr_auc.low > _WIDE:
        yield (
            "How sure",
            (
                f"[yellow]{card.churners:,} churners are few: the PR-AUC may be anything from "
                f"{pr_auc.low:.2f} to {pr_auc.high:.2f}, and single probabilities are as rough[/]"
            ),
        )
    yield (
        "Holdout",
        (f"precision {precision:.2f} and recall {recall:.2f} at probability {card.threshold:.2f}"),
    )
    yield "Tiers", ", ".join(f"{name} {count:,}" for name, count in summary.tiers.items())
    every, flagged = summary.loss_eur_month
    yield (
        "At risk",
        (
            f"{every:,.0f} EUR a month over all customers, {flagged:,.0f} EUR of it with the "
            f"{summary.flagged:,} flagged"
        ),
    )
    yield from _decisions(summary)
    if summary.promises:
        yield "Promises", summary.promises


def _decisions(summary: Summary) -> Iterator[tuple[str, str]]:
    """Say how many offers there are to make by which channel, and why the riskiest get none."""
    offers = ", ".join(f"{count:,} by {name}" for name, count in summary.offers.items())
    yield "Offers", f"{offers} (spanishgas calls)" if offers else "none"
    critical = next(iter(summary.tiers))
    withheld = summary.critical_withheld
    if withheld:
        reasons = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in withheld.items())
        none = sum(withheld.values())
        yield "", f"{none:,} of {summary.tiers[critical]:,} {critical} get none: {reasons}"


def _customers(summary: Summary) -> Iterator[tuple[str, str]]:
    """Say how old the drop is that names customers and contracts, where it is not of the day."""
    drop = summary.customers_as_of
    days = (date.fromisoformat(summary.snapshot) - drop).days if drop else 0
    if days:
        yield "Customers", f"and their contracts are of the drop of {drop}, {days} days before"


def _missing(summary: Summary) -> Iterator[tuple[str, str]]:
    """Say how many customers nobody scored and why, and which rows of the files are left out."""
    scored, aside = sum(summary.tiers.values()), summary.set_aside
    if aside.missing:
        known = scored + aside.customers
        yield "Missing", f"[yellow]{aside.customers:,} of {known:,} customers have no score[/]"
        for reason, count in aside.missing.items():
            yield "", f"{count:,}: {escape(reason)}"
    if aside.damage:
        yield "Set aside", f"[yellow]not known: {escape(aside.damage)}[/]"
    if aside.rows:
        yield "Set aside", f"{sum(aside.rows.values()):,} rows (spanishgas quarantine list)"
        for reason, count in list(aside.rows.items())[:_REASONS]:
            yield "", f"{count:,}: {escape(reason)}"


def _examples(summary: Summary) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=_LABEL_WIDTH)
    grid.add_column()
    for row in summary.examples.iter_rows(named=True):
        grid.add_row(
            row["customer_id"],
            f"{row['segment']}, risk {row['risk_score']:.0%}: {row['action'].replace('_', ' ')}, "
            f"{row['timing_window'].replace('_', ' ')}, up to "
            f"{row['offer_budget_eur_month']:.2f} EUR a month",
        )
        grid.add_row("", escape(row["reasons"]))
    return grid
