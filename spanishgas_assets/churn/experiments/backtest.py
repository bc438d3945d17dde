"""The test that time itself makes: train on earlier labels, test on later ones."""

from collections.abc import Mapping

import polars as pl

from spanishgas_assets.churn.evaluation.bootstrap import RESAMPLES, evaluate
from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.scoring import score
from spanishgas_assets.churn.model.training import SEED, train
from spanishgas_assets.churn.tables import BACKTEST
from spanishgas_assets.errors import TrainingError


def backtest(
    training_sets: Mapping[str, pl.DataFrame],
    experiment: str,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    threads: int = 2,
    progress: booster.Progress = lambda _message: None,
) -> pl.DataFrame:
    """Test each label date but the first with a model of all dates before it.

    Returns the contract BACKTEST's rows. Snapshots that read one label file again have its labels
    again: the first of them counts, for the later ones would test a model on what it was told. A
    customer of the past is tested as it is served later:
    by the main booster, on its features of the later date.

    Args:
        training_sets: rows that keep the contract TRAINING_SET, by their label date, ISO.
        experiment: step of the ablation.
        seed: decides splits, trees and resamples.
        resamples: draws behind each interval.
        threads: fits side by side; changes no result.
        progress: told in words how far it is.

    Raises:
        TrainingError: there are not two label dates.
    """
    dates = _dates_of_their_own(training_sets)
    if len(dates) < 2:
        found = f"only {dates[0]}" if dates else "none"
        raise TrainingError(
            f"a backtest needs labels of at least two dates, found {found}: run the snapshots of "
            "other dated drops with their churn_label.csv first (spanishgas run --train)"
        )
    return pl.DataFrame(
        [
            _tested(
                training_sets, dates[:number], date, experiment, seed, resamples, threads, progress
            )
            for number, date in enumerate(dates)
            if number
        ],
        schema=BACKTEST.empty().schema,
    )


def _dates_of_their_own(training_sets: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the dates in order, without those whose labels are an earlier date's."""
    first: dict[bytes, str] = {}
    for date, rows in sorted(training_sets.items()):
        labels = rows.select("customer_id", "churn").sort("customer_id")
        first.setdefault(labels.write_csv().encode(), date)
    return list(first.values())


def pooled_history(training_sets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Put the rows of several label dates under each other, a customer's rows under one owner.

    A row is a customer at a date; the owner is the one of the customer's first date, so that what
    is nearly the same row twice never lies on both sides of a split.
    """
    stacked = pl.concat(
        [
            rows.with_columns(pl.lit(date).alias("date"))
            for date, rows in sorted(training_sets.items())
        ]
    )
    return stacked.with_columns(
        pl.col("group_id").first().over("customer_id"),
        pl.format("{}@{}", "customer_id", "date").alias("customer_id"),
    ).drop("date")


def _tested(
    training_sets: Mapping[str, pl.DataFrame],
    earlier: list[str],
    date: str,
    experiment: str,
    seed: int,
    resamples: int,
    threads: int,
    progress: booster.Progress,
) -> dict[str, object]:
    progress(f"{', '.join(earlier)} tested on {date}")
    history = pooled_history({day: training_sets[day] for day in earlier})
    model = train(
        history,
        experiment,
        snapshot=date,
        label_date=earlier[-1],
        seed=seed,
        threads=threads,
        resamples=resamples,
        repeats=1,
    )
    later = training_sets[date].sort("customer_id")
    probability = score(model, later)["churn_probability"].to_numpy()
    churn = later["churn"].to_numpy()
    found = evaluate(
        Scored(probability, churn),
        later["group_id"].to_numpy(),
        model.card.threshold,
        seed=seed,
        count=resamples,
    )
    return {
        "tested_on": date,
        "trained_on": ", ".join(earlier),
        "rows_trained": history.height,
        "rows": later.height,
        "churners": int(churn.sum()),
        "pr_auc_expected": model.card.metrics["pooled"]["pr_auc"].value,
        "pr_auc": found["pr_auc"].value,
        "pr_auc_low": found["pr_auc"].low,
        "pr_auc_high": found["pr_auc"].high,
        **{
            name: found[name].value
            for name in ("roc_auc", "ece", "precision", "recall", "mean_score", "prevalence")
        },
    }
