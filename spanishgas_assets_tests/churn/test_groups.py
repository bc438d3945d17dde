import polars as pl

from spanishgas_assets.churn.evaluation.groups import (
    SMALL_CHURNERS,
    evaluate_groups,
    with_dimensions,
)


def groups(customers=400):
    """SME customers are all ranked right; in the only Corporate pair nobody leaves."""
    rows = pl.DataFrame(
        {
            "customer_id": [f"C{number}" for number in range(customers)],
            "group_id": [f"g{number}" for number in range(customers)],
            "churn": [int(number % 4 == 0) for number in range(customers)],
            "probability": [0.9 if number % 4 == 0 else 0.1 for number in range(customers)],
        }
    )
    dimensions = rows.select(
        "customer_id",
        segment=pl.when(pl.int_range(pl.len()).is_in([1, 2]))
        .then(pl.lit("Corporate"))
        .otherwise(pl.lit("SME")),
        sales_channel=pl.when(pl.int_range(pl.len()) < 40)
        .then(pl.lit("Office"))
        .otherwise(pl.lit("Telemarketing")),
        tenure_bucket=pl.lit("0-6m"),
        customer_age=pl.lit("new"),
    )
    return {
        f"{one.dimension}:{one.group}": one
        for one in evaluate_groups(rows, dimensions, 0.5, seed=1, count=20)
    }


def test_each_group_is_evaluated_on_its_own_rows():
    sme = groups()["segment:SME"]
    assert (sme.rows, sme.churners, sme.small) == (398, 100, False)
    assert sme.metrics["pr_auc"].value == 1
    assert sme.metrics["recall"].value == 1


def test_a_group_with_few_churners_is_marked_and_one_with_a_single_label_has_no_metrics():
    office, corporate = groups()["sales_channel:Office"], groups()["segment:Corporate"]
    assert office.churners == 10 < SMALL_CHURNERS
    assert office.small
    assert office.metrics
    assert (corporate.small, corporate.metrics) == (True, {})


def test_a_customer_is_new_for_twelve_months(training_rows):
    found = with_dimensions(
        training_rows.head(2).with_columns(tenure_months=pl.Series([11.9, 12.0]))
    )
    assert found["customer_age"].to_list() == ["new", "old"]
