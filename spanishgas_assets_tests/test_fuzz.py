"""A seeded sample of what ``make fuzz`` tries: no traceback, no hang, no lost row."""

import itertools

import pytest

from fuzz import raw_files, special_files
from fuzz.case import Case, outcome_of
from fuzz.kinds import KINDS

SEED = 17
#: Cases of a kind. A special file is the same at every seed; the bombs are left to ``make fuzz``.
SAMPLE = {**dict.fromkeys(raw_files.KINDS, 20), "YAML": 40, "settings": 60, "state": 60}


def sample(kind: str) -> list[Case]:
    return list(itertools.islice(KINDS[kind].cases(kind, SEED, SAMPLE[kind]), SAMPLE[kind]))


@pytest.mark.parametrize("kind", SAMPLE)
def test_what_is_damaged_is_read_or_refused(tmp_path_factory, kind):
    outcomes = [outcome_of(case, tmp_path_factory.mktemp("fuzz")) for case in sample(kind)]
    assert [outcome for outcome in outcomes if not outcome.holds] == []
    assert {outcome.ending for outcome in outcomes} == {"read", "refused"}


@pytest.mark.parametrize(
    "make",
    [
        special_files.fifo,
        special_files.directory,
        special_files.symlink_loop,
        special_files.dangling_symlink,
        special_files.link_to_zeros,
        special_files.deep_json,
        special_files.long_number,
    ],
)
def test_what_is_no_file_is_refused(tmp_path_factory, make):
    for kind in ("churn_label", "customer_interactions", "consumption_hourly"):
        for form in raw_files.file_of(kind).filenames:
            if "." in form:
                case = special_files.case(kind, form, make)
                outcome = outcome_of(case, tmp_path_factory.mktemp("fuzz"))
                assert (outcome.name, outcome.ending) == (case.name, "refused")


def test_the_same_seed_makes_the_same_cases():
    assert [case.name for case in sample("price_history")] == [
        case.name for case in sample("price_history")
    ]


def test_a_lost_row_and_a_traceback_do_not_hold(tmp_path):
    lost = outcome_of(Case("lost", lambda _: 2), tmp_path)
    assert (lost.ending, lost.rows_unaccounted, lost.holds) == ("read", 2, False)
    broken = outcome_of(Case("broken", lambda _: 1 // 0), tmp_path)
    assert (broken.ending, broken.holds) == ("traceback", False)
    assert "ZeroDivisionError" in broken.said
