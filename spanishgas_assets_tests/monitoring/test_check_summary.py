"""The board of checks: counts, the worst failure, and the trend against the board before."""

import pytest

from spanishgas_assets.monitoring.check_summary import Outcome, quality_board
from spanishgas_assets.monitoring.tables import QUALITY_BOARD


def outcome(partition, *, passed, severity="WARN", says="said"):
    return Outcome("bronze/cost_month", "null_limits", partition, passed, severity, says)


def only(board):
    assert QUALITY_BOARD.judge(board).explain() == ""
    return board.row(0, named=True)


def test_partitions_are_counted_and_the_last_failure_speaks():
    row = only(
        quality_board(
            [
                outcome("2024-03-01", passed=False, says="later"),
                outcome("2024-01-01", passed=True),
                outcome("2024-02-01", passed=False, severity="ERROR", says="earlier"),
            ],
            None,
        )
    )
    assert row == {
        "table": "bronze/cost_month",
        "check": "null_limits",
        "partitions": 3,
        "failed": 2,
        "severity": "ERROR",
        "says": "later",
        "failed_before": None,
        "trend": "new",
        "snapshots_failing": 1,
    }


@pytest.mark.parametrize(
    ("before", "now", "trend", "failing"),
    [(1, 0, "better", 0), (1, 1, "same", 2), (0, 1, "worse", 1), (0, 0, "same", 0)],
)
def test_the_trend_is_against_the_board_before(before, now, trend, failing):
    earlier = quality_board([outcome("2024-01-01", passed=not before)], None)
    row = only(quality_board([outcome("2024-01-01", passed=not now)], earlier))
    assert (row["trend"], row["failed_before"], row["snapshots_failing"]) == (
        trend,
        before,
        failing,
    )


def test_no_outcomes_are_an_empty_board():
    assert quality_board([], None).is_empty()
