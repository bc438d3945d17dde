"""Units of measurement: the first assignment of a customer in a draw, and what became of it.

A customer who was chosen once is another afterwards: the offer rests them for the cool-down and may
have kept them, while the holdout goes on. So only the first assignment in a draw compares alike
with alike; a customer who is drawn again, by another salt, is a new unit.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.retention.column_values import (
    ARM_UNKNOWN,
    BEFORE_OFFER,
    CONTRADICTING,
    IN_HOLDOUT,
    NEVER_CHOSEN,
    NO_SUCH_OFFER,
    OTHER_WINDOW,
)
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.tables import quarantine

#: States of a unit: its outcome counts, its days of follow-up are not over, or nobody says.
COUNTED, OPEN, UNLABELLED = "counted", "open", "unlabelled"

_OF_ASSIGNMENT = {
    "owner_id": pl.String,
    "decision_date": pl.Date,
    "segment": pl.String,
    "risk_tier": pl.String,
    "probability": pl.Float64,
    "offer_probability": pl.Float64,
    "churn_probability": pl.Float64,
    "save_rate": pl.Float64,
    "save_rate_low": pl.Float64,
    "save_rate_high": pl.Float64,
    "at_stake_eur": pl.Float64,
    "spend_eur": pl.Float64,
}
#: The draw of those whom no publication assigned: it was not recorded.
_NO_DRAW = ""
_ROW = ["customer_id", "offer", "offer_date"]


@dataclass(frozen=True)
class FollowUp:
    """Units, and the rows of campaign_outcomes.csv that are of none.

    Attributes:
        units: one row per customer_id and draw, sorted by them: offer, in_holdout, the columns of
            the assignment (null where none was published), begins, contacted, accepted and churned
            (null where no row says), and state.
        set_aside: columns of ``quarantine.SCHEMA``.
        used: rows that are not set aside.
    """

    units: pl.DataFrame
    set_aside: pl.DataFrame
    used: int


def follow_up(
    outcomes: pl.DataFrame, assigned: pl.DataFrame, offers: OfferTable, policy: Policy, as_of: date
) -> FollowUp:
    """Follow every assignment for the same number of days from its offer.

    An outcome counts once the days are over; one that comes late counts then, and until it comes
    the unit is neither among those who left nor among those who stayed.

    Args:
        outcomes: columns of campaign_outcomes.csv, with file and row where they are known; rows
            dated on ``as_of`` or later do not count.
        assigned: ASSIGNMENTS of all earlier publications.
        offers: the offer table; outcomes of others are set aside.
        policy: whose follow-up counts.
        as_of: the snapshot.
    """
    rows = outcomes.with_row_index("place").with_columns(
        _complaint(outcomes, assigned, offers, policy).alias("complaint")
    )
    wrong, kept = (
        rows.filter(pl.col("complaint").is_not_null()),
        rows.filter(pl.col("complaint").is_null()),
    )
    known = kept.filter(pl.col("offer_date") < as_of).sort("offer_date", "place")
    first = assigned.sort("decision_date", "customer_id").unique(
        ["customer_id", "draw"], keep="first", maintain_order=True
    )
    units = pl.concat(
        [_assigned_units(first, assigned, known, policy), _own_units(known, assigned)]
    )
    over = pl.col("begins") + pl.duration(days=policy.follow_up_days) <= as_of
    return FollowUp(
        units=units.with_columns(
            state=pl.when(~over)
            .then(pl.lit(OPEN))
            .when(pl.col("churned").is_null())
            .then(pl.lit(UNLABELLED))
            .otherwise(pl.lit(COUNTED))
        ).sort("customer_id", "draw"),
        set_aside=quarantine.set_aside(wrong.drop("place", "complaint"), wrong["complaint"]),
        used=kept.height,
    )


def _complaint(
    outcomes: pl.DataFrame, assigned: pl.DataFrame, offers: OfferTable, policy: Policy
) -> pl.Series:
    """Say why a row is of no unit; null where it may be."""
    span = assigned.group_by("customer_id", "offer").agg(decided=pl.col("decision_date").min())
    begun = assigned["decision_date"].min()
    within, says = pl.col("churned_within_days"), pl.col("churned").is_not_null()
    different = pl.any_horizontal(
        pl.col(name).drop_nulls().n_unique().over(_ROW) > 1 for name in ("churned", "in_holdout")
    )
    # What was offered before the first assignment was published can only speak for itself.
    recorded = pl.lit(begun) <= pl.col("offer_date") if begun else pl.lit(value=False)
    return (
        outcomes.join(span, on=["customer_id", "offer"], how="left", maintain_order="left")
        .select(
            pl.when(~pl.col("offer").is_in(offers.names))
            .then(pl.lit(NO_SUCH_OFFER))
            .when(different)
            .then(pl.lit(CONTRADICTING))
            .when(says & (within != policy.follow_up_days))
            .then(pl.lit(OTHER_WINDOW))
            .when(recorded & pl.col("decided").is_null())
            .then(pl.lit(NEVER_CHOSEN))
            .when(recorded & (pl.col("decided") > pl.col("offer_date")))
            .then(pl.lit(BEFORE_OFFER))
            .when(~recorded & pl.col("in_holdout").is_null() & (pl.col("contacted") == 0))
            .then(pl.lit(ARM_UNKNOWN))
        )
        .to_series()
    )


def _assigned_units(
    first: pl.DataFrame, assigned: pl.DataFrame, rows: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Give each first assignment of a draw the rows of its offer in the days of its follow-up."""
    drawn = rows.join_asof(
        assigned.sort("decision_date").select("customer_id", "decision_date", "draw"),
        left_on="offer_date",
        right_on="decision_date",
        by="customer_id",
        strategy="backward",
        check_sortedness=False,
    ).drop_nulls("draw")
    told = (
        first.select("customer_id", "draw", "offer")
        .join(drawn, on=["customer_id", "draw", "offer"])
        .sort("offer_date", "place")
        .filter(
            pl.col("offer_date")
            < pl.col("offer_date").min().over("customer_id", "draw")
            + timedelta(days=policy.follow_up_days)
        )
        .group_by("customer_id", "draw", maintain_order=True)
        .agg(*_told())
    )
    return (
        first.join(told, on=["customer_id", "draw"], how="left", maintain_order="left")
        .with_columns(
            in_holdout=pl.col("arm") == IN_HOLDOUT, begins=pl.coalesce("begins", "decision_date")
        )
        .select(_columns())
    )


def _own_units(rows: pl.DataFrame, assigned: pl.DataFrame) -> pl.DataFrame:
    """Units of rows from before assignments were published: the first offer of each customer.

    Who was done what to is as the row has it; a contacted customer was not in the holdout.
    """
    begun = assigned["decision_date"].min()
    before = rows if begun is None else rows.filter(pl.col("offer_date") < begun)
    in_holdout = pl.col("in_holdout").cast(pl.Boolean).fill_null(value=False)
    first = before.filter(
        pl.col("offer_date") == pl.col("offer_date").min().over("customer_id"),
        pl.col("offer") == pl.col("offer").first().over("customer_id"),
    )
    return (
        first.group_by("customer_id", "offer", maintain_order=True)
        .agg(*_told(), in_holdout=in_holdout.any())
        .with_columns(
            *(pl.lit(None, kind).alias(name) for name, kind in _OF_ASSIGNMENT.items()),
            draw=pl.lit(_NO_DRAW),
        )
        .with_columns(owner_id=pl.col("customer_id"))
        .select(_columns())
    )


def _told() -> list[pl.Expr]:
    """Bring the rows of a unit to one; the outcome is that of the first row that knows it."""
    return [
        pl.col("offer_date").first().alias("begins"),
        pl.col("contacted").max(),
        pl.col("accepted").max(),
        pl.col("churned").drop_nulls().first(),
    ]


def _columns() -> list[str]:
    return [
        "customer_id", "draw", "offer", "in_holdout", *_OF_ASSIGNMENT,
        "begins", "contacted", "accepted", "churned",
    ]  # fmt: skip
