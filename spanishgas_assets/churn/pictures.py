"""How a model looks: its precision-recall and calibration curves on rows it did not learn from."""

from spanishgas_assets.churn.evaluation import Scored
from spanishgas_assets.churn.model import ChurnModel
from spanishgas_assets.pictures import line_picture


def _scored(model: ChurnModel) -> Scored:
    rows = model.membership
    return Scored(rows["probability"].to_numpy(), rows["churn"].to_numpy())


def curve_picture(model: ChurnModel) -> str:
    """Draw precision (up) against recall (right)."""
    precision, recall, _ = _scored(model).pr_curve()
    points = list(zip(recall.tolist(), precision.tolist(), strict=True))
    step = max(1, len(points) // 24)
    return line_picture("Precision by recall", points[::step])


def calibration_picture(model: ChurnModel) -> str:
    """Draw the churn rate (up) against the mean probability (right) of each tenth of the rows."""
    mean, rate, _ = _scored(model).calibration_curve()
    points = sorted(zip(mean.tolist(), rate.tolist(), strict=True))
    return line_picture("Churn rate by probability", points, diagonal=True)
