"""Whole runs of the graph on a small retailer, each in a process of its own, quick to begin.

One process imports everything and starts no thread; every run is a fork of it. A model is trained
once for the same rows, since equal rows give equal bytes.
"""

import contextlib
import importlib
import inspect
import io
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import spanishgas_assets
from spanishgas_assets.churn.dataset.training_set import data_hash
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.cli import main
from spanishgas_assets.storage.folder import FolderStore

SNAPSHOT = "2025-01-06"
CUSTOMERS = 1200
#: Operations of a store, each call of which can fail.
OPERATIONS = (
    "exists", "versions", "verified", "read", "scan", "write", "create", "read_version", "swap",
    "writing", "delete", "keys",
)  # fmt: skip
_PLATFORM = str(Path(spanishgas_assets.__file__).parent)
#: Settings of the first run of a snapshot, and of the second, which makes everything again.
FIRST = {"SPANISHGAS_PR_AUC_FLOOR": "0.45", "SPANISHGAS_GAS_KWH_PER_M3": "11"}
SECOND = {**FIRST, "SPANISHGAS_GAS_KWH_PER_M3": "11.3"}


@dataclass(frozen=True)
class Retailer:
    """Where the runs read and write.

    Attributes:
        folder: of the raw drops, the store after the first run, and the models trained.
    """

    folder: Path

    @property
    def published(self) -> Path:
        """The store after a first run, which runs leave as it is: they get a copy."""
        return self.folder / "published"

    def settings(self, store: Path, values: dict[str, str]) -> dict[str, str]:
        """Return the environment of a run."""
        places = {
            "SPANISHGAS_RAW": str(self.folder / "raw"),
            "SPANISHGAS_STORE": str(store),
        }
        return {**values, **places, "DAGSTER_HOME": ""}


@contextmanager
def retailer(customers: int = CUSTOMERS) -> Iterator[Retailer]:
    """Make the raw drops and run the snapshot once; import in this process what a run imports."""
    with TemporaryDirectory(prefix="torture") as folder:
        made = Retailer(Path(folder))
        (Path(folder) / "models").mkdir()
        (answer,) = forked([lambda: _first_run(made, customers)])
        for name in answer:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        yield made


def _first_run(made: Retailer, customers: int) -> list[str]:
    from spanishgas_assets.demo import write_demo_retailer

    write_demo_retailer(made.folder / "raw", customers=customers, seed=7)
    status, said = run(made, made.published, FIRST)
    if status:
        raise RuntimeError(said)
    return sorted(name for name in sys.modules if not name.startswith("_"))


def run(made: Retailer, store: Path, values: dict[str, str]) -> tuple[int, str]:
    """Run the snapshot as a person does; return the exit status and what was printed."""
    return command(made, store, values, "run", "--snapshot", SNAPSHOT, "--train")


def command(made: Retailer, store: Path, values: dict[str, str], *words: str) -> tuple[int, str]:
    """Give a command in this process; return its exit status and what it printed."""
    said = io.StringIO()
    with (
        environment(made, store, values),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        try:
            status = main(words)
        except Exception:  # a person would see it
            status = 1
            traceback.print_exc()
    return status, said.getvalue()


@contextmanager
def environment(made: Retailer, store: Path, values: dict[str, str]) -> Iterator[None]:
    """Be in the environment of a run; flushes are not waited for, as no loss of power follows."""
    with (
        patch.dict(os.environ, made.settings(store, values)),
        _trained_once(made.folder / "models"),
        patch.object(os, "fsync", lambda _: None),
    ):
        yield


def hard_copy(store: Path, target: Path) -> None:
    """Copy a store as it is on the disk: objects by links, as none is changed in place."""
    for folder, folders, names in os.walk(store):
        folders[:] = [name for name in folders if name not in {".incoming", "logs"}]
        place = target / Path(folder).relative_to(store)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            source = Path(folder) / name
            if ".dagster" in source.parts:
                (place / name).write_bytes(source.read_bytes())
            else:
                os.link(source, place / name)


@contextmanager
def intercepted(heard: Callable[[str, tuple[Any, ...]], None]) -> Iterator[None]:
    """Let every call to a folder's store be heard before it is made; calls within calls are not."""
    depth = 0

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: FolderStore, *arguments: Any, **options: Any) -> Any:
            nonlocal depth
            if not depth:
                heard(name, arguments)
            depth += 1
            try:
                return real(self, *arguments, **options)
            finally:
                depth -= 1

        return call

    with contextlib.ExitStack() as stack:
        for name in OPERATIONS:
            stack.enter_context(
                patch.object(FolderStore, name, counted(name, getattr(FolderStore, name)))
            )
        yield


def lines_of_call() -> list[str]:
    """Return the lines of the platform from which a call to the store is being made."""
    lines, frame = [], inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_filename.startswith(_PLATFORM):
            lines.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        frame = frame.f_back
    return lines


def forked(works: Iterable[Callable[[], Any]], at_once: int = 2) -> list[Any]:
    """Do each work in a fork of this process, a few at a time; return what they returned.

    Raises:
        RuntimeError: one of them did not end well.
    """
    answers: dict[int, Any] = {}
    running: dict[int, int] = {}

    with TemporaryDirectory(prefix="torture") as folder:

        def collect() -> None:
            pid, status = os.wait()
            number = running.pop(pid)
            answer = Path(folder) / str(number)
            said = answer.read_text(encoding="utf-8") if answer.exists() else ""
            if status:
                raise RuntimeError(f"a forked run ended with status {status}: {said}")
            answers[number] = json.loads(said)

        for number, work in enumerate(works):
            if len(running) == at_once:
                collect()
            pid = os.fork()
            if not pid:
                _answer(work, Path(folder) / str(number))
            running[pid] = number
        while running:
            collect()
    return [answers[number] for number in sorted(answers)]


def _answer(work: Callable[[], Any], answer: Path) -> None:
    """Do a work in this process, leave its answer, and end."""
    status = 1
    try:
        said = json.dumps(work())
        status = 0
    except BaseException:  # told by the parent
        said = traceback.format_exc()
    answer.write_text(said, encoding="utf-8")
    os._exit(status)


@contextmanager
def _trained_once(folder: Path) -> Iterator[None]:
    """Let a training on rows that a run of before had return its model."""

    def trained(rows: Any, *arguments: Any, **options: Any) -> ChurnModel:
        kept = folder / data_hash(rows)
        if not kept.exists():
            model = train(rows, *arguments, **options)
            kept.write_bytes(pickle.dumps(model.parts))
        return ChurnModel(pickle.loads(kept.read_bytes()))  # written above

    with patch("spanishgas_assets.churn.assets.train", trained):
        yield
