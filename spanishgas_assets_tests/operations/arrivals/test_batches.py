"""Which snapshot and job a batch has, what it lacks, and which months it touches."""

from dataclasses import replace
from datetime import date

import pytest

from spanishgas_assets.operations.arrivals.batches import (
    lacking_files,
    open_batch,
    snapshot_of,
    touched_months,
)
from spanishgas_assets.operations.arrivals.inventory import Arrivals, Contents, changed

EXPECTED = ("customer_attributes", "customer_contracts", "customer_interactions")
MONDAYS = ["2025-01-06", "2025-01-13", "2025-01-20"]


def batch(units, drop="flat", *, processed=None, number=0, state="1.0"):
    return open_batch(drop, units, "2025-01-06", processed or {}, number, 0.0, state)


def arrivals(**drops):
    held = {
        name.replace("_", "-").removeprefix("d"): Contents(dict.fromkeys(units, "1"), 0.0, True)
        for name, units in drops.items()
    }
    return Arrivals(held, {}, 0)


@pytest.mark.parametrize(
    ("drop", "snapshot"),
    [
        ("2025-01-06", "2025-01-06"),
        ("2025-01-07", "2025-01-13"),
        ("2025-01-12", "2025-01-13"),
        ("2024-06-30", "2025-01-06"),
        ("2025-03-30", "2025-03-31"),
        ("flat", "2025-01-20"),
    ],
)
def test_a_drop_belongs_to_the_first_monday_that_sees_it(drop: str, snapshot: str) -> None:
    assert snapshot_of(drop, MONDAYS, None) == snapshot


def test_a_flat_drop_may_be_pinned() -> None:
    assert snapshot_of("flat", MONDAYS, date(2025, 1, 13)) == "2025-01-13"
    assert snapshot_of("2025-01-06", MONDAYS, date(2025, 1, 13)) == "2025-01-06"


def test_new_labels_train_and_all_else_scores() -> None:
    assert batch({"churn_label": "1", "customer_contracts": "1"}).job == "train_snapshot"
    assert batch({"customer_contracts": "1"}).job == "score_snapshot"
    assert batch({"consumption_hourly/2024-03": "1"}).job == "score_snapshot"
    known = {"2025-01-06": {"churn_label": "1"}}
    assert batch({"churn_label": "1"}, processed=known).job == "score_snapshot"
    assert batch({"churn_label": "2"}, processed=known).job == "train_snapshot"


def test_a_name_tells_content_place_turn_and_state() -> None:
    one = batch({"churn_label": "1"})
    assert one.name == batch({"churn_label": "1"}).name
    assert one.name.startswith("flat.1.")
    others = [
        batch({"churn_label": "2"}),
        batch({"churn_label": "1"}, drop="2025-01-06"),
        batch({"churn_label": "1"}, number=1),
        batch({"churn_label": "1"}, state="2.0"),
    ]
    assert len({one.name, *(other.name for other in others)}) == 5


def test_a_dated_drop_is_to_bring_the_customer_files() -> None:
    drop = "2025-01-13"
    here = arrivals(d2025_01_13=["customer_contracts", "churn_label"])
    assert lacking_files(batch({"customer_contracts": "1"}, drop), here, EXPECTED) == [
        "customer_attributes",
        "customer_interactions",
    ]


@pytest.mark.parametrize("unit", ["churn_label", "consumption_hourly/2024-03", "price_history"])
def test_a_dated_drop_of_labels_or_months_alone_is_to_bring_no_customer_file(unit: str) -> None:
    here = arrivals(d2025_01_13=[unit])
    assert lacking_files(batch({unit: "1"}, "2025-01-13"), here, EXPECTED) == []


def test_a_correction_in_a_complete_drop_lacks_nothing() -> None:
    here = arrivals(d2025_01_13=[*EXPECTED])
    assert lacking_files(batch({"customer_contracts": "2"}, "2025-01-13"), here, EXPECTED) == []


def test_earlier_drops_stand_in_for_what_every_run_needs() -> None:
    here = arrivals(
        flat=["customer_attributes", "customer_interactions", "consumption_hourly/2024-01"],
        d2025_01_06=["churn_label", "costs_by_province_month"],
        d2025_01_13=["price_history", "customer_contracts"],
    )
    assert here.missing_files("2025-01-13") == []
    # A snapshot reads no customer file of a later drop; prices are those of the newest.
    assert here.missing_files("2025-01-06") == ["customer_contracts"]


def test_a_months_file_touches_its_month_and_a_years_file_all() -> None:
    known = ["2024-01", "2024-02", "2024-03"]
    assert touched_months(batch({"consumption_hourly/2024-02": "1"}), known) == ["2024-02-01"]
    assert len(touched_months(batch({"price_history": "1"}), known)) == 3
    assert len(touched_months(batch({"consumption_hourly": "1"}), known)) == 3
    assert touched_months(batch({"customer_contracts": "1"}), known) == []


def test_the_newest_drop_with_readings_says_which_months_there_are() -> None:
    here = arrivals(
        flat=["consumption_hourly"],
        d2025_02_03=["consumption_hourly/2025-01", "consumption_hourly/2024-12"],
        d2025_02_10=["customer_contracts"],
    )
    assert here.consumption_months() == ["2024-12", "2025-01"]
    one_year = replace(
        arrivals(flat=["consumption_hourly"]).drops["flat"], months=("2026-01", "2026-02")
    )
    assert Arrivals({"flat": one_year}, {}, 0).consumption_months() == ["2026-01", "2026-02"]
    assert arrivals(flat=["churn_label"]).consumption_months() == []


def test_only_other_content_is_new_and_what_is_gone_is_no_news() -> None:
    contents = Contents({"churn_label": "2", "price_history": "1"}, 0.0, True)
    taken = {"churn_label": "1", "price_history": "1", "customer_contracts": "1"}
    assert changed(contents, taken) == {"churn_label": "2"}
