"""What would become of each customer with every offer and without: known to the simulator alone.

Drawn once, from random numbers that no world changes: in a better world a customer whom an offer
keeps here is kept as well.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from spanishgas_assets.demo.live.weekly_portfolio import NEVER, WeeklyPortfolio
from spanishgas_assets.demo.live.worlds import Responses
from spanishgas_assets.demo.population.traits import SEGMENTS

_STREAM = 0x0FFE2


def kept_by(offer: str) -> str:
    """Column that says whether an offer keeps a customer who is about to leave."""
    return f"kept_by_{offer}"


def potential_outcomes(
    portfolio: WeeklyPortfolio,
    notes: pl.DataFrame,
    responses: Responses,
    save_rates: Mapping[tuple[str, str], float],
    seed: int,
) -> pl.DataFrame:
    """State every customer's outcomes.

    Grain: one row per customer of the portfolio, in its order: customer (row), customer_id,
    segment, joins and leaves (weeks; leaves is null for who stays, and what happens if no offer is
    made), angry (whether the churner's note is negative), kept_by_OFFER, woken_by_call, and the
    weeks that a kept customer stays longer (stays_weeks) and a woken one still (woken_weeks).

    Args:
        portfolio: the reference year.
        notes: those of `contact_rounds`.
        responses: what is true of offers.
        save_rates: what is stated of them, by offer and segment.
        seed: of the retailer.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, _STREAM]))
    draws = rng.random((portfolio.customers, 2))
    angry = notes.filter(pl.col("of_churner"), pl.col("sentiment") == "negative")["customer"]
    segment = np.array(SEGMENTS)[portfolio.base.segment[portfolio.slot]]
    frame = pl.DataFrame(
        {
            "customer": np.arange(portfolio.customers),
            "customer_id": [f"C{number:05d}" for number in range(1, portfolio.customers + 1)],
            "segment": segment,
            "joins": portfolio.joins,
            "leaves": portfolio.leaves,
            "resistance": draws[:, 0],
            "woken_by_call": draws[:, 1] < responses.woken_by_call,
        }
    ).with_columns(
        leaves=pl.when(pl.col("leaves") < NEVER).then("leaves"),
        angry=pl.col("customer").is_in(angry.implode()),
        stays_weeks=pl.lit(responses.save_lasts_weeks, pl.Int64),
        woken_weeks=pl.lit(responses.woken_after_weeks, pl.Int64),
    )
    share = (
        pl.when("angry")
        .then(responses.share_of_save_rate_angry)
        .otherwise(responses.share_of_save_rate)
    )
    offers = sorted({offer for offer, _ in save_rates})
    kept = [
        (
            pl.col("resistance")
            < share
            * pl.col("segment").replace_strict(
                {kind: save_rates[offer, kind] for kind in SEGMENTS}, return_dtype=pl.Float64
            )
        ).alias(kept_by(offer))
        for offer in offers
    ]
    return frame.with_columns(kept).drop("resistance")
