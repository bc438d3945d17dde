"""What the offers of a week change: who stays after all, and who is reminded to leave."""

import polars as pl

from spanishgas_assets.demo.live.potential_outcomes import kept_by
from spanishgas_assets.demo.live.weekly_portfolio import HORIZON_WEEKS
from spanishgas_assets.retention.column_values import PHONE


def after_offers(customers: pl.DataFrame, offers: pl.DataFrame, week: int) -> pl.DataFrame:
    """Let customers react to the offers that were made in the week after a Monday.

    An offer works on who would leave within the horizon. Who is kept leaves later, and then another
    offer may keep them again; who would stay and is woken by a call leaves some weeks after it.

    Grain: one row per customer, all as given but ``leaves``; ``kept`` counts the times that an
    offer kept the customer.

    Args:
        customers: as `potential_outcomes` states them, ``leaves`` as after earlier offers.
        offers: customer_id, offer and channel of the offers made, one row per customer.
        week: of the Monday whose recommendations they follow.

    Raises:
        ValueError: an offer has no stated outcome.
    """
    names = offers["offer"].unique().sort().to_list()
    unstated = [name for name in names if kept_by(name) not in customers.columns]
    if unstated:
        raise ValueError(f"no outcome is stated for the offer {unstated[0]}")
    made = customers.join(
        offers.select("customer_id", "offer", "channel"),
        on="customer_id",
        how="left",
        maintain_order="left",
    )
    about_to = pl.col("leaves").is_between(week + 1, week + HORIZON_WEEKS).fill_null(value=False)
    persuaded = pl.any_horizontal(
        pl.lit(value=False),
        *((pl.col("offer") == name) & pl.col(kept_by(name)) for name in names),
    ).fill_null(value=False)
    called = (pl.col("channel") == PHONE).fill_null(value=False)
    earlier = week + pl.col("woken_weeks")
    woken = called & ~about_to & pl.col("woken_by_call")
    kept = about_to & persuaded
    return made.with_columns(
        leaves=pl.when(kept)
        .then(pl.col("leaves") + pl.col("stays_weeks"))
        .when(woken)
        .then(pl.min_horizontal("leaves", earlier))
        .otherwise("leaves"),
        kept=pl.col("kept") + kept.cast(pl.Int64),
    ).select(customers.columns)
