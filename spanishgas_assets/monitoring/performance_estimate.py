"""Performance without labels: what calibrated probabilities promise about themselves.

If a probability p is right, the customer leaves with chance p; counts of hits and misses then have
known expectations, in closed form (confidence-based estimation). ROC-AUC and PR-AUC are quotients
of expectations, which for thousands of customers are as good as expectations of the quotients.
The interval is where a metric falls when every customer leaves by that chance, and the
probabilities are as far off as the few customers who calibrated them leave open.

A score says who leaves if nobody offers them anything, and so does the estimate.

Sums are exact ones (``math.fsum``) or run over sorted values: a sum that Polars splits among its
threads differs in the last digit from machine to machine.
"""

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.monitoring.calibration_error import CalibrationError
from spanishgas_assets.monitoring.tables import PERFORMANCE_ESTIMATE

#: Imagined outcomes behind an interval, and where they start.
DRAWS, SEED = 200, 8
_INTERVAL = (0.025, 0.975)

#: Metrics that a table without customers, or without risk, leaves open.
_MAY_BE_UNKNOWN = ("expected_brier_score", "expected_roc_auc", "expected_pr_auc")

#: Metrics that labels can confirm, in the order of the table.
REALISED_METRICS = (
    "brier_score",
    "churn_rate",
    "churners",
    "pr_auc",
    "precision",
    "recall",
    "roc_auc",
)


def performance_estimate(
    scored: pl.LazyFrame, error: CalibrationError | None = None
) -> pl.LazyFrame:
    """Estimate how the scores will do, from the scores alone.

    Grain: one row per metric. ``scored`` is SCORED_CUSTOMERS: churn_probability calibrated, and
    churn_flag. Customers and churners are counts, the rest shares; a quotient without a
    denominator is null. What is known for sure (customers, flagged) is its own interval. ``error``
    is that of the model which scored; without it the probabilities are taken for exact.
    """
    rows = scored.select("churn_probability", "churn_flag").collect()
    p, flagged = rows["churn_probability"].to_numpy(), rows["churn_flag"].to_numpy()
    counts = pl.LazyFrame(
        {
            "customers": float(len(p)),
            "flagged": float(flagged.sum()),
            "expected_churners": math.fsum(p),
            "expected_flagged_churners": math.fsum(p[flagged]),
            "expected_brier_score": math.fsum(p * (1 - p)) / len(p) if len(p) else None,
            **_ranking(p),
        },
        schema_overrides=dict.fromkeys(_MAY_BE_UNKNOWN, pl.Float64),
    )
    metrics = counts.with_columns(
        _share("expected_churners", "customers").alias("expected_churn_rate"),
        _share("expected_flagged_churners", "flagged").alias("expected_precision"),
        _share("expected_flagged_churners", "expected_churners").alias("expected_recall"),
    )
    estimates = metrics.unpivot(variable_name="metric", value_name="value")
    known = pl.col("metric").is_in(["customers", "flagged"])
    return PERFORMANCE_ESTIMATE.arrange(
        estimates.join(_intervals(scored, error), on="metric", how="left").with_columns(
            pl.when(known)
            .then("value")
            # An interval around nothing is nothing.
            .otherwise(pl.when(pl.col("value").is_not_null()).then(end))
            .alias(end)
            for end in ("low", "high")
        )
    )


def realised_metrics(scored: pl.DataFrame) -> dict[str, float | None]:
    """Return the estimated metrics as the labels have them, by name without ``expected_``.

    ``scored`` is SCORED_CUSTOMERS with the column ``churn`` (0 or 1, no nulls). A metric without a
    denominator is None.
    """
    if scored.is_empty():
        return dict.fromkeys(REALISED_METRICS)
    churn = scored["churn"].to_numpy().astype(float)
    p, flagged = scored["churn_probability"].to_numpy(), scored["churn_flag"].to_numpy()
    ranked = Scored(p, churn)
    churners, caught = float(churn.sum()), float(churn[flagged].sum())
    metrics = ranked.metrics(1.0) if 0 < churners < len(churn) else {}
    return {
        "brier_score": float(np.mean((p - churn) ** 2)),
        "churn_rate": churners / len(churn),
        "churners": churners,
        "pr_auc": metrics.get("pr_auc"),
        "precision": caught / flagged.sum() if flagged.any() else None,
        "recall": caught / churners if churners else None,
        "roc_auc": metrics.get("roc_auc"),
    }


def _intervals(scored: pl.LazyFrame, error: CalibrationError | None) -> pl.LazyFrame:
    """Draw outcomes by chance and return the middle 95% of each metric: metric, low, high."""
    # Sorted, so that equal tables have equal draws whatever the order of their rows.
    rows = (
        scored.select("churn_probability", "churn_flag")
        .sort("churn_probability", "churn_flag")
        .collect()
    )
    random = np.random.default_rng(SEED)
    p = rows["churn_probability"].to_numpy()
    outcomes = []
    for _ in range(DRAWS):
        chance = error.draw(random, p) if error else p
        left = pl.Series("churn", random.random(len(p)) < chance)
        outcomes.append(realised_metrics(rows.with_columns(left)))
    drawn = pl.LazyFrame(outcomes, schema=dict.fromkeys(REALISED_METRICS, pl.Float64))
    low, high = (
        drawn.select(pl.all().quantile(share, "linear")).unpivot(
            variable_name="metric", value_name=end
        )
        for end, share in zip(("low", "high"), _INTERVAL, strict=True)
    )
    return low.join(high, on="metric").with_columns(
        pl.format("expected_{}", "metric").alias("metric")
    )


def _ranking(probabilities: NDArray[np.float64]) -> dict[str, float | None]:
    """Estimate ROC-AUC and average precision.

    Customers of equal score form a step of n customers with probability p. A pair of a churner and
    a stayer is ordered rightly if the churner stands on a higher step, and by half on the same
    one. A churner on a step finds, down to its end, itself and the expected churners among the
    others there: (churners so far - p + 1) / customers so far is its precision.
    """
    levels, sizes = np.unique(probabilities, return_counts=True)
    p, n = levels[::-1], sizes[::-1].astype(float)
    churners, stayers = n * p, n * (1 - p)
    churners_so_far = np.cumsum(churners)
    # No customer pairs with itself: n * p * (1 - p) pairs are not there.
    with_itself = n * p * (1 - p)
    same_step = churners * stayers - with_itself
    rightly = math.fsum((churners_so_far - churners) * stayers + same_step / 2)
    expected = math.fsum(churners)
    pairs = expected * math.fsum(stayers) - math.fsum(with_itself)
    precision = (churners_so_far - p + 1) / np.cumsum(n)
    return {
        "expected_roc_auc": rightly / pairs if pairs > 0 else None,
        "expected_pr_auc": math.fsum(churners * precision) / expected if expected > 0 else None,
    }


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
