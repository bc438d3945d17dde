"""`campaign_outcomes.csv` of the live retailer: what became of its offers, once known."""

from datetime import date

import polars as pl

from spanishgas_assets.demo.history.churn_and_join import WEEK
from spanishgas_assets.demo.live.potential_outcomes import kept_by
from spanishgas_assets.demo.live.weekly_portfolio import HORIZON_WEEKS

#: Days after the Monday of its recommendation on which an offer is made.
OFFER_DAYS = 1


def campaign_table(
    offers: pl.DataFrame, customers: pl.DataFrame, week: int, start: date
) -> pl.DataFrame:
    """What the retailer knows on a Monday of its offers.

    A customer accepts an offer that would keep them, whether about to leave or not. Whether a
    customer left is counted within the horizon, and reported when that is over. Everybody for whom
    an offer was chosen is reported, reached or not, and the holdout likewise.

    Grain: one row per customer_id and offer_date, oldest first; columns of the raw file.

    Args:
        offers: as `offers_made` reads them, with the week of the Monday that they follow.
        customers: as the offers have left them.
        week: of the Monday.
        start: the Monday of week 0.
    """
    outcomes = [name for name in customers.columns if name.startswith(kept_by(""))]
    rows = offers.sort("week", "customer_id").join(
        customers.select("customer_id", "leaves", *outcomes),
        on="customer_id",
        maintain_order="left",
    )
    end = pl.col("week") + HORIZON_WEEKS
    left = (pl.col("leaves") <= end).fill_null(value=False)
    of_offer = pl.lit(kept_by("")) + pl.col("offer")
    keeps = pl.any_horizontal(
        pl.lit(value=False),
        *((pl.lit(name) == of_offer) & pl.col(name) for name in outcomes),
    )
    return rows.select(
        "customer_id",
        "offer",
        offer_date=pl.lit(start) + pl.duration(days=7 * pl.col("week") + OFFER_DAYS),
        contacted=pl.col("made").cast(pl.Int64),
        accepted=pl.when("made").then(keeps.cast(pl.Int64)),
        churned=pl.when(end <= week).then(left.cast(pl.Int64)),
        in_holdout=pl.col("channel").is_null().cast(pl.Int64),
        churned_within_days=pl.lit(HORIZON_WEEKS * WEEK),
    )
