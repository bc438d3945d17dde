"""What to do about an incident: the line of the runbook, ``docs/operations.md``, in each message.

A test holds the texts to those of the page.
"""

from spanishgas_assets.operations.alerts.finished_runs import RUNS_END
from spanishgas_assets.operations.alerts.heartbeat import PUBLICATION
from spanishgas_assets.operations.alerts.incidents import Kind

_BAD_FILE = (
    "The message names file, column and count. Deliver the file again under the right name; the "
    "new version starts its runs itself."
)
_ADVICE = {
    Kind.CHECK: (
        "Open the check: it shows the failure cases and counts. For a contract or a key see "
        "spanishgas quarantine list, and have the file corrected and delivered again, or correct "
        "the rows yourself (quarantine show TABLE --csv FILE, then quarantine replay). For "
        "set_aside_limit, too many rows of the named file cannot be used: do likewise, or, if the "
        "source is like that, raise SPANISHGAS_SET_ASIDE_LIMITS. For row_count_band and "
        "null_limits, a thin or cut delivery: ask the sender. For plausible_units, finer_readings "
        "and date_order, columns that contradict each other: the check names the likely unit; ask "
        "the sender. For notes_matched, readings_matched and prohibitions_kept, ids that match "
        "nobody or prohibitions that are gone: ask the sender before anybody is called."
    ),
    Kind.GATE: (
        "spanishgas model show VERSION has the verdict. Look at labels and drift first; model "
        "promote takes only accepted models."
    ),
    Kind.DRIFT: (
        "Open the report (spanishgas publication show). If units or nulls changed, a raw file is "
        "at fault. If the change is real, train (train_snapshot) once labels are there."
    ),
    Kind.STEP: (
        "The message is the error. If the store or the network was unavailable, it was tried four "
        "times: retry the batch or run it again. Otherwise it is a bug: open an issue with the "
        "message."
    ),
    Kind.RUN: (
        "Open the run's page, then the log /spanishgas-ENV/run. OutOfMemory: give it a larger "
        "size. Capacity: it was retried twice, so run it again. Image or role: look at the last "
        "deployment."
    ),
    Kind.RAW_FILE: _BAD_FILE,
    Kind.DROPPED_FILE: _BAD_FILE,
    Kind.DROP: "Deliver what the drop lacks, or run spanishgas retry-batch BATCH.",
    Kind.FRESHNESS: (
        "Find out whether a drop is late, or whether the schedule monday skipped it: its tick "
        "says why."
    ),
    Kind.HEARTBEAT: (
        "Read the tick's error in the UI, and look at the services and the database. If the mail "
        "server is down, the sensor alerts fails and nothing is lost."
    ),
}
_OF_SUBJECT = {
    RUNS_END: "Open the run's page and its task, terminate it in the UI, and run it again.",
    PUBLICATION: _ADVICE[Kind.FRESHNESS],
}


def advice(kind: Kind, subject: str) -> str:
    """Return what to do about an incident of a kind and a subject, in one paragraph."""
    special = _OF_SUBJECT.get(subject) if kind is Kind.HEARTBEAT else None
    return special or _ADVICE[kind]
