"""What was promised of offers and what came of it: by campaign, offer and month of the decision."""

import math
from typing import Any

import polars as pl

from spanishgas_assets.retention.measurement.campaign_effect import measured
from spanishgas_assets.retention.measurement.save_rate import SaveRate
from spanishgas_assets.retention.measurement.shared_strength import BAND
from spanishgas_assets.retention.measurement.units import COUNTED
from spanishgas_assets.retention.tables import PROMISES
from spanishgas_assets.tables.table_checks import Finding

_NAME = "promises_kept"
PROMISES_KEPT = {
    _NAME: "What was promised of offers holds what came of them as often as its interval says."
}
_HELD = 0.95
#: So many broken promises chance makes in one case of a hundred.
_TELLING = 0.01


def promised_and_realised(units: pl.DataFrame) -> pl.DataFrame:
    """Hold what decisions promised against what the holdout shows, month by month.

    Grain: one row per campaign (a draw of the holdout), offer and month of the decision, of units
    whose assignment was published. ``units`` is what :func:`follow_up` returns.
    """
    known = units.filter(pl.col("save_rate").is_not_null()).with_columns(
        month=pl.col("decision_date").dt.truncate("1mo")
    )
    rows = [
        {"campaign": campaign, "offer": offer, "month": month, **_row(part)}
        for (campaign, offer, month), part in known.group_by(
            "draw", "offer", "month", maintain_order=True
        )
    ]
    frame = pl.DataFrame(rows, schema=PROMISES.empty().schema)
    return frame.sort("campaign", "offer", "month")


def promises_finding(promises: pl.DataFrame) -> Finding:
    """Ask whether promises hold as often as they say, more often than chance breaks them."""
    judged = promises.drop_nulls("promise_holds")
    broken = judged.filter(~pl.col("promise_holds"))
    chance = _at_least(broken.height, judged.height, 1 - _HELD)
    said = f"{judged.height - broken.height} of {judged.height} promises hold"
    named = ", ".join(f"{row['offer']} {row['month']:%Y-%m}" for row in broken.to_dicts())
    return Finding(
        _NAME,
        chance >= _TELLING,
        f"{said}, {_HELD:.0%} are to" + (f"; broken: {named}" if named else ""),
        {"judged": judged.height, "broken": broken.height},
    )


def _row(units: pl.DataFrame) -> dict[str, Any]:
    counted = units.filter(pl.col("state") == COUNTED)
    made = counted.filter(~pl.col("in_holdout"))
    out = counted.filter(pl.col("in_holdout"))
    score, stake, spent = (
        math.fsum(made[name].to_list())
        for name in ("churn_probability", "at_stake_eur", "spend_eur")
    )
    ends = {"": "save_rate", "_low": "save_rate_low", "_high": "save_rate_high"}
    promised = {
        end: made.select((pl.col(name) * pl.col("churn_probability")).sum()).item()
        for end, name in ends.items()
    }
    euros = {
        end: made.select((pl.col(name) * pl.col("at_stake_eur")).sum()).item() - spent
        for end, name in ends.items()
    }
    found = measured(units) if made.height and out.height else None
    # Of those whom it was chosen for, so many would have left without it.
    churners = made.height * (float(out["churned"].sum()) / out.height) if out.height else 0.0
    a_save = stake / score if score else 0.0
    rates = {"": None, "_low": None, "_high": None} if found is None else {
        "": found.value, "_low": found.low, "_high": found.high
    }  # fmt: skip
    return {
        "chosen": made.height,
        "holdout": out.height,
        "waiting": units.height - counted.height,
        **{f"promised_saves{end}": value for end, value in promised.items()},
        **{f"promised_eur{end}": value for end, value in euros.items()},
        **{f"realised_saves{end}": _times(rate, churners) for end, rate in rates.items()},
        **{
            f"realised_eur{end}": None if rate is None else rate * churners * a_save - spent
            for end, rate in rates.items()
        },
        "promise_holds": _holds(promised, score, found),
    }


def _times(rate: float | None, count: float) -> float | None:
    return None if rate is None else rate * count


def _holds(promised: dict[str, float], score: float, found: SaveRate | None) -> bool | None:
    """Whether promise and measurement differ by no more than both are unsure of, in 95%."""
    if found is None or not score:
        return None
    rate, low, high = (promised[end] / score for end in ("", "_low", "_high"))
    spread = math.hypot((high - low) / BAND, (found.high - found.low) / BAND)
    return bool(abs(rate - found.value) <= BAND / 2 * spread)


def _at_least(count: int, of: int, rate: float) -> float:
    """Return the probability of so many or more out of so many, each with a rate."""
    return sum(
        math.comb(of, number) * rate**number * (1 - rate) ** (of - number)
        for number in range(count, of + 1)
    )
