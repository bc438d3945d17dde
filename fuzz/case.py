"""One damaged input and what became of it."""

import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from spanishgas_assets.errors import SpanishGasError

#: Seconds after which an input hangs its reader; each is of some kilobytes, on a machine that may
#: be busy.
HANG_SECONDS = 60
#: Characters of a refusal: what is longer quotes the file, and nobody reads it.
MOST_SAID = 5_000
#: How a command ends that was called wrongly.
MISUSED = 2


@dataclass(frozen=True)
class Case:
    """A damaged input.

    Attributes:
        name: what was damaged and how; the same for the same seed.
        run: reads it in an empty folder; returns the rows that are neither out nor set aside.
    """

    name: str
    run: Callable[[Path], int]


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        name: of the case.
        ending: ``read``, ``refused``, ``traceback`` or ``hang``.
        said: the refusal, or the end of the traceback.
        rows_unaccounted: rows that are neither out nor set aside, or are there twice.
        seconds: wall time.
        peak_mb: the largest memory of the process so far.
    """

    name: str
    ending: str
    said: str = ""
    rows_unaccounted: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the input was read whole or refused in a sentence."""
        return self.ending in {"read", "refused"} and self.rows_unaccounted == 0


class HangError(BaseException):
    """A case took too long; no handler of ``Exception`` may swallow it."""


def outcome_of(case: Case, folder: Path) -> Outcome:
    """Run a case in an empty folder."""
    started = time.perf_counter()
    ending, said, unaccounted = "read", "", 0
    try:
        with _time_limit():
            unaccounted = abs(case.run(folder))
    except SpanishGasError as error:
        said = str(error)
        ending = "refused" if len(said) <= MOST_SAID else "traceback"
    except SystemExit as error:
        ending = "refused" if error.code == MISUSED else "traceback"
        said = f"exit status {error.code}"
    except HangError:
        ending, said = "hang", "".join(traceback.format_exc()[-600:])
    except BaseException:  # a panic of Rust is no Exception
        ending, said = "traceback", traceback.format_exc()[-1500:]
    seconds = time.perf_counter() - started
    return Outcome(case.name, ending, said, unaccounted, round(seconds, 3), peak_mb())


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


@contextmanager
def _time_limit() -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> None:
        raise HangError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(HANG_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
