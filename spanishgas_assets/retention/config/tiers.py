"""Risk tiers: by probability, by the money at risk, or by how many customers can be cared for.

Fixed cuts do not travel between populations: a tier by capacity always holds as many customers as
the team can treat, one by value always begins at the same loss.
"""

from typing import Annotated, Any

import polars as pl
from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from spanishgas_assets.retention.column_values import RISK_TIERS
from spanishgas_assets.yaml_models import YamlModel
from spanishgas_assets.yaml_values import Amount, Count, EachOf, OneOf, Share

PROBABILITY, VALUE, CAPACITY = "probability", "value", "capacity"
LOWEST = RISK_TIERS[0]

_HIGHER = EachOf(RISK_TIERS[1:])
_EDGES: dict[str, TypeAdapter[Any]] = {
    PROBABILITY: TypeAdapter(Annotated[dict[str, Share], _HIGHER]),
    VALUE: TypeAdapter(Annotated[dict[str, Amount], _HIGHER]),
    CAPACITY: TypeAdapter(Annotated[dict[str, Count], _HIGHER]),
}


class Tiers(YamlModel):
    """Where the tiers above the lowest begin, in ascending order of tiers.

    ``begins`` counts what ``by`` names: a churn probability, EUR of expected loss a month, or
    customers that fit.
    """

    by: Annotated[str, OneOf([PROBABILITY, VALUE, CAPACITY])] = Field(
        description="What cuts the tiers."
    )
    begins: Annotated[dict[str, float], _HIGHER] = Field(
        alias="from",
        description="Churn probability or expected monthly loss in EUR at which each tier begins, "
        "or customers that fit into it.",
    )

    @field_validator("begins", mode="before")
    @classmethod
    def _begin_in_order(cls, begins: Any, info: ValidationInfo) -> Any:
        by = info.data.get("by")
        if by not in _EDGES:
            return begins
        edges = _EDGES[by].validate_python(begins)
        values = list(edges.values())
        if by != CAPACITY and (values[0] <= 0 or sorted(set(values)) != values):
            raise ValueError(f"is {values}; the first must be above 0 and each later one higher")
        return edges

    @property
    def measure(self) -> str:
        """The column of scored customers that the tiers cut."""
        return "expected_monthly_loss_eur" if self.by == VALUE else "churn_probability"

    def edges(self, measured: pl.Series) -> dict[str, float]:
        """Return the value of the measure at which each tier begins; the lowest begins at 0.

        Customers of equal probability share a tier, so a tier by capacity may stay below its
        number and is never above it; one that holds nobody begins at infinity.
        """
        if self.by != CAPACITY:
            return {LOWEST: 0.0, **self.begins}
        ranked = measured.sort(descending=True)
        edges, room = {}, 0
        for tier in reversed(RISK_TIERS[1:]):
            room += int(self.begins[tier])
            # The first customer who does not fit any more closes the tier for equals.
            fits = ranked.head(room)
            if room < len(ranked):
                fits = fits.filter(fits > ranked[room])
            edges[tier] = float(fits[-1]) if len(fits) else float("inf")
        return {LOWEST: 0.0, **dict(reversed(edges.items()))}


def tier_of(measure: pl.Expr, edges: dict[str, float]) -> pl.Expr:
    """Return the name of the tier that holds each value; an edge belongs to the tier above it.

    Example:
        >>> edges = {"Low": 0.0, "Medium": 0.4, "High": 0.6, "Critical": 0.8}
        >>> scores = pl.DataFrame({"churn_probability": [0.39, 0.40, 0.95]})
        >>> scores.select(tier_of(pl.col("churn_probability"), edges)).to_series().to_list()
        ['Low', 'Medium', 'Critical']
    """
    name = pl.lit(None, pl.String)
    for tier, edge in edges.items():
        name = pl.when(measure >= edge).then(pl.lit(tier)).otherwise(name)
    return name


def way_up(measure: pl.Expr, edges: dict[str, float]) -> pl.Expr:
    """Return how far each value is from the next higher tier; null in the highest."""
    reached = [edge for edge in edges.values() if edge < float("inf")]
    above = [pl.when(measure < edge).then(edge - measure) for edge in reached]
    return pl.coalesce(*above, pl.lit(None, pl.Float64))


def way_down(measure: pl.Expr, edges: dict[str, float]) -> pl.Expr:
    """Return how far each value is above the beginning of its tier; null in the lowest."""
    floors = [edge for tier, edge in edges.items() if tier != LOWEST]
    below = [pl.when(measure >= edge).then(measure - edge) for edge in reversed(floors)]
    return pl.coalesce(*below, pl.lit(None, pl.Float64))
