"""The summary of checks: counts, the worst failure, and the trend against the summary before."""

import pytest

from spanishgas_assets.monitoring.check_summary import Outcome, check_summary
from spanishgas_assets.monitoring.tables import CHECK_SUMMARY


def outcome(partition, *, passed, severity="WARN", says="said"):
    return Outcome("bronze/cost_month", "null_limits", partition, passed, severity, says)


def only(summary):
    assert CHECK_SUMMARY.judge(summary).explain() == ""
    return summary.row(0, named=True)


def test_partitions_are_counted_and_the_last_failure_speaks():
    row = only(
        check_summary(
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
    earlier = check_summary([outcome("2024-01-01", passed=not before)], None)
    row = only(check_summary([outcome("2024-01-01", passed=not now)], earlier))
    assert (row["trend"], row["failed_before"], row["snapshots_failing"]) == (
        trend,
        before,
        failing,
    )


def test_no_outcomes_are_an_empty_board():
    assert check_summary([], None).is_empty()
