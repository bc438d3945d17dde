"""Who is in the holdout and who is in which fold: owners stay whole, labels stay balanced.

The place of an owner comes from a hash of its id among the owners of the same label, so the order
of the rows does not matter, and neither does a library's random generator. The holdout here is of
the model's evaluation; that of the offers is drawn in ``retention/holdout.py``.
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

    Args:
        rows: group_id and churn.
        seed: another seed deals the owners anew.
    """
    position = _positions(rows, seed)
    fold = ((position - HOLDOUT_SHARE) / (1 - HOLDOUT_SHARE) * FOLDS).floor()
    return pl.DataFrame({"position": position, "fold": _fold_names(fold)}).select(
        part=pl.when(pl.col("position") < HOLDOUT_SHARE).then(pl.lit(HOLDOUT)).otherwise("fold")
    )["part"]


def assign_folds(rows: pl.DataFrame, seed: int) -> pl.Series:
    """Give each row one of the five folds; as :func:`assign_parts`, with no holdout."""
    return _fold_names((_positions(rows, seed) * FOLDS).floor()).alias("part")


def _fold_names(number: pl.Series) -> pl.Series:
    return "fold_" + number.cast(pl.Int64).clip(0, FOLDS - 1).cast(pl.String)


def _positions(rows: pl.DataFrame, seed: int) -> pl.Series:
    """Place each row between 0 and 1, rows of one owner together.

    Owners are lined up by hash, those with a churner apart from those without: a cut of the line
    leaves the same share of churners on both sides, and each owner wholly on one.
    """
    owners = (
        rows.group_by("group_id")
        .agg(pl.col("churn").max().alias("stratum"), pl.len().alias("size"))
        .with_columns(pl.col("group_id").map_elements(_dealer(seed), pl.String).alias("place"))
        .sort("stratum", "place", "group_id")
        .select(
            "group_id",
            (
                (pl.col("size").cum_sum() - pl.col("size") / 2).over("stratum")
                / pl.col("size").sum().over("stratum")
            ).alias("position"),
        )
    )
    return rows.select("group_id").join(owners, on="group_id", how="left", maintain_order="left")[
        "position"
    ]


def _dealer(seed: int) -> Callable[[str], str]:
    def place(group_id: str) -> str:
        return hashlib.blake2b(f"{seed}:{group_id}".encode(), digest_size=16).hexdigest()

    return place
