"""How much each feature tells of the label, so that one that tells too much is seen."""

import re
from math import log

import polars as pl

from spanishgas_assets.gold.bins import binned

#: Highest share of the label's entropy that one feature may explain without being named below. The
#: renewal date alone explains 14% of it; with a hundred churners chance adds a few points.
INFORMATION_LIMIT = 0.25

_TEXT = (
    "made from the text of the latest note: this retailer's notes nearly reveal who left "
    "(docs/domain.md#notes-reveal-the-label: of negative notes, 99.4% are churners'), "
    "though none is dated on or after the snapshot"
)
#: Features that may explain more, and why.
EXPECTED = dict.fromkeys(
    (
        "customer_intent",
        "is_complaint_intent",
        "recent_complaint_flag",
        "intent_severity_score",
        "sentiment_label",
        "is_negative_sentiment",
        "complaint_x_negative_sentiment",
        "intent_x_renewal_bucket",
        "intent_x_tenure_bucket",
        "intent_x_sentiment",
        "sentiment_x_renewal_bucket",
        "competition_x_intent",
    ),
    _TEXT,
)

#: A feature with one of these words in its name is named after the label.
_LABEL_WORDS = re.compile(r"(^|_)(churn|churned|churner|target|outcome)(_|$)")

#: With fewer customers than this in a class, chance alone tells too much of the label to judge.
LEAST_OF_A_CLASS = 50

#: Values shared by fewer customers are not shown as the one that tells most.
_LEAST_CUSTOMERS = 20

INFORMATION = pl.Schema(
    {
        "feature": pl.String,
        "information": pl.Float64,
        "telling_value": pl.String,
        "customers": pl.Int64,
        "churn_rate": pl.Float64,
    }
)


def named_after_label(names: list[str]) -> list[str]:
    """Keep the names that speak of the label."""
    return [name for name in names if _LABEL_WORDS.search(name)]


def label_information(
    features: pl.DataFrame, labels: pl.DataFrame, least_of_a_class: int = LEAST_OF_A_CLASS
) -> pl.DataFrame:
    """Mutual information of each feature and the label, as a share of the label's entropy.

    Grain: one row per column of ``features`` (without customer_id), most telling first: feature,
    information (0 tells nothing, 1 tells all; numbers are cut at their deciles, a null is a value;
    less what chance alone would tell, by Miller and Madow) and the value whose customers' churn
    rate is farthest from the mean, with their number and rate. No row where either class has
    fewer customers than ``least_of_a_class``.

    Args:
        features: customer_id and the features.
        labels: customer_id and churn (0, 1 or null).
        least_of_a_class: customers that each class needs for a judgement.
    """
    labelled = labels.select("customer_id", "churn").drop_nulls("churn")
    known = features.join(labelled, on="customer_id")
    churners = int(known["churn"].sum())
    if min(churners, known.height - churners) < max(least_of_a_class, 1):
        return INFORMATION.to_frame()
    rate = churners / known.height
    rows = [
        _information(binned(known[name], known[name]), known["churn"], rate).with_columns(
            feature=pl.lit(name)
        )
        for name in features.columns
        if name != "customer_id"
    ]
    return (
        pl.concat(rows)
        .select(list(INFORMATION))
        .sort("information", "feature", descending=[True, False])
    )


def _information(values: pl.Series, churn: pl.Series, rate: float) -> pl.DataFrame:
    """One row: what a column of few values tells of a label with the given mean."""
    counted = (
        pl.DataFrame({"value": values, "churn": churn})
        .group_by("value")
        .agg(customers=pl.len().cast(pl.Int64), churn_rate=pl.col("churn").mean())
        .sort("value")
    )
    weight = pl.col("customers") / pl.col("customers").sum()
    left = (weight * _entropy(pl.col("churn_rate"))).sum()
    by_chance = (pl.len() - 1) / (2 * log(2) * churn.len())
    distance = pl.when(pl.col("customers") >= _LEAST_CUSTOMERS).then(
        (pl.col("churn_rate") - rate).abs()
    )
    return counted.select(
        information=(1 - (left + by_chance) / _entropy(pl.lit(rate))).clip(0, 1),
        telling_value=pl.col("value").get(distance.arg_max().fill_null(0)),
        customers=pl.col("customers").get(distance.arg_max().fill_null(0)),
        churn_rate=pl.col("churn_rate").get(distance.arg_max().fill_null(0)),
    )


def _entropy(rate: pl.Expr) -> pl.Expr:
    """Bits of a label with this mean; 0 for a label that is always the same."""
    parts = (share * share.log(2) for share in (rate, 1 - rate))
    return -pl.sum_horizontal(pl.when(part.is_finite()).then(part) for part in parts)
