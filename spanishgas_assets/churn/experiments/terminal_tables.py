"""The experiments' tables, set for a terminal; the ablation beside the one that was published."""

import polars as pl
from rich.console import Console
from rich.table import Table

#: PR-AUC of the old system's notebook on its one test split (docs/domain.md#ablation-results).
PUBLISHED = {
    "E0": (0.2601, 0.2603, 0.3050),
    "E1": (0.2668, 0.3784, 0.4176),
    "E2": (0.2959, 0.4492, 0.4758),
    "E3": (0.5842, 0.6594, 0.6851),
    "E4": (0.6544, 0.7166, 0.7448),
    "E5": (0.6538, 0.7161, 0.7449),
    "E6": (0.6525, 0.7161, 0.7449),
    "E8": (0.6532, 0.6601, 0.6836),
    "E7_notebook": (0.6525, 0.7161, 0.7449),
}
_MODELS = ("logistic", "forest", "xgboost")


def print_experiment(name: str, rows: pl.DataFrame, console: Console) -> None:
    """Print the table of ``ablation``, ``search`` or ``backtest``."""
    match name:
        case "ablation":
            _print_ablation(rows, console)
        case "search":
            _print_search(rows, console)
        case _:
            _print_backtest(rows, console)


def _print_ablation(rows: pl.DataFrame, console: Console) -> None:
    table = _table("Experiment", "Model", "Features", "PR-AUC", "Published")
    for title in ("ROC-AUC", "Precision@0.70", "Extends", "Over it", "Over logistic"):
        table.add_column(title)
    last = None
    for row in rows.sort("order").iter_rows(named=True):
        if last not in (None, row["experiment"]):
            table.add_section()
        table.add_row(
            row["experiment"] if row["experiment"] != last else "",
            row["model"],
            str(row["features"]),
            _between(row, "pr_auc"),
            _published(row["experiment"], row["model"]),
            f"{row['roc_auc']:.3f}",
            f"{row['precision_at_recall']:.2f}",
            row["extends"] or "",
            _difference(row, "over_extended"),
            _difference(row, "over_logistic"),
        )
        last = row["experiment"]
    console.print(table)
    console.print(
        "Out of fold, holdout left aside; 95% intervals of owners drawn again, differences "
        "paired. Published: the old notebook, one test split."
    )


def _print_search(rows: pl.DataFrame, console: Console) -> None:
    table = _table("#", "Rate", "Depth", "Trees", "Rows", "Features", "Class weight", "PR-AUC")
    table.add_column("Over serving")
    shown = rows.filter((pl.col("candidate") <= 10) | pl.col("serving")).sort("candidate")
    for row in shown.iter_rows(named=True):
        table.add_row(
            f"{row['candidate']}{' (serves)' if row['serving'] else ''}",
            f"{row['learning_rate']:g}",
            str(row["max_depth"]),
            str(row["trees"]),
            f"{row['subsample']:g}",
            f"{row['colsample_bytree']:g}",
            row["class_weight"],
            f"{row['pr_auc']:.4f}",
            _difference(row, "over_serving", digits=4),
        )
    console.print(table)
    settings = ["learning_rate", "max_depth", "trees", "subsample", "colsample_bytree"]
    pairs = rows.pivot("class_weight", index=settings, values="pr_auc").drop_nulls()
    if {"balanced", "none"} <= set(pairs.columns) and pairs.height:
        gain = (pairs["balanced"] - pairs["none"]).to_numpy()
        console.print(
            f"A balanced class weight changes the PR-AUC by {gain.mean():+.4f} on average over "
            f"{pairs.height} pairs, {gain.min():+.4f} to {gain.max():+.4f}."
        )


def _print_backtest(rows: pl.DataFrame, console: Console) -> None:
    for row in rows.iter_rows(named=True):
        console.print(f"Tested on {row['tested_on']}, trained on {row['trained_on']}")
        table = _table("Measure", "Value")
        table.add_row("customers, churners", f"{row['rows']:,}, {row['churners']:,}")
        table.add_row("PR-AUC", _between(row, "pr_auc"))
        table.add_row("PR-AUC expected", f"{row['pr_auc_expected']:.3f}")
        table.add_row("ROC-AUC", f"{row['roc_auc']:.3f}")
        table.add_row("ECE", f"{row['ece']:.3f}")
        table.add_row("precision, recall", f"{row['precision']:.2f}, {row['recall']:.2f}")
        table.add_row("mean score, churn rate", f"{row['mean_score']:.3f}, {row['prevalence']:.3f}")
        console.print(table)
        console.print()


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title)
    return table


def _published(experiment: str, model: str) -> str:
    if experiment not in PUBLISHED or model not in _MODELS:
        return ""
    return f"{PUBLISHED[experiment][_MODELS.index(model)]:.3f}"


def _between(row: dict[str, float], name: str) -> str:
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f}-{row[f'{name}_high']:.3f})"


def _difference(row: dict[str, float | None], name: str, digits: int = 3) -> str:
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if value is None or low is None or high is None:
        return ""
    return f"{value:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
