"""How the feature ablation looks: PR-AUC of each experiment and model, with its interval."""

import polars as pl

from spanishgas_assets.charts.axes import Bar, bar_chart


def ablation_picture(ablation: pl.DataFrame) -> str:
    """Draw a group of bars per experiment, one bar per model (contract ABLATION)."""
    rows = ablation.sort("order")
    groups = [
        (
            str(experiment),
            [
                Bar(row["model"], row["pr_auc"], row["pr_auc_low"], row["pr_auc_high"])
                for row in part.iter_rows(named=True)
            ],
        )
        for (experiment,), part in rows.group_by("experiment", maintain_order=True)
    ]
    return bar_chart("PR-AUC by experiment and model, 95% intervals", groups)
