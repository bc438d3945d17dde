"""From which probability on a customer counts as leaving: two rules, one of them guaranteed."""

import numpy as np

from spanishgas_assets.churn.evaluation.metrics import Floats, Scored, best_threshold
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import ThresholdRule

MIN_RECALL = 0.70
#: How sure a guaranteed recall is.
CONFIDENCE = 0.90
#: What risk control chooses from; set before the data are seen, or nothing is guaranteed.
_CANDIDATES = np.linspace(0.005, 0.995, 199)
#: Edges of the risk tiers on the scale that is served, Medium, High, Critical
#: (docs/domain.md#risk-tiers-and-money).
TIER_CUTS = (0.40, 0.60, 0.80)


def choose_threshold(probability: Floats, churn: Floats, rule: ThresholdRule) -> float:
    """Choose the threshold from probabilities that their model and calibration had not seen.

    ``best_precision`` has the best precision among the thresholds that reach the recall on these
    rows; on others it misses it about half of the time. ``guaranteed_recall`` holds the recall on
    new rows of the same kind with 90% confidence, at the price of some precision (risk control,
    MAPIE).

    Raises:
        SettingsError: risk control is asked for and MAPIE is not installed, or no threshold of
            these rows can be guaranteed.
    """
    if rule is ThresholdRule.BEST_PRECISION:
        return best_threshold(Scored(probability, churn), MIN_RECALL)
    return _guaranteed(probability, churn)


def _guaranteed(probability: Floats, churn: Floats) -> float:
    try:
        from mapie.risk_control import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
            BinaryClassificationController,
        )
    except ImportError as error:
        raise SettingsError(
            "SPANISHGAS_THRESHOLD_RULE=guaranteed_recall needs MAPIE: pip install mapie"
        ) from error
    controller = BinaryClassificationController(
        predict_function=lambda scores: np.column_stack([1 - scores, scores]),
        risk="recall",
        target_level=MIN_RECALL,
        confidence_level=CONFIDENCE,
        best_predict_param_choice="precision",
        list_predict_params=_CANDIDATES,
        fwer_method="fixed_sequence",
    )
    controller.calibrate(probability, churn)
    if controller.best_predict_param is None:
        raise SettingsError(
            f"no threshold holds a recall of {MIN_RECALL:.2f} with {CONFIDENCE:.0%} confidence on "
            f"{int(churn.sum()):,} churners; use SPANISHGAS_THRESHOLD_RULE=best_precision"
        )
    return float(controller.best_predict_param)
