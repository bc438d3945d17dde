import polars as pl
import pytest

from spanishgas_assets.churn.experiments.backtest import backtest, pooled_history
from spanishgas_assets.churn.tables import BACKTEST
from spanishgas_assets.errors import TrainingError

from .retailer import rows

DATES = ["2025-01-06", "2025-04-07", "2025-07-07"]


@pytest.fixture(scope="module")
def training_sets():
    return {date: rows(1000, seed) for seed, date in enumerate(DATES)}


@pytest.fixture(scope="module")
def found(training_sets):
    said = []
    table = backtest(training_sets, "E5", resamples=20, progress=said.append)
    return table, said


def test_each_date_but_the_first_is_tested_by_the_ones_before_it(found):
    table, said = found
    assert BACKTEST.judge(table).explain() == ""
    assert table.select("tested_on", "trained_on", "rows_trained", "rows").rows() == [
        (DATES[1], DATES[0], 1000, 1000),
        (DATES[2], f"{DATES[0]}, {DATES[1]}", 2000, 1000),
    ]
    assert said[0] == f"{DATES[0]} tested on {DATES[1]}"


def test_what_stays_true_is_found_again(found):
    table, _ = found
    for row in table.iter_rows(named=True):
        assert row["pr_auc"] == pytest.approx(row["pr_auc_expected"], abs=0.15)


def test_what_turns_around_is_seen(training_sets):
    """At the last date the opposite customers leave."""
    turned = training_sets[DATES[1]].with_columns(churn=1 - pl.col("churn"))
    table = backtest({DATES[0]: training_sets[DATES[0]], DATES[1]: turned}, "E5", resamples=20)
    assert table["roc_auc"][0] < 0.4
    assert table["pr_auc_expected"][0] > table["prevalence"].min() / 2


def test_a_customers_dates_stay_with_one_owner(training_sets):
    moved = training_sets[DATES[1]].with_columns(group_id=pl.lit("new ") + pl.col("group_id"))
    history = pooled_history({DATES[0]: training_sets[DATES[0]], DATES[1]: moved})
    assert history["customer_id"].n_unique() == 2000
    owners = history.with_columns(pl.col("customer_id").str.head(6)).group_by("customer_id")
    assert owners.agg(pl.col("group_id").n_unique())["group_id"].max() == 1


@pytest.mark.parametrize(("dates", "said"), [([], "found none"), (DATES[:1], "only 2025-01-06")])
def test_one_date_is_no_history(training_sets, dates, said):
    with pytest.raises(TrainingError, match=said):
        backtest({date: training_sets[date] for date in dates}, "E5")


def test_a_label_file_that_is_read_again_is_no_second_date(training_sets):
    again = {DATES[0]: training_sets[DATES[0]], DATES[1]: training_sets[DATES[0]]}
    with pytest.raises(TrainingError, match="only 2025-01-06"):
        backtest(again, "E5")
