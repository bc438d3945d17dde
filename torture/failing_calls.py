"""The n-th call to the store raises, or ends the process: for every n, in a folder and over S3."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any, Self

from spanishgas_assets.errors import SpanishGasError, StoreUnavailableError
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.store import Store
from torture.s3_model import ClientModel, ModelStore
from torture.scenario import REFUSED, ROWS, Tally, no_waiting, publish_run, seen_by_reader, settle

#: How a call fails: before it does anything, or after, when its answer is lost; or the process ends
#: there.
WAYS = ("raises", "answer lost", "killed before", "killed after")


class KilledError(BaseException):
    """The end of the process: nothing that handles errors may handle it."""


class Failing:
    """A store whose n-th call fails; its own calls of itself count too.

    Attributes:
        calls: how many there were.
    """

    calls, _strike, _way = 0, 0, WAYS[0]

    def strike(self, number: int, way: str) -> Self:
        """Let the call of this number fail in a way; calls count from here."""
        self.calls, self._strike, self._way = 0, number, way
        return self

    def __getattribute__(self, name: str) -> Any:
        """Return an operation of the store that counts, and fails in its turn."""
        found = super().__getattribute__(name)
        if name not in _OPERATIONS:
            return found
        return self._writing(found) if name == "writing" else self._counted(found)

    def _fails(self) -> bool:
        self.calls += 1
        return self.calls == self._strike

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            fails = self._fails()
            if fails:
                self._before()
            answer = call(*arguments, **options)
            if fails:
                self._end()
            return answer

        return counted

    def _writing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def counted(*arguments: Any) -> Iterator[str]:
            fails = self._fails()
            if fails:
                self._before()
            with call(*arguments) as path:
                yield path
            if fails:
                self._end()

        return counted

    def _before(self) -> None:
        if self._way in {"raises", "killed before"}:
            self._end()

    def _end(self) -> None:
        if self._way.startswith("killed"):
            raise KilledError
        raise StoreUnavailableError("no answer")


class FailingFolder(Failing, FolderStore):
    """A folder's store whose n-th call fails."""


class FailingModel(Failing, ModelStore):
    """The S3 store over a model, whose n-th call fails."""


_OPERATIONS = {
    "exists", "versions", "verified", "read", "scan", "write", "create", "read_version", "swap",
    "writing", "delete", "keys",
}  # fmt: skip


def call_failures() -> Tally:
    """Fail every call of a second publication, in each way; then read and run again."""
    tally = Tally()
    for way in WAYS:
        for strike in count(1):
            with TemporaryDirectory(prefix="torture") as folder, no_waiting():
                failing = FailingFolder(folder)
                if not _failed(failing, partial(FolderStore, folder), strike, way, tally):
                    break
        for strike in count(1):
            client = ClientModel({})
            failing_s3 = FailingModel(client)
            if not _failed(failing_s3, partial(ModelStore, client), strike, way, tally):
                break
    return tally


def _failed(
    failing: FailingFolder | FailingModel,
    opened: Callable[[], Store],
    strike: int,
    way: str,
    tally: Tally,
) -> bool:
    """Fail one call of a second publication; say whether there was one of that number."""
    publish_run(opened(), 1)
    where = f"{failing.root.partition('://')[0]}, call {strike} {way}"
    try:
        publish_run(failing.strike(strike, way), 2)
    except (KilledError, SpanishGasError):
        pass
    except Exception as error:  # whatever is raised is counted
        tally.tracebacks += 1
        tally.told.append(f"{where}: {type(error).__name__}: {error}")
    if failing.calls < strike:
        return False
    tally.tried += 1
    if seen_by_reader(opened(), tally, where) == REFUSED:
        tally.rows_lost += ROWS
        tally.told.append(f"{where}: what was published is not to be read")
    settle(opened(), 2, tally, where)
    return True
