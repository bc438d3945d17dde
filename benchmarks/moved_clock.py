"""A clock that is handed in: this process takes it for another day, and time goes on from there.

It moves `time.time`, by which runs, events and logs are dated, and Dagster's own clock. The times
of files stay those of the file system.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch


class MovedClock:
    """Seconds since 1970, as far from the system's clock as it was set last."""

    def __init__(self) -> None:
        """Begin as the system's clock."""
        self.system = time.time
        self._ahead = 0.0

    def set(self, at: datetime) -> None:
        """Make it a moment that is later than all before."""
        self._ahead = at.timestamp() - self.system()

    def now(self) -> float:
        """Return the moved time."""
        return self.system() + self._ahead

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Move the clock of this process."""
        with (
            patch("time.time", self.now),
            patch(
                "dagster._time._mockable_get_current_datetime",
                lambda: datetime.fromtimestamp(self.now(), UTC),
            ),
        ):
            yield
