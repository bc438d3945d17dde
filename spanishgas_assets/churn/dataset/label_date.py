"""To which day the labels belong: what they say themselves, else the snapshot."""

from datetime import date

import polars as pl

from spanishgas_assets.errors import TrainingError
from spanishgas_assets.raw.files import CHURN_LABEL


def label_date(labels: pl.LazyFrame, as_of: date, configured: date | None) -> date:
    """Return the date of a snapshot's labels: the features of that date are learned from.

    Args:
        labels: churn and label_date of bronze customers.
        as_of: the snapshot.
        configured: the setting, for a label file that names no date.

    Raises:
        TrainingError: the labels have several dates, another than the setting's, or one after the
            snapshot.
    """
    dates = labels.drop_nulls("churn").select(pl.col("label_date").drop_nulls().unique().sort())
    found = dates.collect().to_series().to_list()
    file = CHURN_LABEL.filenames[0]
    if len(found) > 1:
        raise TrainingError(
            f"{file}: {len(found)} label dates ({', '.join(map(str, found[:3]))} ...)"
            "; put the labels of each date into the dated drop of that date"
        )
    named = found[0] if found else as_of
    if found and configured not in (None, named):
        raise TrainingError(
            f"{file} has labels of {named}, SPANISHGAS_LABEL_DATE says {configured}; "
            "unset it, or deliver the labels of that date"
        )
    if named > as_of:
        raise TrainingError(f"labels of {named} cannot train the earlier snapshot {as_of}")
    return named
