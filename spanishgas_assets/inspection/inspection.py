"""A folder of raw drops looked through whole: every fault at once, nothing stored."""

from spanishgas_assets.inspection.first_model import inspect_first_model
from spanishgas_assets.inspection.readings import inspect_readings
from spanishgas_assets.inspection.remarks import Inspection, Weight
from spanishgas_assets.inspection.small_files import inspect_small_files
from spanishgas_assets.inspection.together import inspect_together
from spanishgas_assets.raw.files import OPTIONAL_FILES, RAW_FILES
from spanishgas_assets.raw.finding import names_in_drops
from spanishgas_assets.settings import Settings


def inspect_folder(folder: str, settings: Settings) -> Inspection:
    """Read a folder of raw drops as a run would, and say what it would make of them.

    Of dated drops the newest counts. The settings decide as they do for a run: the clock, the hour
    labels, the order of dates, the limits of what may be set aside.

    Args:
        folder: the raw root; the setting ``raw`` is not looked at.
        settings: what is declared of the sources.

    Raises:
        RawFileError: the folder cannot be looked into.
    """
    unread = _unread(folder)
    files, readings = inspect_small_files(folder, settings)
    hourly, months = inspect_readings(folder, settings)
    days = {report.name: report.day for report in files}
    together, known = inspect_together(readings, months, days, settings)
    if unread:
        together.say(Weight.TELLS, f"Nothing reads {', '.join(unread)}")
    first_model = inspect_first_model(known, months, readings)
    return Inspection(folder, [hourly, *files], together, first_model)


def _unread(folder: str) -> list[str]:
    """Return what lies in the drops under names that no raw file has."""
    found = (name.rpartition("/")[2] for name in names_in_drops(folder, None))
    return sorted({name for name in found if _is_unread(name)})


def _is_unread(name: str) -> bool:
    known = any(file.preference(name) is not None for file in (*RAW_FILES, *OPTIONAL_FILES))
    is_dated_folder = name[:4].isdigit() and name.count("-") == 2
    corrected = name.endswith(".corrected.csv")
    return bool(name) and not known and not is_dated_folder and not corrected
