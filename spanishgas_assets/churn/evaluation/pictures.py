"""How a model looks on rows it did not learn from: how it ranks, what it promises and uses."""

from collections.abc import Callable

import numpy as np

from spanishgas_assets.charts.axes import Bar, Line, bar_chart, line_chart
from spanishgas_assets.churn.evaluation.bootstrap import ENDS, resamples
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.model.churn_model import ChurnModel

#: Points and resamples of a curve's band; the ends of a band need no more to be seen.
_POINTS, _RESAMPLES = 60, 60
_FEATURES = 15

_Curve = Callable[[Scored], tuple[Floats, Floats]]


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
            _line(model, "model", "probability", _precision_by_recall),
            _line(model, "logistic", "baseline_score", _precision_by_recall),
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
            _line(model, "model", "probability", Scored.gains_curve),
            _line(model, "logistic", "baseline_score", Scored.gains_curve),
        ],
        diagonal=True,
    )


def calibration_picture(model: ChurnModel) -> str:
    """Draw the churn rate of each tenth of the rows against its mean score, before and after."""
    lines = []
    for name, column in {"before calibration": "raw_score", "after": "probability"}.items():
        rows = model.membership
        scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
        mean, rate, size = scored.calibration_curve()
        points = list(zip(mean.tolist(), rate.tolist(), strict=True))
        sd = np.sqrt(rate * (1 - rate) / size)
        band = [
            (max(0.0, r - 1.96 * s), min(1.0, r + 1.96 * s)) for r, s in zip(rate, sd, strict=True)
        ]
        lines.append(Line(name, points, band))
    return line_chart(
        "Churn rate by probability, tenths of the customers",
        "mean probability",
        "churn rate",
        lines,
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


def _line(model: ChurnModel, name: str, column: str, curve: _Curve) -> Line:
    """A curve at fixed places, with the band of its resamples."""
    rows = model.membership
    scores, churn = rows[column].to_numpy(), rows["churn"].to_numpy()
    places = np.linspace(0, 1, _POINTS + 1)
    drawn = []
    for weights in resamples(rows["group_id"].to_numpy(), _RESAMPLES, model.card.seed):
        again = np.repeat(np.arange(len(scores)), weights.astype(int))
        drawn.append(np.interp(places, *curve(Scored(scores[again], churn[again]))))
    low, high = np.percentile(drawn, ENDS, axis=0)
    heights = np.interp(places, *curve(Scored(scores, churn)))
    return Line(
        name,
        list(zip(places.tolist(), heights.tolist(), strict=True)),
        list(zip(low.tolist(), high.tolist(), strict=True)),
    )


def _precision_by_recall(scored: Scored) -> tuple[Floats, Floats]:
    precision, recall, _ = scored.pr_curve()
    return recall, precision


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
