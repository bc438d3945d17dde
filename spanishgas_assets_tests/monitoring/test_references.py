"""What a snapshot is compared with, and the record of estimates, read from a store."""

from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.churn.dataset.changed_labels import PERMISSIONS, accepted_near
from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring import references
from spanishgas_assets.monitoring.performance_estimate import performance_estimate
from spanishgas_assets.monitoring.realised_performance import (
    realised_performance,
    scored_with_labels,
    tier_calibration,
)
from spanishgas_assets.monitoring.references import SEASONAL
from spanishgas_assets.monitoring.tables import REALISED_PERFORMANCE, TIER_CALIBRATION
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS, SCORED_CUSTOMERS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import write_table
from spanishgas_assets_tests.stored import publish_tables

DAY = date(2026, 1, 5)


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path))


def put(store, day, labels=None, customers=4, label_date=None, model="m1"):
    """A scored snapshot: half of the customers at 0.9, half at 0.1."""
    ids = [f"C{n}" for n in range(customers)]
    high = [n < customers / 2 for n in range(customers)]
    scores = pl.DataFrame(
        {
            "customer_id": ids,
            "churn_probability": [0.9 if one else 0.1 for one in high],
            "churn_flag": high,
            "risk_tier": ["High" if one else "Low" for one in high],
            "model_version": model,
        }
    )
    churn = pl.Series("churn", labels or [None] * customers, dtype=pl.Int64)
    publish_tables(
        store,
        day.isoformat(),
        (SCORED_CUSTOMERS, scores),
        (GOLD_MASTER, pl.DataFrame({"customer_id": ids})),
        (
            CUSTOMER,
            pl.DataFrame({"customer_id": ids, "churn": churn}).with_columns(
                label_date=pl.lit(label_date, dtype=pl.Date)
            ),
        ),
    )


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([date(2025, 1, 6)], date(2025, 1, 6)),
        ([date(2024, 12, 30), date(2025, 1, 13)], date(2025, 1, 13)),
        ([date(2025, 1, 20), date(2025, 1, 13)], date(2025, 1, 13)),
        ([date(2024, 12, 23), date(2024, 12, 30)], date(2024, 12, 30)),
        ([date(2025, 2, 10), date(2025, 12, 29)], None),
    ],
)
def test_the_season_is_the_nearest_snapshot_a_year_before(store, stored, found):
    for day in stored:
        put(store, day)
    season = references.season_reference(store, DAY)
    assert (season.as_of if season else None) == found


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([date(2025, 12, 22), date(2025, 12, 29), DAY], date(2025, 12, 29)),
        ([date(2025, 11, 24), date(2026, 1, 12)], None),
    ],
)
def test_the_previous_snapshot_is_one_of_the_last_five_weeks(store, stored, found):
    for day in stored:
        put(store, day)
    previous = references.previous_reference(store, DAY)
    assert (previous.as_of if previous else None) == found
    assert previous is None or previous.model_version == "m1"


def champion(data_hash):
    return SimpleNamespace(
        version="m1",
        card=SimpleNamespace(label_date="2025-01-06", snapshot="2025-01-06", data_hash=data_hash),
        membership=pl.DataFrame({"customer_id": ["A"], "probability": [0.2]}),
    )


def test_a_reference_of_another_calendar_month_is_of_another_season(store):
    put(store, date(2025, 12, 29))
    found = references.stored_references(store, champion(put_training_set(store, churn=0)), DAY)
    assert {one.name: bool(one.other_season) for one in found} == {
        "training": False,
        "previous": True,
    }
    assert {"rolling_margin_trend_eur", "elec_use_trend", "loss_streak_months"} == SEASONAL


def put_training_set(store, churn):
    rows = pl.DataFrame(
        {"customer_id": ["A"], "group_id": ["g"], "churn": [churn], "row_hash": ["h"]}
    )
    write_table(store, "churn/training_set/2025-01-06", rows)
    return references.data_hash(rows)


def test_the_training_reference_stays_with_the_model_when_the_training_set_is_made_again(store):
    model = champion(put_training_set(store, churn=0))
    first = references.training_reference(store, model)
    put_training_set(store, churn=1)
    assert references.training_reference(store, model).rows.equals(first.rows)
    assert first.rows["churn_probability"].to_list() == [0.2]


def test_a_training_set_that_the_model_never_saw_is_refused(store):
    put_training_set(store, churn=0)
    with pytest.raises(StoreError, match="is not what model m1 was trained on"):
        references.training_reference(store, champion("other"))


def test_the_record_fills_in_when_labels_come(store):
    put(store, date(2025, 12, 29), labels=[1, 1, 0, 0])
    put(store, DAY)
    put(store, date(2026, 1, 12))
    rows = realised_performance(scored_with_labels(store, DAY, 91), {}, {})
    assert REALISED_PERFORMANCE.judge(rows).explain() == ""
    precision = rows.filter(pl.col("metric") == "precision")
    assert precision.select(
        "scored_snapshot", "labelled_customers", "estimated", "realised"
    ).rows() == [
        (date(2025, 12, 29), 4, pytest.approx(0.9), 1.0),
        (DAY, 0, pytest.approx(0.9), None),
    ]
    assert precision["within_interval"].to_list() == [True, None]


def test_labels_read_again_belong_to_the_snapshot_that_had_them_first(store):
    put(store, date(2025, 12, 29), labels=[1, 1, 0, 0])
    put(store, DAY, labels=[1, 1, 0, 0])
    put(store, date(2026, 1, 12), labels=[1, 0, 0, 0])
    scored = scored_with_labels(store, date(2026, 1, 12), 91)
    assert [one["churn"].count() for one in scored.values()] == [4, 0, 4]


def test_labels_of_an_earlier_day_belong_to_no_later_snapshot(store):
    put(store, DAY, labels=[1, 1, 0, 0], label_date=date(2025, 12, 29))
    assert [one["churn"].count() for one in scored_with_labels(store, DAY, 91).values()] == [0]


def test_labels_of_a_day_of_the_snapshots_week_are_its_own(store):
    put(store, DAY, labels=[1, 1, 0, 0], label_date=date(2025, 12, 30))
    assert [one["churn"].count() for one in scored_with_labels(store, DAY, 91).values()] == [4]


def test_a_tier_is_off_when_chance_cannot_explain_its_churn(store):
    put(store, DAY, labels=[1] * 90 + [0] * 10 + [1] * 60 + [0] * 40, customers=200)
    tiers = tier_calibration(scored_with_labels(store, DAY, 91))
    assert TIER_CALIBRATION.judge(tiers).explain() == ""
    assert tiers.select("risk_tier", "churn_rate", "standard_error", "off").rows() == [
        ("High", 0.9, pytest.approx(0.03), False),
        ("Low", 0.6, pytest.approx(0.03), True),
    ]


def test_without_snapshots_the_record_is_empty():
    assert realised_performance({}, {}, {}).is_empty()
    assert tier_calibration({}).is_empty()


@pytest.mark.parametrize(
    ("offer_date", "judged"),
    [
        (date(2025, 9, 29), 4),
        (date(2025, 10, 7), 3),
        (date(2026, 1, 6), 3),
        (date(2026, 4, 6), 3),
        (date(2026, 4, 7), 4),
    ],
)
def test_who_accepted_an_offer_near_the_snapshot_is_not_judged(store, offer_date, judged):
    put(store, DAY, labels=[1, 1, 0, 0])
    later = date(2026, 4, 6)
    put(store, later)
    known = pl.DataFrame({"customer_id": ["C0", "C1"], "last_accepted_date": [offer_date, None]})
    publish_tables(store, later.isoformat(), (CONTACT_PERMISSIONS, known))
    assert CONTACT_PERMISSIONS.title == PERMISSIONS
    assert scored_with_labels(store, DAY, 91)[DAY]["churn"].count() == judged
    next_week = date(2026, 4, 13)
    put(store, next_week)
    assert scored_with_labels(store, next_week, 91)[DAY]["churn"].count() == judged
    before = date(2026, 1, 12)
    put(store, before)
    assert scored_with_labels(store, before, 91)[DAY]["churn"].count() == 4


def test_a_snapshot_that_is_made_again_does_not_follow_its_own_publication(store):
    put(store, DAY, labels=[1, 1, 0, 0])
    first = scored_with_labels(store, DAY, 91)[DAY]
    own = pl.DataFrame({"customer_id": ["C0"], "last_accepted_date": [DAY]})
    publish_tables(store, DAY.isoformat(), (CONTACT_PERMISSIONS, own))
    assert_frame_equal(scored_with_labels(store, DAY, 91)[DAY], first)
    assert accepted_near(store, DAY, 91, DAY + timedelta(weeks=1)).to_list() == ["C0"]
    assert accepted_near(store, DAY, 91, DAY).is_empty()


def test_without_labels_the_estimate_is_the_one_that_was_made(store):
    put(store, DAY)
    scored = scored_with_labels(store, DAY, 91)
    made = performance_estimate(scored[DAY].lazy()).with_columns(pl.col("low") - 1).collect()
    told = realised_performance(scored, {DAY: made}, {})
    low = dict(made.select("metric", "low").rows())
    assert dict(told.select("metric", "estimated_low").rows()) == {
        name: low[f"expected_{name}"] for name in told["metric"]
    }


@pytest.mark.parametrize("ending", ["parquet", "json"])
def test_a_damaged_training_reference_is_noticed_and_made_again(store, ending):
    model = champion(put_training_set(store, churn=0))
    assert references.is_reference_sound(store, "m1")
    first = references.training_reference(store, model)
    (key,) = (key for key in store.keys("monitoring/references/") if key.endswith(ending))
    store.delete([key])
    assert not references.is_reference_sound(store, "m1")
    assert references.training_reference(store, model).rows.equals(first.rows)
    assert references.is_reference_sound(store, "m1")


def test_labels_judge_the_scores_from_before_they_trained_a_model(store):
    put(store, DAY, model="2025-12-01-a")
    put(store, DAY, labels=[1, 1, 0, 0], model=f"{DAY}-b")
    put(store, DAY, labels=[1, 1, 0, 0], model=f"{DAY}-c")
    later = date(2026, 4, 6)
    put(store, later)
    for as_of in (DAY, later):
        judged = scored_with_labels(store, as_of, 91)[DAY]
        assert judged["model_version"].unique().to_list() == ["2025-12-01-a"]
        assert judged["churn"].to_list() == [1, 1, 0, 0]


def test_a_first_snapshot_is_judged_by_the_model_of_its_own_labels(store):
    put(store, DAY, labels=[1, 1, 0, 0], model=f"{DAY}-b")
    judged = scored_with_labels(store, DAY, 91)[DAY]
    assert judged["model_version"].unique().to_list() == [f"{DAY}-b"]
