"""Scores and their reasons for a snapshot's customers, each from a booster that never saw them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl

from spanishgas_assets.churn.dataset.feature_matrix import FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT
from spanishgas_assets.churn.evaluation.metrics import Floats
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.churn_model import MAIN, ChurnModel
from spanishgas_assets.churn.model.explanation import calibrated_contributions

#: Rows encoded and scored at once; bounds the memory whatever the number of customers.
BATCH = 50_000

BIAS = "bias"


def score(
    model: ChurnModel, gold_master: pl.DataFrame | pl.LazyFrame, batch: int = BATCH
) -> pl.DataFrame:
    """Score customers on the calibrated scale.

    Grain: one row per row of gold_master, in its order: customer_id, churn_probability, the ends
    of what calibration leaves open (calibration_low and _high), raw_score (before calibration) and
    score_source: ``out_of_fold`` for a customer that the main booster learned from, who is scored
    by the fold's booster that did not; else ``model``. A lazy frame is read a batch at a time.

    Raises:
        StoreError: gold_master lacks a feature or holds a value that the model does not know.
    """

    def scored(rows: pl.DataFrame) -> pl.DataFrame:
        raw = _by_booster(model, rows, _raw_column, width=1)
        probability = model.card.calibrator.apply(raw[:, 0])
        low, high = model.card.interval.around(raw[:, 0], probability)
        out_of_fold = pl.col("booster") != MAIN
        return rows.select(
            "customer_id",
            pl.Series("churn_probability", probability),
            pl.Series("calibration_low", low),
            pl.Series("calibration_high", high),
            pl.Series("raw_score", raw[:, 0]),
            pl.when(out_of_fold)
            .then(pl.lit("out_of_fold"))
            .otherwise(pl.lit("model"))
            .alias("score_source"),
        )

    return _in_batches(scored, model, gold_master, batch)


def contributions(
    model: ChurnModel, gold_master: pl.DataFrame | pl.LazyFrame, batch: int = BATCH
) -> pl.DataFrame:
    """Say what each feature adds to each customer's score.

    Grain: one row per row of gold_master, in its order: customer_id, one column per feature and
    ``bias``, in log-odds of churn_probability, to which they add up. The booster is the one that
    scores the customer.

    Raises:
        StoreError: as for :func:`score`.
    """
    names = [feature.name for feature in model.card.features.features] + [BIAS]

    def explained(rows: pl.DataFrame) -> pl.DataFrame:
        raw = _by_booster(model, rows, booster.contributions, width=len(names))
        values = calibrated_contributions(raw, model.card.calibrator)
        return rows.select("customer_id").hstack(pl.DataFrame(values, schema=names))

    return _in_batches(explained, model, gold_master, batch)


def _in_batches(
    work: Callable[[pl.DataFrame], pl.DataFrame],
    model: ChurnModel,
    gold_master: pl.DataFrame | pl.LazyFrame,
    batch: int,
) -> pl.DataFrame:
    """Work through the rows piece by piece, each customer with the name of its booster."""
    boosters = model.membership.filter(pl.col("part") != HOLDOUT).select(
        "customer_id", pl.col("part").alias("booster")
    )

    def with_booster(piece: pl.DataFrame) -> pl.DataFrame:
        return piece.join(
            boosters, on="customer_id", how="left", maintain_order="left"
        ).with_columns(pl.col("booster").fill_null(MAIN))

    pieces = [work(with_booster(piece)) for piece in _pieces(gold_master, batch)]
    return pl.concat(pieces)


def _pieces(gold_master: pl.DataFrame | pl.LazyFrame, batch: int) -> Iterator[pl.DataFrame]:
    """Cut a table into batches; a table without rows is one batch."""
    if isinstance(gold_master, pl.DataFrame):
        yield from gold_master.iter_slices(batch) if gold_master.height else [gold_master]
        return
    empty = True
    for piece in gold_master.collect_batches(chunk_size=batch):
        empty = False
        yield from piece.iter_slices(batch)
    if empty:
        yield gold_master.clear().collect()


def _by_booster(
    model: ChurnModel,
    rows: pl.DataFrame,
    ask: Callable[[Any, FeatureMatrix], Floats],
    width: int,
) -> Floats:
    """Ask each row's own booster for ``width`` values."""
    matrix = model.card.features.encode(rows)
    assigned = rows["booster"].to_numpy()
    values = np.empty((rows.height, width))
    for name in sorted(set(assigned)):
        own = assigned == name
        values[own] = ask(model.booster(name), matrix.rows(own))
    return values


def _raw_column(one: Any, matrix: FeatureMatrix) -> Floats:
    return booster.raw_scores(one, matrix)[:, None]
