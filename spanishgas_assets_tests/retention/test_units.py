"""Units: who is compared with whom, and every row of the outcomes that can be none."""

from datetime import date, timedelta

import pytest

from spanishgas_assets.retention.column_values import (
    ARM_UNKNOWN,
    BEFORE_OFFER,
    CONTRADICTING,
    IN_HOLDOUT,
    NEVER_CHOSEN,
    NO_SUCH_OFFER,
    OTHER_WINDOW,
)

from .measured import DECIDED, OFFERED_ON, OVER, followed

C1 = {"customer_id": "C1"}
OUT = {"arm": IN_HOLDOUT}


def only(rows, given=None, **more):
    (unit,) = followed(rows, given, **more).units.iter_rows(named=True)
    return unit


def reasons(rows, given=None):
    return followed(rows, given).set_aside["reason"].to_list()


def test_a_unit_has_the_arm_that_was_recorded_and_its_outcome():
    unit = only([C1 | {"churned": 1, "contacted": 0}], [C1 | OUT])
    assert (unit["in_holdout"], unit["churned"], unit["state"]) == (True, 1, "counted")
    assert (unit["probability"], unit["begins"]) == (0.2, OFFERED_ON)


def test_a_holdout_that_is_told_of_each_week_is_one_unit_with_its_first_outcome():
    weeks = [timedelta(weeks=n) for n in range(13)]
    given = [C1 | OUT | {"decision_date": DECIDED + week} for week in weeks]
    rows = [
        C1 | {"offer_date": OFFERED_ON + week, "contacted": 0, "churned": int(n > 0)}
        for n, week in enumerate(weeks)
    ]
    unit = only(rows, given, as_of=date(2025, 6, 2))
    assert (unit["begins"], unit["churned"]) == (OFFERED_ON, 0)


def test_who_was_treated_stays_treated_after_the_draw_holds_them_out():
    later = date(2025, 1, 6)
    given = [C1, C1 | OUT | {"decision_date": later}]
    rows = [C1 | {"churned": 0}, C1 | {"offer_date": later, "contacted": 0, "churned": 1}]
    unit = only(rows, given, as_of=date(2025, 6, 2))
    assert (unit["in_holdout"], unit["churned"]) == (False, 0)


def test_another_salt_draws_a_customer_again():
    later = date(2025, 1, 6)
    given = [C1, C1 | OUT | {"decision_date": later, "draw": "pepper"}]
    rows = [C1 | {"churned": 0}, C1 | {"offer_date": later, "contacted": 0, "churned": 1}]
    units = followed(rows, given, as_of=date(2025, 6, 2)).units.sort("begins")
    assert units["in_holdout"].to_list() == [False, True]
    assert units["churned"].to_list() == [0, 1]


@pytest.mark.parametrize(
    ("day", "churned", "state"),
    [
        (OVER - timedelta(days=1), 1, "open"),
        (OVER, 1, "counted"),
        (OVER, None, "unlabelled"),
    ],
)
def test_an_outcome_counts_once_the_days_are_over_and_a_late_one_is_none(day, churned, state):
    assert only([C1 | {"churned": churned}], [C1], as_of=day)["state"] == state


def test_an_assignment_without_a_row_is_unlabelled_once_its_days_are_over():
    assert only([], [C1], as_of=OVER)["state"] == "unlabelled"


def test_a_row_that_is_not_of_the_first_offer_says_nothing_of_it():
    given = [C1, C1 | {"offer": "offer_large", "decision_date": date(2024, 9, 9)}]
    rows = [C1 | {"offer": "offer_large", "offer_date": date(2024, 9, 10), "churned": 1}]
    unit = only(rows, given, as_of=date(2025, 6, 2))
    assert (unit["offer"], unit["state"]) == ("offer_small", "unlabelled")


def test_a_holdout_that_was_contacted_all_the_same_stays_in_the_holdout():
    unit = only([C1 | {"contacted": 1}], [C1 | OUT])
    assert (unit["in_holdout"], unit["contacted"]) == (True, 1)


@pytest.mark.parametrize(
    ("row", "in_holdout"),
    [({"contacted": 1}, False), ({"contacted": 0, "in_holdout": 1}, True),
     ({"contacted": 0, "in_holdout": 0}, False)],
)  # fmt: skip
def test_before_assignments_were_published_a_row_says_itself_what_was_done(row, in_holdout):
    unit = only([C1 | row])
    assert (unit["in_holdout"], unit["owner_id"], unit["probability"]) == (in_holdout, "C1", None)


def test_a_row_that_does_not_say_what_was_done_is_set_aside():
    assert reasons([C1 | {"contacted": 0}]) == [ARM_UNKNOWN]


def test_an_outcome_of_a_customer_who_was_never_chosen_is_set_aside():
    assert reasons([{"customer_id": "C2"}], [C1]) == [NEVER_CHOSEN]
    assert reasons([C1 | {"offer": "offer_large"}], [C1]) == [NEVER_CHOSEN]


def test_an_outcome_before_its_offer_was_decided_is_set_aside():
    given = [C1 | {"decision_date": date(2024, 9, 30)}, {"customer_id": "C2"}]
    assert reasons([C1], given) == [BEFORE_OFFER]


def test_an_offer_that_no_longer_exists_is_set_aside():
    assert reasons([C1 | {"offer": "a_gift"}], [C1 | {"offer": "a_gift"}]) == [NO_SUCH_OFFER]


def test_two_different_outcomes_of_an_assignment_are_both_set_aside_and_two_equal_ones_are_one():
    found = followed([C1 | {"churned": 0}, C1 | {"churned": 1}], [C1])
    assert found.set_aside["reason"].to_list() == [CONTRADICTING] * 2
    assert found.units["state"].to_list() == ["unlabelled"]
    assert followed([C1, C1], [C1]).used == 2


def test_what_callers_recorded_and_the_file_are_one_outcome():
    call = C1 | {"churned": None, "accepted": 1}
    unit = only([call, C1 | {"accepted": None, "churned": 1}], [C1])
    assert (unit["accepted"], unit["churned"]) == (1, 1)


def test_an_outcome_over_other_days_than_the_policys_is_set_aside():
    assert reasons([C1 | {"churned_within_days": 30.0}], [C1]) == [OTHER_WINDOW]
    assert reasons([C1 | {"churned_within_days": 91.0}], [C1]) == []
    assert reasons([C1 | {"churned_within_days": 30.0, "churned": None}], [C1]) == []


def test_rows_of_the_snapshots_day_or_later_do_not_count():
    found = followed([C1 | {"offer_date": OVER}], [C1])
    assert (found.units["state"].to_list(), found.used) == (["unlabelled"], 1)
