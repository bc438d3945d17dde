"""What offers did: outcomes against the holdout, and what that says of the save rates.

An offer is judged by all customers it was chosen for, reached or not: those who pick up the phone
are others than those who do not, and only the draw makes two groups alike.
"""

from datetime import date
from statistics import fmean

import polars as pl

from spanishgas_assets.retention.column_values import NO_SUCH_OFFER
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.holdout import in_holdout
from spanishgas_assets.retention.tables import CAMPAIGN_EFFECT
from spanishgas_assets.tables import quarantine

#: Churners that each of the two groups must have before a measurement can replace a prior.
MIN_CHURNERS = 20
_Z = 1.96


def known_outcomes(outcomes: pl.DataFrame, offers: OfferTable) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split outcomes into those of offers in the table and those set aside with a reason."""
    known = pl.col("offer").is_in(offers.names)
    unknown = quarantine.set_aside(outcomes.filter(~known), NO_SUCH_OFFER)
    return outcomes.filter(known), unknown


def campaign_effect(
    outcomes: pl.LazyFrame, offers: OfferTable, policy: Policy, as_of: date
) -> pl.DataFrame:
    """Measure each offer's save rate, and update its prior where the measurement says more.

    Grain: one row per offer of the table. ``outcomes`` has the columns of campaign_outcomes.csv;
    rows dated on ``as_of`` or later, or without a known ``churned``, do not count. Of a customer's
    several rows for an offer the last counts, by date, and of a date by row. The save rate is 1 -
    the quotient of the two churn rates, its 95% interval by MOVER from Wilson's intervals of both
    (Fagerland and Newcombe, Statistics in Medicine 32, 2013), which have a width also where all
    or nearly all of a group left.
    """
    known = (
        outcomes.filter(pl.col("offer_date") < as_of, pl.col("churned").is_not_null())
        .sort("offer_date", maintain_order=True)
        .unique(["customer_id", "offer"], keep="last", maintain_order=True)
        .collect()
    )
    drawn = in_holdout(known["customer_id"], policy.holdout_share, policy.holdout_salt)
    out, chosen = pl.col("drawn"), ~pl.col("drawn")
    counts = (
        known.with_columns(drawn.alias("drawn"))
        .group_by("offer")
        .agg(
            chosen.sum().alias("chosen"),
            pl.col("contacted").filter(chosen).sum().alias("contacted"),
            pl.col("accepted").filter(chosen).sum().alias("accepted"),
            pl.col("churned").filter(chosen).sum().alias("chosen_churned"),
            out.sum().alias("holdout"),
            pl.col("churned").filter(out).sum().alias("holdout_churned"),
        )
    )
    counted = [name for name in counts.columns if name != "offer"]
    rows = (
        _priors(offers)
        .join(counts, on="offer", how="left")
        .with_columns(pl.col(counted).fill_null(0).cast(pl.Int64))
        .with_columns(*_measured())
        .with_columns(_is_stronger().alias("prior_is_updated"))
        .with_columns(_shift().alias("shift"))
    )
    return CAMPAIGN_EFFECT.arrange(rows.lazy()).collect()


def _priors(offers: OfferTable) -> pl.DataFrame:
    """Average each offer's save rates and bands; the means are exact, whatever the order."""
    return pl.DataFrame(
        [
            {
                "offer": offer,
                "prior_save_rate": fmean(entries["save_rate"]),
                "prior_low": fmean(entries["save_rate_low"]),
                "prior_high": fmean(entries["save_rate_high"]),
            }
            for (offer,), entries in offers.frame().group_by("offer", maintain_order=True)
        ]
    )


def _measured() -> list[pl.Expr]:
    chosen, low, high = _wilson("chosen_churned", "chosen")
    holdout, holdout_low, holdout_high = _wilson("holdout_churned", "holdout")
    product = chosen * holdout

    def end(of_chosen: pl.Expr, of_holdout: pl.Expr, sign: int) -> pl.Expr:
        below = of_holdout * (2 * holdout - of_holdout)
        root = product**2 - of_chosen * (2 * chosen - of_chosen) * below
        return (product + sign * root.clip(0).sqrt()) / below

    measurable = (pl.col("chosen_churned") > 0) & (pl.col("holdout_churned") > 0)
    return [
        pl.when(measurable).then(1 - quotient).alias(name)
        for name, quotient in (
            ("measured_save_rate", chosen / holdout),
            ("measured_low", end(high, holdout_low, 1)),
            ("measured_high", end(low, holdout_high, -1)),
        )
    ]


def _wilson(left: str, group: str) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return a churn rate and its 95% interval (Wilson, 1927), from counts."""
    n, rate = pl.col(group), pl.col(left) / pl.col(group)
    middle = (pl.col(left) + _Z**2 / 2) / (n + _Z**2)
    half = _Z * (rate * (1 - rate) * n + _Z**2 / 4).sqrt() / (n + _Z**2)
    return rate, middle - half, middle + half


def _is_stronger() -> pl.Expr:
    """Enough churners in both groups, and an interval narrower than the prior's band."""
    enough = pl.min_horizontal("chosen_churned", "holdout_churned") >= MIN_CHURNERS
    return (enough & (_width("measured") < _width("prior"))).fill_null(value=False)


def _shift() -> pl.Expr:
    """Weigh prior and measurement by 1 / width squared, and stay within 0..1."""
    prior, measured = _width("prior") ** -2, _width("measured") ** -2
    mean = (pl.col("prior_save_rate") * prior + pl.col("measured_save_rate") * measured) / (
        prior + measured
    )
    return (
        pl.when("prior_is_updated").then(mean.clip(0, 1) - pl.col("prior_save_rate")).otherwise(0.0)
    )


def _width(name: str) -> pl.Expr:
    return pl.col(f"{name}_high") - pl.col(f"{name}_low")
