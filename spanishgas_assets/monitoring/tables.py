"""Contracts of the monitoring layer: what has moved, and how good the scores should be."""

from spanishgas_assets.contracts import Contract, Table, column

KINDS = ["numeric", "categorical"]
TOO_FEW_ROWS = "too few rows"
TOO_FEW_VALUES = "too few values"
ABSENT_FROM_REFERENCE = "absent from the reference"
ABSENT_FROM_CURRENT = "absent from the current data"
NOTES = [TOO_FEW_ROWS, TOO_FEW_VALUES, ABSENT_FROM_REFERENCE, ABSENT_FROM_CURRENT]

_NOT_NUMERIC = "a categorical feature, or too few values to compare"
_NOT_CATEGORICAL = "a numeric feature, or too few values to compare"
_TOO_FEW_ROWS = "too few rows to compare"


class DriftReport(Contract):
    """How each feature, and the score, differ between a reference and the current data.

    Grain: one row per feature. A feature has drifted when its p-value survives false-discovery
    control over all features at 1% and the shift is large enough to matter: PSI, KS statistic or
    Jensen-Shannon distance of 0.1 or more.
    """

    feature: str = column("Feature, or churn_probability.", str_length={"min_value": 1})
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
        "p_value adjusted over all features (Benjamini-Hochberg).",
        null=_TOO_FEW_ROWS,
        structural=True,
        ge=0,
        le=1,
    )
    drifted: bool = column("q_value at most 0.01 and an effect of 0.1 or more.")
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
    value: float = column(
        "The estimate.", null="not defined, e.g. precision without a flagged one", structural=True
    )


DRIFT_REPORT = Table("monitoring", "drift_report", DriftReport, ("feature",), "snapshot")
PERFORMANCE_ESTIMATE = Table(
    "monitoring", "performance_estimate", PerformanceEstimate, ("metric",), "snapshot"
)
