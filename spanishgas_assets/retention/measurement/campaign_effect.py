"""What offers did: units against the holdout, and what that says of the save rates.

An offer is judged by all customers it was chosen for, reached or not: those who pick up the phone
are others than those who do not, and only the draw makes two groups alike.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from spanishgas_assets.retention.column_values import EVERY_SEGMENT
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.measurement.save_rate import SaveRate, Units, save_rate
from spanishgas_assets.retention.measurement.shared_strength import BAND, Belief, Cell, beliefs
from spanishgas_assets.retention.measurement.units import COUNTED, OPEN, UNLABELLED
from spanishgas_assets.retention.tables import CAMPAIGN_EFFECT
from spanishgas_assets.tables.table_checks import Finding

_SAMPLE_RATIO = "sample_ratio"
SAMPLE_RATIO = {_SAMPLE_RATIO: "The holdout of every offer has the size that was drawn."}

_PRIOR = ("prior_save_rate", "prior_low", "prior_high")
_BELIEF = ("save_rate", "save_rate_low", "save_rate_high", "prior_weight")
#: A holdout of another size than drawn is told where chance makes it in one case of a thousand.
_MISMATCH = 0.001


@dataclass(frozen=True)
class _Group:
    """An offer in a segment (None: not recorded): its units, its prior, its measurement."""

    offer: str
    segment: str | None
    units: pl.DataFrame
    prior: Mapping[str, float]
    measured: SaveRate | None

    @property
    def cell(self) -> Cell:
        found = self.measured
        return Cell(
            self.offer,
            self.segment,
            self.prior["prior_save_rate"],
            self.prior["prior_low"],
            self.prior["prior_high"],
            measured=None if found is None else found.value,
            spread=0.0 if found is None else (found.high - found.low) / BAND,
        )


def campaign_effect(units: pl.DataFrame, offers: OfferTable) -> pl.DataFrame:
    """Measure each offer in each segment and as a whole, and say what is believed of it now.

    Grain: one row per offer and segment of the offer table, and one per offer for all segments.
    ``units`` is what :func:`follow_up` returns.
    """
    entries = offers.frame()
    groups = [
        _group(offer, segment, units, entries)
        for offer in offers.names
        for segment in [*_segments(entries, offer), None]
    ]
    known = [one for one in groups if one.segment is not None or one.units.height]
    found = list(zip(known, beliefs([one.cell for one in known]), strict=True))
    rows = [_row(group, belief) for group, belief in found if group.segment is not None]
    for offer in offers.names:
        of_offer = [(group, belief) for group, belief in found if group.offer == offer]
        rows.append(_whole(offer, units, of_offer))
    frame = pl.DataFrame(rows, schema=CAMPAIGN_EFFECT.empty().schema)
    return frame.sort("offer", "segment")


def measured(units: pl.DataFrame, *, alpha: float = 0.05) -> SaveRate | None:
    """Measure the save rate of units that count; None where nothing can be measured."""
    counted = units.filter(pl.col("state") == COUNTED)
    return save_rate(
        Units(
            counted["churned"].cast(pl.Float64).to_numpy(),
            counted["in_holdout"].to_numpy(),
            counted["churn_probability"].fill_null(float("nan")).to_numpy(),
            counted["owner_id"].rank("dense").cast(pl.Int64).to_numpy(),
        ),
        alpha=alpha,
    )


def sample_ratio_finding(effect: pl.DataFrame) -> Finding:
    """Tell where the holdout has not the size that was drawn: then the groups are not alike."""
    whole = effect.filter(pl.col("segment") == EVERY_SEGMENT, pl.col("sample_ratio_p") < _MISMATCH)
    said = [
        f"{row['offer']}: {row['holdout']:,} in the holdout of {row['holdout'] + row['chosen']:,}, "
        f"{row['expected_holdout']:,.0f} were to be"
        for row in whole.iter_rows(named=True)
    ]
    return Finding(
        _SAMPLE_RATIO,
        not said,
        "; ".join(said) + ". Report every customer who was chosen or in the holdout, reached or not"
        if said
        else "every offer's holdout has the size that was drawn",
        {"offers": len(said)},
    )


def _segments(entries: pl.DataFrame, offer: str) -> list[str]:
    of_offer = entries.filter(pl.col("offer") == offer)
    return of_offer["segment"].unique(maintain_order=True).to_list()


def _group(offer: str, segment: str | None, units: pl.DataFrame, entries: pl.DataFrame) -> _Group:
    own = units.filter(pl.col("offer") == offer, pl.col("segment").eq_missing(pl.lit(segment)))
    stated = entries.filter(
        pl.col("offer") == offer,
        pl.lit(value=True) if segment is None else pl.col("segment") == segment,
    )
    return _Group(offer, segment, own, _prior(own, stated), measured(own))


def _prior(units: pl.DataFrame, stated: pl.DataFrame) -> dict[str, float]:
    """Average what is stated over the units by their score; over the entries without any."""
    rates = {"prior_save_rate": "save_rate", "prior_low": "save_rate_low",
             "prior_high": "save_rate_high"}  # fmt: skip
    met = (
        units.filter(pl.col("state") == COUNTED)
        .select("segment", "risk_tier", weight="churn_probability")
        .join(stated, on=["segment", "risk_tier"], maintain_order="left")
    )
    weights = met["weight"].to_list() if met.height and met["weight"].sum() > 0 else None
    values = met if weights else stated
    return {name: _mean(values[column].to_list(), weights) for name, column in rates.items()}


def _mean(values: Sequence[float], weights: Sequence[float] | None) -> float:
    """Average exactly, whatever the order; equal values give that value."""
    if len(set(values)) == 1:
        return values[0]
    weights = weights or [1.0] * len(values)
    total = math.fsum(value * weight for value, weight in zip(values, weights, strict=True))
    return total / math.fsum(weights)


def _row(group: _Group, belief: Belief) -> dict[str, Any]:
    return {
        "offer": group.offer,
        "segment": group.segment,
        **_counts(group.units),
        **group.prior,
        **_measurement(group.measured),
        **dict(zip(_BELIEF, _values(belief), strict=True)),
        "shift": belief.save_rate - group.prior["prior_save_rate"],
    }


def _whole(
    offer: str, units: pl.DataFrame, found: Sequence[tuple[_Group, Belief]]
) -> dict[str, Any]:
    """The offer as a whole: its units together, and what is believed of its segments, weighed."""
    own = units.filter(pl.col("offer") == offer)
    weights = [_weight(group.units) for group, _ in found]
    if not sum(weights):
        weights = [1.0] * len(found)
    prior = {name: _mean([group.prior[name] for group, _ in found], weights) for name in _PRIOR}
    columns = zip(*(_values(belief) for _, belief in found), strict=True)
    believed = {name: _mean(values, weights) for name, values in zip(_BELIEF, columns, strict=True)}
    return {
        "offer": offer,
        "segment": EVERY_SEGMENT,
        **_counts(own),
        **prior,
        **_measurement(measured(own)),
        **believed,
        "shift": believed["save_rate"] - prior["prior_save_rate"],
    }


def _values(belief: Belief) -> tuple[float, ...]:
    return belief.save_rate, belief.low, belief.high, belief.prior_weight


def _weight(units: pl.DataFrame) -> float:
    counted = units.filter(pl.col("state") == COUNTED)
    return math.fsum(counted["churn_probability"].fill_null(1.0).to_list())


def _counts(units: pl.DataFrame) -> dict[str, Any]:
    counted = units.filter(pl.col("state") == COUNTED)
    out, chosen = pl.col("in_holdout"), ~pl.col("in_holdout")
    told = counted.select(
        chosen=chosen.sum(),
        contacted=pl.col("contacted").filter(chosen).sum(),
        accepted=pl.col("accepted").filter(chosen).sum(),
        chosen_churned=pl.col("churned").filter(chosen).sum(),
        holdout=out.sum(),
        holdout_churned=pl.col("churned").filter(out).sum(),
        crossed_over=pl.col("contacted").filter(out).sum(),
    ).cast(pl.Int64)
    states = {state: units.filter(pl.col("state") == state).height for state in (OPEN, UNLABELLED)}
    return {**told.row(0, named=True), **states, **_sample_ratio(counted)}


def _sample_ratio(counted: pl.DataFrame) -> dict[str, float | None]:
    """Hold the size of the holdout against the recorded probabilities."""
    known = counted.filter(pl.col("probability").is_not_null())
    own = known["probability"].to_numpy()
    out = known["in_holdout"].to_numpy()
    drawn = np.where(out, own, 1 - own)
    expected, variance = float(drawn.sum()), float((drawn * (1 - drawn)).sum())
    if variance == 0:
        return {"expected_holdout": expected, "sample_ratio_p": None}
    off = abs(float(out.sum()) - expected) / math.sqrt(variance)
    return {"expected_holdout": expected, "sample_ratio_p": math.erfc(off / math.sqrt(2))}


def _measurement(found: SaveRate | None) -> dict[str, Any]:
    return {
        "measured_save_rate": None if found is None else found.value,
        "measured_low": None if found is None else found.low,
        "measured_high": None if found is None else found.high,
        "always_valid_low": None if found is None else found.always_low,
        "always_valid_high": None if found is None else found.always_high,
        "effect_is_proven": found is not None and found.is_proven,
        "score_explains": None if found is None else found.explained,
    }
