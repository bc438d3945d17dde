"""Drift: which features, and whether the score, moved away from a reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from spanishgas_assets.monitoring import distances
from spanishgas_assets.monitoring.tables import (
    ABSENT_FROM_CURRENT,
    ABSENT_FROM_REFERENCE,
    DRIFT_REPORT,
    HIGH,
    LOW,
    MEDIUM,
    NOT_DRIFTED,
    OTHER_SEASON,
    TOO_FEW_ROWS,
    TOO_FEW_VALUES,
)

#: Name of the score among the features.
PREDICTIONS = "churn_probability"

#: Highest share of false alarms among the features called drifted.
FALSE_DISCOVERY_RATE = 0.01
#: Least PSI, KS statistic or Jensen-Shannon distance that matters.
LEAST_EFFECT = 0.1
#: Least normalised Wasserstein distance with which a PSI or KS statistic of numbers counts: where
#: few values are shared by many, a rounding error carries whole steps of the distribution along.
LEAST_MOVE = 0.05
#: Effect times importance from which a drifted feature is of high, or of medium, severity.
HIGH_FROM, MEDIUM_FROM = 0.1, 0.01
#: The old system's rule: a KS p-value below this, whatever the size of the shift.
OLD_RULE_P = 0.01
#: Fewest rows, and fewest present values, on both sides for a comparison.
FEWEST = 30
#: New or vanished categories that the report names; more are counted.
SHOWN_LEVELS = 10

_JUDGED = {"q_value", "drifted", "severity", "old_rule_drifted"}
_MEASURED = {
    name: kind for name, kind in DRIFT_REPORT.empty().schema.items() if name not in _JUDGED
}


@dataclass(frozen=True)
class Reference:
    """What the current data are compared with: a table of customers as of a date.

    Attributes:
        name: training, season or previous.
        as_of: date of the rows.
        rows: one row per customer.
        model_version: model of its churn_probability; None where it has none to compare.
        other_season: features that follow the season, where the rows are of another one: they are
            measured, and never called drifted.
    """

    name: str
    as_of: date
    rows: pl.DataFrame
    model_version: str | None = None
    other_season: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Compared:
    """What the values of one feature say, the missing ones left out; counts are for the PSI."""

    reference: distances.Counts
    current: distances.Counts
    p_value: float = 1.0
    ks_statistic: float | None = None
    ks_p_value: float | None = None
    wasserstein: float | None = None
    jensen_shannon: float | None = None
    chi_square_p_value: float | None = None
    new_levels: str | None = None
    vanished_levels: str | None = None


def drift(
    reference: Reference, current: pl.DataFrame, importance: Mapping[str, float]
) -> pl.DataFrame:
    """Compare each feature's distribution in two tables of customers.

    Grain: one row per feature (DRIFT_REPORT), sorted. ``importance`` names the features, of which
    ``churn_probability`` may be one, and what share of the model rests on each. A column that a
    table lacks counts as missing in all its rows. With fewer than 30 rows on a side nothing is
    compared; with fewer than 30 values present, only the missing share is.
    """
    before, now = (_finite(table, list(importance)) for table in (reference.rows, current))
    rows = [
        _compare(feature, before[feature], now[feature])
        | {
            "reference": reference.name,
            "reference_snapshot": reference.as_of,
            "importance": weight,
            "note": _note(feature, reference, current),
        }
        for feature, weight in importance.items()
    ]
    report = pl.DataFrame(rows, schema=_MEASURED)
    report = report.with_columns(_adjusted(report["p_value"]).alias("q_value")).with_columns(
        (
            (pl.col("q_value") <= FALSE_DISCOVERY_RATE)
            & (pl.col("effect") >= LEAST_EFFECT)
            & pl.col("note").ne_missing(OTHER_SEASON)
        )
        .fill_null(value=False)
        .alias("drifted"),
        (pl.col("ks_p_value") < OLD_RULE_P).fill_null(value=False).alias("old_rule_drifted"),
        pl.when(
            pl.col("note").is_null()
            & pl.col("ks_statistic").is_null()
            & pl.col("jensen_shannon").is_null()
        )
        .then(pl.lit(TOO_FEW_VALUES))
        .otherwise("note")
        .alias("note"),
    )
    return DRIFT_REPORT.arrange(report.lazy().with_columns(_severity())).collect()


def _severity() -> pl.Expr:
    """Weigh a drifted feature's shift by what the model owes to the feature."""
    weight = pl.col("effect") * pl.col("importance")
    return (
        pl.when(~pl.col("drifted"))
        .then(pl.lit(NOT_DRIFTED))
        .when(weight >= HIGH_FROM)
        .then(pl.lit(HIGH))
        .when(weight >= MEDIUM_FROM)
        .then(pl.lit(MEDIUM))
        .otherwise(pl.lit(LOW))
        .alias("severity")
    )


def _finite(table: pl.DataFrame, features: Sequence[str]) -> pl.DataFrame:
    """Choose columns, infinite and NaN values null; one that the table lacks is all null."""
    schema = table.schema
    return table.select(
        pl.Series(name, [None] * table.height, dtype=pl.Null)
        if name not in schema
        else pl.when(pl.col(name).is_finite()).then(name)
        if schema[name].is_float()
        else name
        for name in features
    )


def _compare(feature: str, reference: pl.Series, current: pl.Series) -> dict[str, object]:
    kinds = {values.dtype for values in (reference, current)} - {pl.Null}
    numeric = all(kind.is_numeric() for kind in kinds)
    measured: dict[str, object] = {
        "feature": feature,
        "kind": "numeric" if numeric else "categorical",
        "reference_rows": reference.len(),
        "current_rows": current.len(),
        "reference_missing_share": _missing_share(reference),
        "current_missing_share": _missing_share(current),
    }
    if min(reference.len(), current.len()) < FEWEST:
        return measured
    present = reference.drop_nulls(), current.drop_nulls()
    if min(len(values) for values in present) < FEWEST:
        compared = _Compared(np.array([len(present[0])]), np.array([len(present[1])]))
    else:
        compared = (_compare_numbers if numeric else _compare_categories)(*present)
    missing = reference.null_count(), current.null_count()
    presence = (
        np.array([len(present[0]), missing[0]]),
        np.array([len(present[1]), missing[1]]),
    )
    psi = distances.stability_index(
        np.append(compared.reference, missing[0]), np.append(compared.current, missing[1])
    )
    stayed = compared.wasserstein is not None and compared.wasserstein < LEAST_MOVE
    return measured | {
        "ks_statistic": compared.ks_statistic,
        "ks_p_value": compared.ks_p_value,
        "wasserstein": compared.wasserstein,
        "jensen_shannon": compared.jensen_shannon,
        "chi_square_p_value": compared.chi_square_p_value,
        "new_levels": compared.new_levels,
        "vanished_levels": compared.vanished_levels,
        "psi": psi,
        "effect": distances.stability_index(*presence)
        if stayed
        else max(psi, compared.ks_statistic or 0.0, compared.jensen_shannon or 0.0),
        # Two looks at one feature: the better one is paid for by doubling (Bonferroni).
        "p_value": min(1.0, 2 * min(compared.p_value, distances.chi_square_p(*presence))),
    }


def _compare_numbers(reference: pl.Series, current: pl.Series) -> _Compared:
    samples = distances.to_unit(
        *(values.cast(pl.Float64).to_numpy() for values in (reference, current))
    )
    gaps, widths = distances.function_gaps(*samples)
    moved = distances.wasserstein(gaps, widths)
    statistic = distances.kolmogorov_smirnov(gaps, widths)
    p_value = distances.kolmogorov_smirnov_p(statistic, (len(reference), len(current)))
    return _Compared(
        *distances.decile_counts(*samples),
        p_value=p_value,
        ks_statistic=statistic,
        ks_p_value=p_value,
        wasserstein=moved / distances.spread(*samples) if moved else 0.0,
    )


def _compare_categories(reference: pl.Series, current: pl.Series) -> _Compared:
    before, now = (
        dict(values.value_counts().select(pl.nth(0).cast(pl.String), "count").iter_rows())
        for values in (reference, current)
    )
    # Sorted, so that sums do not depend on the order in which levels were met.
    levels = sorted(before.keys() | now.keys())
    reference_counts, current_counts = (
        np.array([counted.get(level, 0) for level in levels]) for counted in (before, now)
    )
    p_value = distances.chi_square_p(reference_counts, current_counts)
    return _Compared(
        reference_counts,
        current_counts,
        p_value=p_value,
        jensen_shannon=distances.jensen_shannon(reference_counts, current_counts),
        chi_square_p_value=p_value,
        new_levels=_named([level for level in levels if level not in before]),
        vanished_levels=_named([level for level in levels if level not in now]),
    )


def _named(levels: Sequence[str]) -> str | None:
    if not levels:
        return None
    more = len(levels) - SHOWN_LEVELS
    return ", ".join(levels[:SHOWN_LEVELS]) + (f" and {more:,} more" if more > 0 else "")


def _missing_share(values: pl.Series) -> float:
    return values.null_count() / values.len() if values.len() else 0.0


def _note(feature: str, reference: Reference, current: pl.DataFrame) -> str | None:
    if feature not in reference.rows.columns:
        return ABSENT_FROM_REFERENCE
    if feature not in current.columns:
        return ABSENT_FROM_CURRENT
    if min(reference.rows.height, current.height) < FEWEST:
        return TOO_FEW_ROWS
    return OTHER_SEASON if feature in reference.other_season else None


def _adjusted(p_values: pl.Series) -> pl.Series:
    """Adjust p-values for their number (Benjamini and Hochberg, 1995); null stays null."""
    from scipy.stats import false_discovery_control

    known = p_values.is_not_null().arg_true()
    adjusted = pl.Series([None] * p_values.len(), dtype=pl.Float64)
    return adjusted.scatter(known, false_discovery_control(p_values.drop_nulls().to_numpy()))
