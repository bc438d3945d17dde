"""The n-th call to the store raises, or ends the process: for every n of a run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from spanishgas_assets.errors import SpanishGasError, StoreUnavailableError
from spanishgas_assets.storage.folder import FolderStore
from torture.scenario import REFUSED, ROWS, Tally, no_waiting, publish_run, seen_by_reader, settle

#: How a call fails: before it does anything, or after, when its answer is lost; or the process ends
#: there.
WAYS = ("raises", "answer lost", "killed before", "killed after")


class KilledError(BaseException):
    """The end of the process: nothing that handles errors may handle it."""


class FailingStore(FolderStore):
    """A folder's store whose n-th call fails.

    Attributes:
        calls: how many there were.
    """

    def __init__(self, root: str, strike: int = 0, way: str = WAYS[0]) -> None:
        """Strike the n-th call in a way; 0 strikes none."""
        super().__init__(root)
        self.calls, self._strike, self._way = 0, strike, way

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


_OPERATIONS = {
    "exists", "versions", "verified", "read", "scan", "write", "create", "read_version", "swap",
    "writing", "delete", "keys",
}  # fmt: skip


def call_failures() -> Tally:
    """Fail every call of a second publication, in each way; then read and run again."""
    tally = Tally()
    for way in WAYS:
        strike = 0
        while True:
            strike += 1
            with TemporaryDirectory(prefix="torture") as folder, no_waiting():
                publish_run(FolderStore(folder), 1)
                store = FailingStore(folder, strike, way)
                where = f"call {strike} {way}"
                try:
                    publish_run(store, 2)
                except (KilledError, SpanishGasError):
                    pass
                except Exception as error:  # whatever is raised is counted
                    tally.tracebacks += 1
                    tally.told.append(f"{where}: {type(error).__name__}: {error}")
                if store.calls < strike:
                    break
                tally.tried += 1
                if seen_by_reader(FolderStore(folder), tally, where) == REFUSED:
                    tally.rows_lost += ROWS
                    tally.told.append(f"{where}: what was published is not to be read")
                settle(FolderStore(folder), 2, tally, where)
    return tally
