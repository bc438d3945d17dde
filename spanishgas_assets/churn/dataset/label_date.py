"""To which day the labels belong: what the label file says, else the setting, else the snapshot."""

from dataclasses import replace
from datetime import date

from spanishgas_assets.errors import TrainingError
from spanishgas_assets.raw.files import CHURN_LABEL
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.records import read_cells
from spanishgas_assets.raw.typed_rows import read_rows

COLUMN = "label_date"


def label_date(root: str, as_of: date, configured: date | None, *, cache: str = "") -> date:
    """Return the date of a snapshot's labels: the features of that date are learned from.

    Args:
        root: the raw root.
        as_of: the snapshot.
        configured: the setting, for a label file without the column.
        cache: folder for local copies of a drop in S3; empty is this user's own.

    Raises:
        TrainingError: the file has several label dates, another than the setting's, or one after
            the snapshot.
        RawFileError: the file cannot be used.
    """
    drop = find_drop(root, CHURN_LABEL, as_of, cache=cache)
    named = configured
    if COLUMN in read_cells(drop).extra:
        dated = replace(CHURN_LABEL, columns=CHURN_LABEL.columns | {COLUMN: "date"})
        found = read_rows(replace(drop, file=dated)).rows[COLUMN].unique().sort().to_list()
        if len(found) != 1:
            raise TrainingError(
                f"{drop.path.name}: {len(found)} label dates ({', '.join(map(str, found[:3]))} ...)"
                "; put the labels of each date into the dated drop of that date"
            )
        named = found[0]
        if configured not in (None, named):
            raise TrainingError(
                f"{drop.path.name} has labels of {named}, SPANISHGAS_LABEL_DATE says {configured}; "
                "unset it, or deliver the labels of that date"
            )
    if named is not None and named > as_of:
        raise TrainingError(f"labels of {named} cannot train the earlier snapshot {as_of}")
    return named or as_of
