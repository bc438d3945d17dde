"""What is on a disk after a loss of power: recorded from a run, then every state it allows.

A file's content is certain once the file was flushed, a name once its folder was. Until then each
may be there or not, whatever came before or after it.
"""

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

#: Up to so many uncertain names every subset is tried; of more, the telling ones and a sample.
_ALL_SUBSETS = 6
_SAMPLED = 40


@dataclass(frozen=True)
class Step:
    """One effect on the disk.

    Attributes:
        kind: ``folder`` and ``name`` give a name, ``gone`` takes it, ``flush`` and ``sync`` make a
            file's content and a folder's names certain.
        path: what it is about, relative to the root.
        content: of the file, when it got its name or was flushed.
    """

    kind: str
    path: str
    content: bytes = b""


@contextmanager
def recorded(root: Path) -> Iterator[list[Step]]:  # noqa: C901  # five functions of os
    """Record what happens below a folder; flushes are noted, not waited for."""
    steps: list[Step] = []
    real = {name: getattr(os, name) for name in ("mkdir", "replace", "link", "unlink")}

    def below(path: Any) -> str | None:
        whole = Path(os.fspath(path))
        return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else None

    def note(kind: str, path: Any, content: bytes = b"") -> None:
        name = below(path)
        if name is not None:
            steps.append(Step(kind, name, content))

    def fsync(opened: int) -> None:
        path = Path(f"/proc/self/fd/{opened}").readlink()
        if path.is_dir():
            note("sync", path)
        else:
            note("flush", path, path.read_bytes())

    def mkdir(path: Any, *arguments: Any, **options: Any) -> None:
        real["mkdir"](path, *arguments, **options)
        note("folder", path)

    def named(name: str) -> Any:
        def move(source: Any, target: Any, **options: Any) -> None:
            content = Path(source).read_bytes()
            real[name](source, target, **options)
            note("name", target, content)

        return move

    def unlink(path: Any, **options: Any) -> None:
        real["unlink"](path, **options)
        note("gone", path)

    with ExitStack() as stack:
        for name, function in {
            "fsync": fsync,
            "mkdir": mkdir,
            "replace": named("replace"),
            "link": named("link"),
            "unlink": unlink,
        }.items():
            stack.enter_context(patch.object(os, name, function))
        yield steps


def states(before: Mapping[str, bytes], steps: Sequence[Step]) -> Iterator[dict[str, bytes]]:
    """Yield what may be on the disk when power is lost after each step; each state once.

    Args:
        before: content by path, all of it certain.
        steps: what was recorded.
    """
    tried: set[frozenset[tuple[str, bytes]]] = set()
    for end in range(len(steps) + 1):
        for state in _states_after(before, steps[:end]):
            known = frozenset(state.items())
            if known not in tried:
                tried.add(known)
                yield state


def _states_after(before: Mapping[str, bytes], steps: Sequence[Step]) -> Iterator[dict[str, bytes]]:
    flushed = {step.content for step in steps if step.kind == "flush"}
    changes = [n for n, step in enumerate(steps) if step.kind in {"folder", "name", "gone"}]
    changes = [n for n in changes if not steps[n].path.startswith(".incoming")]
    unsure = [n for n in changes if not _is_certain(steps, n)]
    loose = sorted({steps[n].content for n in changes if steps[n].kind == "name"} - flushed)
    for lost in _subsets(unsure):
        for kept in _contents(loose):
            state = dict(before)
            folders: set[str] = set()
            for n in changes:
                step = steps[n]
                if step.kind == "folder" and n in lost:
                    folders.add(step.path)
                elif step.kind == "folder":
                    folders.discard(step.path)
                elif step.kind == "gone" and n not in lost:
                    state.pop(step.path, None)
                elif step.kind == "name" and n not in lost:
                    state[step.path] = kept.get(step.content, step.content)
            yield {
                path: content
                for path, content in state.items()
                if not any(path.startswith(f"{folder}/") for folder in folders)
            }


def _is_certain(steps: Sequence[Step], place: int) -> bool:
    folder = Path(steps[place].path).parent.as_posix()
    return any(step.kind == "sync" and step.path == folder for step in steps[place + 1 :])


def _subsets(unsure: Sequence[int]) -> Iterator[frozenset[int]]:
    """Yield which uncertain names are lost."""
    if len(unsure) <= _ALL_SUBSETS:
        for picked in product((False, True), repeat=len(unsure)):
            yield frozenset(n for n, lost in zip(unsure, picked, strict=True) if lost)
        return
    yield frozenset()
    for place, one in enumerate(unsure):
        yield from (frozenset([one]), frozenset(unsure[place:]), frozenset(unsure) - {one})
    drawn = random.Random(len(unsure))
    for _ in range(_SAMPLED):
        yield frozenset(n for n in unsure if drawn.random() < 1 / 2)


def _contents(loose: Sequence[bytes]) -> Iterator[dict[bytes, bytes]]:
    """Yield what may stand in place of contents that were never flushed."""
    yield {}
    for content in loose:
        yield {content: b""}
        yield {content: content[: len(content) // 2]}
    if loose:
        yield dict.fromkeys(loose, b"")


def files_below(root: Path) -> dict[str, bytes]:
    """Return the files of a store's folder, but what is staged."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".incoming" not in path.parts
    }


def lay_out(root: Path, state: Mapping[str, bytes]) -> None:
    """Put a state into an empty folder, with a staged file that a killed process left half done."""
    for path, content in {**state, ".incoming/left.tmp": b"half"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
