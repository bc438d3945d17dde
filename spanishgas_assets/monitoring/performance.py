"""Performance without labels: what calibrated probabilities promise about themselves.

If a probability p is right, the customer leaves with chance p; counts of hits and misses then have
known expectations, in closed form (confidence-based estimation). ROC-AUC and PR-AUC are quotients
of expectations, which for thousands of customers are as good as expectations of the quotients.
"""

import polars as pl

from spanishgas_assets.monitoring.tables import PERFORMANCE_ESTIMATE


def performance_estimate(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Estimate how the scores will do, from the scores alone.

    Grain: one row per metric. ``scored`` is SCORED_CUSTOMERS: churn_probability calibrated, and
    churn_flag. Customers and churners are counts, the rest shares; a quotient without a
    denominator is null.
    """
    p = pl.col("churn_probability")
    flagged = pl.col("churn_flag")
    counts = scored.select(
        pl.len().cast(pl.Float64).alias("customers"),
        flagged.sum().cast(pl.Float64).alias("flagged"),
        p.sum().alias("expected_churners"),
        p.filter(flagged).sum().alias("expected_flagged_churners"),
        (p * (1 - p)).mean().alias("expected_brier_score"),
    )
    quotients = counts.with_columns(
        _share("expected_churners", "customers").alias("expected_churn_rate"),
        _share("expected_flagged_churners", "flagged").alias("expected_precision"),
        _share("expected_flagged_churners", "expected_churners").alias("expected_recall"),
    )
    metrics = pl.concat([quotients, _ranking(scored)], how="horizontal")
    return PERFORMANCE_ESTIMATE.arrange(metrics.unpivot(variable_name="metric", value_name="value"))


def _ranking(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Estimate ROC-AUC and average precision: one row.

    Customers of equal score form a step of n customers with probability p. A pair of a churner and
    a stayer is ordered rightly if the churner stands on a higher step, and by half on the same
    one. A churner on a step finds, down to its end, itself and the expected churners among the
    others there: (churners so far - p + 1) / customers so far is its precision.
    """
    p, n = pl.col("churn_probability"), pl.col("n")
    churners, stayers = n * p, n * (1 - p)
    steps = (
        scored.group_by("churn_probability")
        .agg(pl.len().cast(pl.Float64).alias("n"))
        .sort("churn_probability", descending=True)
    )
    churners_above = churners.cum_sum() - churners
    # No customer pairs with itself: n * p * (1 - p) pairs are not there.
    same_step = churners * stayers - n * p * (1 - p)
    rightly = (churners_above * stayers + same_step / 2).sum()
    pairs = churners.sum() * stayers.sum() - (n * p * (1 - p)).sum()
    precision = (churners.cum_sum() - p + 1) / n.cum_sum()
    return steps.select(
        pl.when(pairs > 0).then(rightly / pairs).alias("expected_roc_auc"),
        pl.when(churners.sum() > 0)
        .then((churners * precision).sum() / churners.sum())
        .alias("expected_pr_auc"),
    )


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
