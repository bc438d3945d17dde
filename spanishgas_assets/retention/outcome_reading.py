"""The optional files of a drop as the retention layer reads them, recorded outcomes included."""

from datetime import date

from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, RawFile
from spanishgas_assets.raw.optional import read_optional
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.retention.recorded_outcomes import (
    OutcomeJournal,
    outcomes_drop,
    with_recorded,
)
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store


def read_file(settings: Settings, file: RawFile, day: date) -> Reading:
    """Read a file that may be absent, its dates as they are declared.

    Raises:
        RawFileError: the file is there and as a whole cannot be used.
    """
    declared = file.declared(settings.date_orders)
    return read_optional(settings.raw, declared, day, cache=settings.raw_cache)


def read_outcomes(settings: Settings, day: date) -> Reading:
    """Read the file's outcomes and those that callers recorded before the day.

    Raises:
        RawFileError: the file is there and as a whole cannot be used.
        StoreError: a recorded outcome is damaged.
    """
    file = read_file(settings, CAMPAIGN_OUTCOMES, day)
    recorded = OutcomeJournal(open_store(settings.store)).before(day)
    return with_recorded(file, outcomes_drop(recorded))
