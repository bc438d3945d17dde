import random
from math import log, log2

import polars as pl
import pytest

from spanishgas_assets.gold.checks import label_finding
from spanishgas_assets.gold.label_audit import (
    EXPECTED,
    INFORMATION_LIMIT,
    label_information,
    named_after_label,
)
from spanishgas_assets.gold.tables import GOLD_MASTER

#: Bits of a label that a quarter of the customers have.
QUARTER = -(0.25 * log2(0.25) + 0.75 * log2(0.75))


def by_chance(values, customers, entropy):
    """What a feature of this many values tells of a label by chance, as a share."""
    return (values - 1) / (2 * customers * log(2)) / entropy


def told(feature, churn):
    """The audit's one row of a feature; customers are numbered."""
    ids = [f"C{number}" for number in range(len(feature))]
    features = pl.DataFrame({"customer_id": ids, "f": feature})
    labels = pl.DataFrame(
        {"customer_id": ids, "churn": churn}, schema_overrides={"churn": pl.Int64}
    )
    information = label_information(features, labels, least_of_a_class=1)
    return information.row(0, named=True) if information.height else None


def test_a_feature_that_is_the_label_explains_all_of_it():
    assert told([True] * 25 + [False] * 75, [1] * 25 + [0] * 75) == {
        "feature": "f",
        "information": pytest.approx(1 - by_chance(values=2, customers=100, entropy=QUARTER)),
        "telling_value": "true",
        "customers": 25,
        "churn_rate": 1.0,
    }


def test_a_feature_that_has_nothing_to_do_with_the_label_explains_nothing():
    assert told(["a", "b"] * 50, [0, 0, 1, 1] * 25)["information"] == pytest.approx(0.0)


def test_a_hand_worked_share():
    # Of 40 with a: 20 leave, 1 bit left each; of 40 with b: none leaves. Label: 20 of 80.
    # H(label | f) = 40/80 x 1 = 0.5
    row = told(["a"] * 40 + ["b"] * 40, ([1] * 20 + [0] * 20) + [0] * 40)
    chance = by_chance(values=2, customers=80, entropy=QUARTER)
    assert row["information"] == pytest.approx(1 - 0.5 / QUARTER - chance)


def test_what_many_values_tell_by_chance_is_taken_off():
    rng = random.Random(4)
    values = [str(rng.randrange(40)) for _ in range(2000)]
    churn = [int(rng.random() < 0.1) for _ in range(2000)]
    assert told(values, churn)["information"] < 0.02


@pytest.mark.parametrize(("churners", "rows"), [(49, 0), (50, 1)])
def test_too_few_customers_of_a_class_are_not_judged(churners, rows):
    ids = [f"C{number}" for number in range(500)]
    features = pl.DataFrame({"customer_id": ids, "f": ids})
    labels = pl.DataFrame({"customer_id": ids, "churn": [1] * churners + [0] * (500 - churners)})
    assert label_information(features, labels).height == rows


def test_a_null_is_a_value_that_can_tell():
    row = told([None] * 25 + [1.0] * 75, [1] * 25 + [0] * 75)
    assert row["information"] > 0.99
    assert row["telling_value"] == "null"


def test_a_number_is_cut_so_that_every_value_apart_tells_nothing_by_itself():
    numbers = [float(number) for number in range(1000)]
    alternating = [0, 1] * 500
    assert told(numbers, alternating)["information"] < 0.01
    assert told(numbers, [0] * 500 + [1] * 500)["information"] > 0.98


@pytest.mark.parametrize("churn", [[0, 0], [1, 1], [None, None]])
def test_without_both_classes_there_is_nothing_to_compare(churn):
    assert told(["a", "b"], churn) is None


def test_customers_without_a_label_do_not_count():
    labelled = told(["a"] * 40 + ["b"] * 40, ([1] * 20 + [0] * 20) + [0] * 40)
    with_others = told(["a"] * 40 + ["b"] * 40 + ["a"] * 9, [1] * 20 + [0] * 60 + [None] * 9)
    assert with_others == labelled


def information(**shares):
    rows = [
        {"feature": name, "information": share, "telling_value": "x", "customers": 40}
        | {"churn_rate": 0.99}
        for name, share in shares.items()
    ]
    return pl.DataFrame(rows, schema=label_information_schema())


def label_information_schema():
    return label_information(
        pl.DataFrame({"customer_id": []}, schema={"customer_id": pl.String}),
        pl.DataFrame(schema={"customer_id": pl.String, "churn": pl.Int64}),
    ).schema


def test_a_telling_feature_fails_unless_it_is_listed_and_then_it_is_said():
    over = INFORMATION_LIMIT + 0.01
    refused = label_finding(["tenure_months"], information(tenure_months=over))
    assert not refused.passed
    assert "tenure_months explains 26% of the label" in refused.description
    allowed = label_finding(["sentiment_label"], information(sentiment_label=0.3))
    assert allowed.passed
    assert "sentiment_label" in allowed.description
    assert "nearly reveal" in allowed.description
    table = allowed.metadata["most_telling"].records[0].data
    assert table["churn_rate"] == 0.99
    assert "99.4%" in table["allowed_because"]
    assert label_finding(["a"], information(a=INFORMATION_LIMIT)).passed


def test_without_labels_the_check_says_that_it_compared_nothing():
    finding = label_finding(["a"], information())
    assert finding.passed
    assert "nothing to compare" in finding.description


@pytest.mark.parametrize("name", ["churn", "will_churn", "churned_later", "target", "outcome_12m"])
def test_a_feature_named_after_the_label_fails(name):
    assert named_after_label([name, "tenure_months"]) == [name]
    finding = label_finding([name], information())
    assert not finding.passed
    assert name in finding.description


def test_gold_has_no_such_name_and_every_listed_feature_exists():
    assert named_after_label(list(GOLD_MASTER.columns)) == []
    assert set(EXPECTED) <= set(GOLD_MASTER.columns)
