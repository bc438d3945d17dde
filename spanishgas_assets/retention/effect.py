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
    the quotient of the two churn rates, its 95% interval from the quotient's logarithm.
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
    left, stayed_out = pl.col("chosen_churned"), pl.col("holdout_churned")
    ratio = (left / pl.col("chosen")) / (stayed_out / pl.col("holdout"))
    spread = (1 / left - 1 / pl.col("chosen") + 1 / stayed_out - 1 / pl.col("holdout")).sqrt()
    measurable = (left > 0) & (stayed_out > 0)
    return [
        pl.when(measurable).then(1 - ratio * (_Z * sign * spread).exp()).alias(name)
        for name, sign in (
            ("measured_save_rate", 0),
            ("measured_low", 1),
            ("measured_high", -1),
        )
    ]


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
