"""How good a model is for whom: every evaluation again, group by group."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.churn.evaluation.bootstrap import Interval, evaluate
from spanishgas_assets.churn.evaluation.metrics import Scored

#: A group with fewer churners than this is shown, marked as small, and judged by nobody.
SMALL_CHURNERS = 50
#: Tenure below which a customer counts as new.
NEW_MONTHS = 12

SEGMENT, CHANNEL, TENURE, AGE = "segment", "sales_channel", "tenure_bucket", "customer_age"
DIMENSIONS = (SEGMENT, CHANNEL, TENURE, AGE)

_METRICS = (
    "pr_auc", "roc_auc", "precision", "recall", "ece", "brier", "prevalence", "mean_score",
)  # fmt: skip


@dataclass(frozen=True)
class GroupEvaluation:
    """One group's figures; no metrics where all of its customers have the same label."""

    dimension: str
    group: str
    rows: int
    churners: int
    small: bool
    metrics: dict[str, Interval]


def with_dimensions(training_set: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id and the columns that groups are made by (segment, channel, tenure, age).

    ``customer_age``: ``new`` in the first twelve months, then ``old``.
    """
    new = pl.col("tenure_months") < NEW_MONTHS
    return training_set.select(
        "customer_id",
        SEGMENT,
        CHANNEL,
        TENURE,
        pl.when(new).then(pl.lit("new")).otherwise(pl.lit("old")).alias(AGE),
    )


def evaluate_groups(
    membership: pl.DataFrame,
    dimensions: pl.DataFrame,
    threshold: float,
    *,
    seed: int,
    count: int,
) -> list[GroupEvaluation]:
    """Evaluate each group of each dimension on its own rows.

    Args:
        membership: customer_id, group_id, churn and probability.
        dimensions: as :func:`with_dimensions` gives them.
        threshold: probability from which a customer is flagged.
        seed: of the resamples.
        count: of the resamples.
    """
    rows = membership.join(dimensions, on="customer_id", how="inner", maintain_order="left")
    return [
        _evaluated(dimension, group, part, threshold, seed=seed, count=count)
        for dimension in DIMENSIONS
        for group, part in _parts(rows, dimension)
    ]


def _parts(rows: pl.DataFrame, dimension: str) -> Iterator[tuple[str, pl.DataFrame]]:
    for (group,), part in sorted(rows.partition_by(dimension, as_dict=True).items()):
        yield str(group), part


def _evaluated(
    dimension: str, group: str, part: pl.DataFrame, threshold: float, *, seed: int, count: int
) -> GroupEvaluation:
    churners = int(part["churn"].sum())
    metrics = {}
    if 0 < churners < part.height:
        scored = Scored(part["probability"].to_numpy(), part["churn"].to_numpy())
        found = evaluate(scored, part["group_id"].to_numpy(), threshold, seed=seed, count=count)
        metrics = {name: found[name] for name in _METRICS}
    return GroupEvaluation(
        dimension, group, part.height, churners, churners < SMALL_CHURNERS, metrics
    )
