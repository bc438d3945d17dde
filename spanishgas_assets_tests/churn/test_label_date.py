from datetime import date

import pytest

from spanishgas_assets.churn.dataset.label_date import label_date
from spanishgas_assets.errors import TrainingError

SNAPSHOT, EARLIER = date(2025, 4, 7), date(2025, 1, 6)


@pytest.fixture
def labels(tmp_path):
    def write(*lines):
        (tmp_path / "churn_label.csv").write_text("\n".join(lines) + "\n")
        return str(tmp_path)

    return write


def test_a_file_without_the_column_has_labels_of_the_snapshot(labels):
    root = labels("customer_id,churn", "C1,0")
    assert label_date(root, SNAPSHOT, None) == SNAPSHOT


def test_the_setting_dates_a_file_without_the_column(labels):
    root = labels("customer_id,churn", "C1,0")
    assert label_date(root, SNAPSHOT, EARLIER) == EARLIER


@pytest.mark.parametrize("configured", [None, EARLIER])
def test_the_column_is_honoured(labels, configured):
    root = labels("customer_id,churn,label_date", "C1,0,2025-01-06", "C2,1,2025-01-06")
    assert label_date(root, SNAPSHOT, configured) == EARLIER


def test_a_setting_that_says_otherwise_is_refused(labels):
    root = labels("customer_id,churn,label_date", "C1,0,2025-01-06")
    with pytest.raises(TrainingError, match=r"has labels of 2025-01-06, .* says 2025-04-07"):
        label_date(root, SNAPSHOT, SNAPSHOT)


def test_several_dates_in_one_file_are_refused(labels):
    root = labels("customer_id,churn,label_date", "C1,0,2025-01-06", "C2,1,2025-01-13")
    with pytest.raises(TrainingError, match=r"2 label dates \(2025-01-06, 2025-01-13"):
        label_date(root, SNAPSHOT, None)


def test_labels_of_the_future_are_refused(labels):
    root = labels("customer_id,churn,label_date", "C1,0,2025-04-14")
    with pytest.raises(TrainingError, match="labels of 2025-04-14 cannot train the earlier"):
        label_date(root, SNAPSHOT, None)
