"""Who is held out and who is in which fold: owners stay whole, labels stay balanced.

The place of an owner comes from a hash of its id among the owners of the same label, so the order
of the rows does not matter, and neither does a library's random generator.
"""

import hashlib
from collections.abc import Callable

import polars as pl

HOLDOUT = "holdout"
HOLDOUT_SHARE = 0.2
FOLDS = 5


def fold_names() -> list[str]:
    """Return the names of the folds."""
    return [f"fold_{number}" for number in range(FOLDS)]


def assign_parts(rows: pl.DataFrame, seed: int) -> pl.Series:
    """Give each row its part: ``holdout`` (a fifth of the rows) or one of the five folds.

    Owners are lined up by hash, those with a churner apart from those without, and the line is
    cut where the shares say; each owner lies wholly in one part.

    Args:
        rows: group_id and churn.
        seed: another seed deals the owners anew.
    """
    owners = (
        rows.group_by("group_id")
        .agg(pl.col("churn").max().alias("stratum"), pl.len().alias("size"))
        .with_columns(pl.col("group_id").map_elements(_dealer(seed), pl.String).alias("place"))
        .sort("stratum", "place", "group_id")
        .with_columns(
            (
                (pl.col("size").cum_sum() - pl.col("size") / 2).over("stratum")
                / pl.col("size").sum().over("stratum")
            ).alias("position")
        )
    )
    fold = ((pl.col("position") - HOLDOUT_SHARE) / (1 - HOLDOUT_SHARE) * FOLDS).floor()
    part = (
        pl.when(pl.col("position") < HOLDOUT_SHARE)
        .then(pl.lit(HOLDOUT))
        .otherwise(pl.lit("fold_") + fold.cast(pl.Int64).clip(0, FOLDS - 1).cast(pl.String))
    )
    dealt = owners.select("group_id", part.alias("part"))
    return rows.select("group_id").join(dealt, on="group_id", how="left", maintain_order="left")[
        "part"
    ]


def _dealer(seed: int) -> Callable[[str], str]:
    def place(group_id: str) -> str:
        return hashlib.blake2b(f"{seed}:{group_id}".encode(), digest_size=16).hexdigest()

    return place
