"""The rehearsal of a year: what its figures count, and six weeks of every world."""

from pathlib import Path

import pytest

from benchmarks.rehearsal import Told, Week
from benchmarks.year import figures, line, rehearse, told_changes
from spanishgas_assets.demo.live.worlds import WORLDS, load_world

DRIFT = "monitoring/drift_report: drift"


def week(number: int, *runs: str, published: int | None = 1) -> Week:
    return Week(
        number=number,
        monday="2025-01-06",
        files=["a"],
        runs=list(runs),
        failures=[],
        published=published,
        customers=300,
        recommended=5,
        lost=0,
        faults=[],
        fault="",
        opened=["check a: b"],
        recovered=[],
        seconds=1.0,
        cpu_s=0.5,
        store_bytes=1_000_000,
    )


@pytest.mark.parametrize(
    ("opened", "over", "subject", "weeks", "delay"),
    [
        (22, None, DRIFT, 53, 1),
        (10, None, DRIFT, 53, 0),
        (22, None, "another", 53, None),
        (7, None, DRIFT, 53, None),
    ],
)
def test_a_planted_change_is_told_by_an_incident_that_opens_after_it(
    opened, over, subject, weeks, delay
):
    told = [Told("drift", subject, "moved", opened, over)]
    assert told_changes(load_world("new-channel"), told, weeks) == [delay]


def test_a_change_that_cannot_be_seen_yet_does_not_count():
    assert told_changes(load_world("new-channel"), [], 6) == []


def test_a_week_is_a_line_with_its_incidents_below():
    said = line(week(3, "register_arrivals", "score_snapshot 2025-01-27")).splitlines()
    assert said == [
        (
            "week  3  2025-01-06  300 customers, 1 files; ran register_arrivals, score_snapshot "
            "2025-01-27; published 1, 5 offers; 1.0 s (0.5 of CPU), 1.0 MB"
        ),
        "    told: check a: b",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_six_weeks_of_a_world_end_with_recommendations_every_monday(
    world: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")
    rehearsal = rehearse(tmp_path, world, 300, 7)
    weeks = [rehearsal.week() for _ in range(6)]
    found = figures(rehearsal, weeks)
    assert {name: found[name] for name in ("runs_missed", "mixed_reads", "rows_lost")} == {
        "runs_missed": 0,
        "mixed_reads": 0,
        "rows_lost": 0,
    }
    assert [failure for one in weeks for failure in one.failures] == []
