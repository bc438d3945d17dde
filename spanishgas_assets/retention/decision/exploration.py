"""A choice that tries: some owners get an offer by a known draw instead of the best one known.

What is never tried is never known. Thompson sampling tries an offer as often as it may be the best,
given what is believed of the save rates and how sure that is (Thompson, Biometrika 25, 1933); a
floor keeps every possible offer in the draw, so that no probability is too small to learn from.
Only offers that no guardrail forbids and that are worth the least value are tried: law, cool-down,
owners, budget and calls hold as ever.
"""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.retention.column_values import HOLDOUT, OWNER_HAS_OFFER
from spanishgas_assets.retention.config.policy import Policy
from spanishgas_assets.retention.holdout import hash_of, in_holdout
from spanishgas_assets.retention.measurement.shared_strength import BAND

#: Draws of the save rates: a probability is known to a few hundredths, and stored as it was used.
_DRAWS = 400
_HASHES = 2**64


def tried(
    possible: pl.DataFrame, scored: pl.LazyFrame, effect: pl.LazyFrame, policy: Policy, as_of: date
) -> pl.DataFrame:
    """Leave to the owners who try one option each, drawn with a known probability.

    Returns the options with ``offer_probability``, 1 for whoever does not try. A customer of the
    holdout draws as the others do, so that both are compared under the same offer.

    Args:
        possible: what :func:`options` returns.
        scored: SCORED_CUSTOMERS.
        effect: CAMPAIGN_EFFECT: the save rates believed, and how sure they are.
        policy: whose ``explore`` counts.
        as_of: the snapshot; another one draws anew.
    """
    salt = f"explore|{policy.holdout_salt}|{as_of}"
    owners = possible["owner_id"].unique().sort()
    drawn = owners.filter(in_holdout(owners, policy.explore.share, salt))
    open_to_all = pl.col("block").is_null() | (pl.col("block") == HOLDOUT)
    tries = pl.col("owner_id").is_in(drawn.implode()) & open_to_all
    believed = effect.select(
        "offer",
        "segment",
        spread=(pl.col("save_rate_high") - pl.col("save_rate_low")) / BAND,
    )
    options = (
        possible.lazy()
        .filter(tries)
        .join(scored.select("customer_id", "segment"), on="customer_id")
        .join(believed, on=["offer", "segment"], how="left")
        .with_columns(pl.col("spread").fill_null(0.0))
        .sort("owner_id", "customer_id", "offer")
        .collect()
    )
    chances = _chances(options, policy, salt)
    own = options.drop("segment", "spread").with_columns(
        offer_probability=chances, chosen=_proposed(options["owner_id"], chances, salt)
    )
    proposed = own.filter("chosen")
    # The owner's other supplies get none, as where the owner has an offer.
    others = own.filter(
        ~pl.col("customer_id").is_in(proposed["customer_id"].implode())
    ).with_columns(block=pl.lit(OWNER_HAS_OFFER), offer_probability=pl.lit(None, pl.Float64))
    settled = possible.filter(~tries).with_columns(offer_probability=pl.lit(1.0))
    return pl.concat([settled, proposed.drop("chosen"), others.drop("chosen")]).sort(
        "customer_id", "offer"
    )


def _chances(options: pl.DataFrame, policy: Policy, salt: str) -> pl.Series:
    """Return the probability of each option among its owner's: as often as it is best, and floor.

    Save rates of an offer in a segment are drawn together for all customers.
    """
    if options.is_empty():
        return pl.Series("offer_probability", [], dtype=pl.Float64)
    owner = _numbers(options["owner_id"])
    cell = _numbers(options.select(pl.concat_str("offer", "segment", separator="|")).to_series())
    rate, spread, value, spend = (
        options[name].to_numpy() for name in ("save_rate", "spread", "value_eur", "spend_eur")
    )
    at_stake = np.divide(value + spend, rate, out=np.zeros_like(rate), where=rate > 0)
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    rng = np.random.default_rng(int.from_bytes(hash_of(salt)))
    best = np.zeros(len(owner))
    for _ in range(_DRAWS):
        normal = rng.standard_normal(cell.max() + 1)[cell]
        worth = np.clip(rate + normal * spread, 0, 1) * at_stake - spend
        first = worth == np.maximum.reduceat(worth, start)[owner]
        best += first / np.add.reduceat(first.astype(float), start)[owner]
    count = np.bincount(owner)[owner]
    floor = policy.explore.floor
    return pl.Series("offer_probability", (1 - floor) * best / _DRAWS + floor / count)


def _proposed(owners: pl.Series, chances: pl.Series, salt: str) -> pl.Series:
    """Draw one option of each owner, in the order of the rows."""
    drawn = {one: int.from_bytes(hash_of(f"{salt}|draw|{one}")) / _HASHES for one in set(owners)}
    frame = pl.DataFrame({"owner": owners, "chance": chances}).with_columns(
        end=pl.col("chance").cum_sum().over("owner"),
        at=pl.col("owner").replace_strict(drawn, return_dtype=pl.Float64, default=None),
    )
    # Rounding leaves the last end a little off 1.
    last = pl.col("owner").is_last_distinct()
    inside = (pl.col("at") >= pl.col("end") - pl.col("chance")) & (
        (pl.col("at") < pl.col("end")) | last
    )
    chosen = frame.with_columns(inside=inside).with_columns(
        pl.col("inside") & (pl.col("inside").cum_sum().over("owner") == 1)
    )
    return chosen["inside"]


def _numbers(names: pl.Series) -> NDArray[np.int64]:
    return (names.rank("dense") - 1).cast(pl.Int64).to_numpy()
