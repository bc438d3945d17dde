"""Contracts of the monitoring layer: what moved, how good the scores should be and were, checks."""

from datetime import date

from spanishgas_assets.retention.column_values import RISK_TIERS
from spanishgas_assets.tables.contracts import Contract, Table, column

KINDS = ["numeric", "categorical"]

TRAINING, SEASON, PREVIOUS = "training", "season", "previous"
REFERENCES = [TRAINING, SEASON, PREVIOUS]

NOT_DRIFTED = "none"
LOW, MEDIUM, HIGH = "low", "medium", "high"
SEVERITIES = [NOT_DRIFTED, LOW, MEDIUM, HIGH]

TOO_FEW_ROWS = "too few rows"
TOO_FEW_VALUES = "too few values"
ABSENT_FROM_REFERENCE = "absent from the reference"
ABSENT_FROM_CURRENT = "absent from the current data"
OTHER_SEASON = "follows the season, which is another"
NOTES = [TOO_FEW_ROWS, TOO_FEW_VALUES, ABSENT_FROM_REFERENCE, ABSENT_FROM_CURRENT, OTHER_SEASON]

TRENDS = ["new", "better", "same", "worse"]

_NOT_NUMERIC = "a categorical feature, or too few values to compare"
_NOT_CATEGORICAL = "a numeric feature, or too few values to compare"
_TOO_FEW_ROWS = "too few rows to compare"
_NO_LABELS = "no labels of the snapshot yet, or not defined on them"
_NOT_DEFINED = "not defined, e.g. precision without a flagged one"


class DriftReport(Contract):
    """How each feature, and the score, differ between a reference and the current data.

    Grain: one row per (reference, feature). A feature has drifted when its p-value survives
    false-discovery control over all features of the reference at 1% and the shift is large enough
    to matter: PSI, KS statistic or Jensen-Shannon distance of 0.1 or more.
    """

    reference: str = column(
        "training: the champion's training set; season: the snapshot of a year before; previous: "
        "the snapshot before this one.",
        isin=REFERENCES,
    )
    feature: str = column("Feature, or churn_probability.", str_length={"min_value": 1})
    reference_snapshot: date = column("As-of date of the reference.")
    kind: str = column("Compared as numbers or as categories.", isin=KINDS)
    reference_rows: int = column("Rows of the reference.", unit="rows", ge=0)
    current_rows: int = column("Rows of the current data.", unit="rows", ge=0)
    reference_missing_share: float = column(
        "Null, NaN or infinite values of the reference.", unit="share", ge=0, le=1
    )
    current_missing_share: float = column(
        "Null, NaN or infinite values of the current data.", unit="share", ge=0, le=1
    )
    ks_statistic: float = column(
        "Largest distance between the two distribution functions.",
        null=_NOT_NUMERIC,
        structural=True,
        ge=0,
        le=1,
    )
    ks_p_value: float = column(
        "p-value of the two-sample Kolmogorov-Smirnov test.",
        null=_NOT_NUMERIC,
        structural=True,
        ge=0,
        le=1,
    )
    wasserstein: float = column(
        "How far values moved on average (Wasserstein distance), in spreads of the reference: "
        "half the distance from its 16th to its 84th percentile, or its standard deviation where "
        "they agree; that of both samples together where the reference is constant.",
        unit="spreads",
        null=_NOT_NUMERIC,
        structural=True,
        ge=0,
    )
    jensen_shannon: float = column(
        "Jensen-Shannon distance (base 2) between the shares of the categories.",
        null=_NOT_CATEGORICAL,
        structural=True,
        ge=0,
        le=1,
    )
    chi_square_p_value: float = column(
        "p-value of the chi-square test on the counts of the categories.",
        null=_NOT_CATEGORICAL,
        structural=True,
        ge=0,
        le=1,
    )
    new_levels: str = column(
        "Categories that the reference does not have, joined by commas.",
        null="none",
        structural=True,
    )
    vanished_levels: str = column(
        "Categories that only the reference has, joined by commas.",
        null="none",
        structural=True,
    )
    psi: float = column(
        "Population stability index over deciles of the reference or categories; the missing "
        "values are a bin of their own.",
        null=_TOO_FEW_ROWS,
        structural=True,
        ge=0,
    )
    p_value: float = column(
        "The smaller of the p-values of the values and of the missing share, doubled.",
        null=_TOO_FEW_ROWS,
        structural=True,
        ge=0,
        le=1,
    )
    q_value: float = column(
        "p_value adjusted over all features of the reference (Benjamini-Hochberg).",
        null=_TOO_FEW_ROWS,
        structural=True,
        ge=0,
        le=1,
    )
    effect: float = column(
        "The largest of PSI, KS statistic and Jensen-Shannon distance; of numbers that moved by "
        "less than 0.05 spreads only the PSI of the missing share.",
        null=_TOO_FEW_ROWS,
        structural=True,
        ge=0,
    )
    importance: float = column(
        "Share of the champion's total gain; 1 for churn_probability.", unit="share", ge=0, le=1
    )
    drifted: bool = column("q_value at most 0.01 and an effect of 0.1 or more.")
    severity: str = column(
        "Effect times importance of a drifted feature: high from 0.1, medium from 0.01, else low.",
        isin=SEVERITIES,
    )
    old_rule_drifted: bool = column("What the old system said: KS p-value below 0.01.")
    note: str = column(
        "What kept the feature from a full comparison.",
        null="fully compared",
        structural=True,
        isin=NOTES,
    )


class PerformanceEstimate(Contract):
    """How good the scores should be if the probabilities are right, before any label is known.

    Grain: one row per metric. An estimate from confidence: it sees a change in the mix of
    customers, not a change in how customers behave.
    """

    metric: str = column("What is estimated.", str_length={"min_value": 1})
    value: float = column("The estimate.", null=_NOT_DEFINED, structural=True)
    low: float = column(
        "Lower end of the 95% interval: where the metric falls when customers leave by chance, "
        "each with the probability of its score, as far off as its calibration leaves open.",
        null=_NOT_DEFINED,
        structural=True,
    )
    high: float = column("Upper end of the 95% interval.", null=_NOT_DEFINED, structural=True)


class RealisedPerformance(Contract):
    """What was expected of each scored snapshot, and what its labels said when they came.

    Grain: one row per (scored_snapshot, metric), of this snapshot and every stored one before it.
    """

    scored_snapshot: date = column("Snapshot whose scores are judged.")
    metric: str = column("What is estimated.", str_length={"min_value": 1})
    model_version: str = column("Model that scored.", str_length={"min_value": 1})
    labelled_customers: int = column(
        "Scored customers with a label who accepted no offer near the snapshot.",
        unit="customers",
        ge=0,
    )
    estimated: float = column(
        "The estimate over the labelled customers; over all of them where none has a label.",
        null=_NOT_DEFINED,
        structural=True,
    )
    estimated_low: float = column(
        "Lower end of its 95% interval.", null=_NOT_DEFINED, structural=True
    )
    estimated_high: float = column(
        "Upper end of its 95% interval.", null=_NOT_DEFINED, structural=True
    )
    realised: float = column("The same metric on the labels.", null=_NO_LABELS, structural=True)
    within_interval: bool = column(
        "The labels fell inside the interval.", null=_NO_LABELS, structural=True
    )


class TierCalibration(Contract):
    """Whether as many customers of each risk tier left as their scores had said.

    Grain: one row per (scored_snapshot, risk_tier) with labelled customers, of this snapshot and
    every stored one before it.
    """

    scored_snapshot: date = column("Snapshot whose scores are judged.")
    risk_tier: str = column("Tier.", isin=RISK_TIERS)
    labelled_customers: int = column(
        "Customers of the tier with a label who accepted no offer near the snapshot.",
        unit="customers",
        ge=1,
    )
    expected_churn_rate: float = column("Mean probability.", unit="share", ge=0, le=1)
    churn_rate: float = column("Share that left.", unit="share", ge=0, le=1)
    standard_error: float = column(
        "Standard error of the churn rate if the probabilities are right.", unit="share", ge=0
    )
    off: bool = column("Churn rate further than 3 standard errors and 2 points from expected.")


class CheckSummary(Contract):
    """The latest outcome of every check on every table that a snapshot stands on.

    Grain: one row per (table, check). A monthly table's check counts its twelve months.
    """

    table: str = column("Table or asset, as layer/name.", str_length={"min_value": 1})
    check: str = column("Check.", str_length={"min_value": 1})
    partitions: int = column("Partitions with an outcome.", unit="partitions", ge=0)
    failed: int = column("Partitions whose latest outcome is a failure.", unit="partitions", ge=0)
    severity: str = column(
        "Worst severity among the failures.",
        null="nothing failed",
        structural=True,
        isin=["WARN", "ERROR"],
    )
    says: str = column("What the latest failure says.", null="nothing failed", structural=True)
    failed_before: int = column(
        "Failed partitions in the summary of the snapshot before.",
        unit="partitions",
        null="not in an earlier summary",
        structural=True,
        ge=0,
    )
    trend: str = column("Failures against the summary of the snapshot before.", isin=TRENDS)
    snapshots_failing: int = column(
        "Consecutive summaries, this one included, in which the check fails.",
        unit="snapshots",
        ge=0,
    )


def _table(name: str, model: type[Contract], *grain: str) -> Table:
    return Table("monitoring", name, model, grain, "snapshot", of_results=True)


DRIFT_REPORT = _table("drift_report", DriftReport, "reference", "feature")
PERFORMANCE_ESTIMATE = _table("performance_estimate", PerformanceEstimate, "metric")
REALISED_PERFORMANCE = _table(
    "realised_performance", RealisedPerformance, "scored_snapshot", "metric"
)
TIER_CALIBRATION = _table("tier_calibration", TierCalibration, "scored_snapshot", "risk_tier")
CHECK_SUMMARY = _table("check_summary", CheckSummary, "table", "check")
TABLES = (DRIFT_REPORT, PERFORMANCE_ESTIMATE, REALISED_PERFORMANCE, TIER_CALIBRATION, CHECK_SUMMARY)
