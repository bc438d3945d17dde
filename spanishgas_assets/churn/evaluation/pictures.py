"""How a model looks on rows it did not learn from: how it ranks, what it promises and uses."""

from collections.abc import Callable

import numpy as np

from spanishgas_assets.charts.axes import Bar, Line, bar_chart, line_chart
from spanishgas_assets.churn.evaluation.bootstrap import ENDS, resamples
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.model.churn_model import ChurnModel

#: Points and resamples of a curve's band; the ends of a band need no more to be seen.
_POINTS, _RESAMPLES = 60, 60
#: Of many rows fewer resamples do: their bands are thin, and each resample passes over all rows.
_FEWEST_RESAMPLES, _DRAWN_ROWS = 20, 12_000_000
_FEATURES = 15

_Curve = Callable[[Scored, Floats | None], tuple[Floats, Floats]]


def pictures(model: ChurnModel) -> dict[str, str]:
    """Draw everything there is to see of a model, as markdown by name."""
    return {
        "precision_recall": precision_recall_picture(model),
        "roc": roc_picture(model),
        "calibration": calibration_picture(model),
        "gains": gains_picture(model),
        "importance": importance_picture(model),
        **dependence_pictures(model),
    }


def precision_recall_picture(model: ChurnModel) -> str:
    """Draw precision against recall, for the model and the logistic baseline."""
    return line_chart(
        "Precision by recall",
        "recall (share of the churners found)",
        "precision",
        [
            precision_recall_line(model, "model", "probability"),
            precision_recall_line(model, "logistic", "baseline_score"),
        ],
    )


def roc_picture(model: ChurnModel) -> str:
    """Draw recall against the false positive rate."""
    return line_chart(
        "ROC",
        "false positive rate",
        "recall",
        [
            _line(model, "model", "probability", Scored.roc_curve),
            _line(model, "logistic", "baseline_score", Scored.roc_curve),
        ],
        diagonal=True,
    )


def gains_picture(model: ChurnModel) -> str:
    """Draw the share of the churners against the share of the customers contacted."""
    return line_chart(
        "Gains: churners reached by customers contacted",
        "share of the customers, highest probability first",
        "share of the churners",
        [
            gains_line(model, "model", "probability"),
            gains_line(model, "logistic", "baseline_score"),
        ],
        diagonal=True,
    )


def calibration_picture(model: ChurnModel) -> str:
    """Draw the churn rate of each tenth of the rows against its mean score, before and after."""
    return line_chart(
        "Churn rate by probability, tenths of the customers",
        "mean probability",
        "churn rate",
        [
            calibration_line(model, "before calibration", "raw_score"),
            calibration_line(model, "after", "probability"),
        ],
        diagonal=True,
    )


def importance_picture(model: ChurnModel) -> str:
    """Draw the mean absolute contribution of the strongest features."""
    strongest = list(model.card.importance.items())[:_FEATURES]
    return bar_chart(
        "Mean contribution to the log-odds (holdout)",
        [(_short(name), [Bar("contribution", value)]) for name, value in strongest],
    )


def dependence_pictures(model: ChurnModel) -> dict[str, str]:
    """Draw what each value of the strongest features adds to the chance of leaving.

    As odds: 1 changes nothing, 2 doubles the odds.
    """
    return {
        f"dependence_{one.feature}": bar_chart(
            f"Odds of leaving: {one.feature}",
            [
                (value, [Bar("odds", float(np.exp(added)))])
                for value, added in zip(one.values, one.contributions, strict=True)
            ],
        )
        for one in model.card.dependence
    }


def precision_recall_line(model: ChurnModel, name: str, column: str) -> Line:
    """Work out precision by recall of a column of scores, with its 95% band."""
    return _line(model, name, column, _precision_by_recall)


def gains_line(model: ChurnModel, name: str, column: str) -> Line:
    """Work out the share of churners by share of customers contacted, with its 95% band."""
    return _line(model, name, column, Scored.gains_curve)


def calibration_line(model: ChurnModel, name: str, column: str) -> Line:
    """Work out the churn rate of each tenth of the rows by its mean score, with its 95% band."""
    rows = model.membership
    scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
    mean, rate, size = scored.calibration_curve()
    sd = np.sqrt(rate * (1 - rate) / size)
    band = [(max(0.0, r - 1.96 * s), min(1.0, r + 1.96 * s)) for r, s in zip(rate, sd, strict=True)]
    return Line(name, list(zip(mean.tolist(), rate.tolist(), strict=True)), band)


def _line(model: ChurnModel, name: str, column: str, curve: _Curve) -> Line:
    """A curve at fixed places, with the band of its resamples."""
    rows = model.membership
    scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
    places = np.linspace(0, 1, _POINTS + 1)
    owners = rows["group_id"].rank("dense").to_numpy()
    count = max(_FEWEST_RESAMPLES, min(_RESAMPLES, _DRAWN_ROWS // max(rows.height, 1)))
    drawn = [
        np.interp(places, *curve(scored, weights))
        for weights in resamples(owners, count, model.card.seed)
    ]
    low, high = np.percentile(drawn, ENDS, axis=0)
    heights = np.interp(places, *curve(scored, None))
    return Line(
        name,
        list(zip(places.tolist(), heights.tolist(), strict=True)),
        list(zip(low.tolist(), high.tolist(), strict=True)),
    )


def _precision_by_recall(scored: Scored, weights: Floats | None) -> tuple[Floats, Floats]:
    precision, recall, _ = scored.pr_curve(weights)
    return recall, precision


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
