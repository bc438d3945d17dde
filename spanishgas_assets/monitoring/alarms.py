"""Alarms: drift that the season does not explain, and labels that contradict the scores."""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.monitoring.tables import (
    HIGH,
    LOW,
    MEDIUM,
    OTHER_SEASON,
    PREVIOUS,
    SEASON,
    TRAINING,
)

#: Worst first.
_ORDER = [HIGH, MEDIUM, LOW]


def alarms(report: pl.DataFrame) -> pl.DataFrame:
    """Select the drifted features that need a person's attention.

    A feature alarms when it drifted from what the champion learned from and looks unlike the same
    season a year before (a change that comes every year is no news), or when it jumped since the
    previous snapshot and the season does not explain that either. Without a snapshot of the season,
    the training data alone decide, but for what follows the season: that is never called drifted
    from another season.

    Grain: one row per feature of a drift report (feature, severity, effect, against: the
    references it drifted from), worst first.
    """
    seasonal = report.filter(pl.col("reference") == SEASON)
    same = pl.col("note").ne_missing(OTHER_SEASON)
    quiet = seasonal.filter(~pl.col("drifted") & same)["feature"]
    moved = report.filter(
        pl.col("drifted")
        & pl.col("reference").is_in([TRAINING, PREVIOUS])
        & ~pl.col("feature").is_in(quiet.to_list())
    )
    rank = pl.col("severity").replace_strict({name: n for n, name in enumerate(_ORDER)})
    return (
        moved.with_columns(rank.alias("rank"))
        .sort("rank", "effect", "feature", "reference", descending=[False, True, False, True])
        .group_by("feature", maintain_order=True)
        .agg(
            pl.col("severity").first(),
            pl.col("effect").first(),
            pl.col("reference").sort(descending=True).str.join(", ").alias("against"),
        )
    )


def explain(found: pl.DataFrame, references: Sequence[str]) -> str:
    """Summarise the alarms in one sentence, with the references compared."""
    compared = ", ".join(references) or "nothing"
    if found.is_empty():
        return f"no relevant drift (compared with: {compared})"
    worst = ", ".join(
        f"{row['feature']} ({row['severity']}, effect {row['effect']:.2f})"
        for row in found.head(5).iter_rows(named=True)
    )
    more = f" and {found.height - 5} more" if found.height > 5 else ""
    return f"{found.height} drifted: {worst}{more} (compared with: {compared})"


def refuted(record: pl.DataFrame, tiers: pl.DataFrame) -> tuple[bool, str]:
    """Return whether the newest labels agree with the scores, and what contradicts them."""
    judged = record.filter((pl.col("metric") == "pr_auc") & pl.col("realised").is_not_null())
    if judged.is_empty():
        return True, "no labels yet"
    newest = judged.sort("scored_snapshot").row(-1, named=True)
    off = tiers.filter((pl.col("scored_snapshot") == newest["scored_snapshot"]) & pl.col("off"))
    contradictions = [
        f"tier {row['risk_tier']}: {row['churn_rate']:.1%} churned, "
        f"{row['expected_churn_rate']:.1%} expected"
        for row in off.iter_rows(named=True)
    ]
    if newest["realised"] < newest["estimated_low"]:
        contradictions.insert(
            0,
            f"PR-AUC {newest['realised']:.3f}, below the expected {newest['estimated_low']:.3f} to "
            f"{newest['estimated_high']:.3f}",
        )
    summary = "; ".join(contradictions) or "as expected"
    return not contradictions, f"labels of {newest['scored_snapshot']}: {summary}"
