from datetime import date

import polars as pl
import pytest

from spanishgas_assets.churn.dataset.label_date import label_date
from spanishgas_assets.errors import TrainingError

SNAPSHOT, EARLIER = date(2025, 4, 7), date(2025, 1, 6)


def labels(*dates, churn=0):
    return pl.LazyFrame(
        {"churn": [churn] * len(dates), "label_date": list(dates)},
        schema={"churn": pl.Int64, "label_date": pl.Date},
    )


def test_labels_without_a_date_are_of_the_snapshot():
    assert label_date(labels(None, None), SNAPSHOT, None) == SNAPSHOT
    assert label_date(labels(), SNAPSHOT, None) == SNAPSHOT


@pytest.mark.parametrize("configured", [None, EARLIER])
def test_their_date_is_honoured(configured):
    assert label_date(labels(EARLIER, EARLIER), SNAPSHOT, configured) == EARLIER


def test_a_customer_without_a_label_has_no_say():
    known = pl.concat([labels(EARLIER), labels(SNAPSHOT, churn=None)])
    assert label_date(known, SNAPSHOT, None) == EARLIER


def test_a_setting_that_says_otherwise_is_refused():
    with pytest.raises(TrainingError, match=r"has labels of 2025-01-06, .* says 2025-04-07"):
        label_date(labels(EARLIER), SNAPSHOT, SNAPSHOT)


def test_several_dates_are_refused():
    with pytest.raises(TrainingError, match=r"2 label dates \(2025-01-06, 2025-01-13"):
        label_date(labels(EARLIER, date(2025, 1, 13)), SNAPSHOT, None)


def test_labels_of_the_future_are_refused():
    with pytest.raises(TrainingError, match="labels of 2025-04-14 cannot train the earlier"):
        label_date(labels(date(2025, 4, 14)), SNAPSHOT, None)
