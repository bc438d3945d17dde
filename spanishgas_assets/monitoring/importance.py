"""How much of the champion rests on each feature."""

from spanishgas_assets.churn.model.churn_model import MAIN, ChurnModel


def importance(champion: ChurnModel) -> dict[str, float]:
    """Return each feature's share of the total gain of the champion's splits.

    A feature that no tree uses has 0; a model without splits leans on all its features alike.
    """
    names = [feature.name for feature in champion.card.features.features]
    gains = champion.booster(MAIN).get_score(importance_type="total_gain")
    total = sum(gains.values())
    if not total:
        return {name: 1 / len(names) for name in names}
    return {name: gains.get(name, 0.0) / total for name in names}
