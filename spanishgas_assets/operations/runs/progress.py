"""What a run shows while it works: the step in hand, the time it takes, and how far it is."""

from typing import Any, Self

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class RunProgress:
    """A bar of steps on a terminal; one line a step elsewhere. Use as a context manager."""

    def __init__(self, console: Console, title: str) -> None:
        """Show ``title`` before the step's name."""
        self._console = console
        self._title = title
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[title]:<16}"),
            BarColumn(bar_width=28),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", title=title, total=1.0)

    def __enter__(self) -> Self:
        """Start the display."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: Any
    ) -> None:
        """End the display."""
        self._bar.stop()

    def plan(self, steps: int) -> None:
        """Say how many steps there will be."""
        self._bar.update(self._task, total=float(steps))
        if not self._console.is_terminal:
            self._console.print(f"{self._title}: {steps} steps")

    def fraction(self, stage: str, done: float) -> None:
        """Show the share of a stage that is done, 0 to 1."""
        self._bar.update(self._task, total=100.0, completed=100 * done, description=stage)

    def heard(self, event: dg.EventLogEntry) -> None:
        """Take an event of the run."""
        happened = event.dagster_event
        if happened is None or happened.step_key is None:
            return
        step = happened.step_key.replace("__", "/")
        match happened.event_type:
            case dg.DagsterEventType.STEP_START:
                self._bar.update(self._task, description=step)
            case dg.DagsterEventType.STEP_SUCCESS:
                self._bar.update(self._task, advance=1)
                if not self._console.is_terminal:
                    took = happened.step_success_data.duration_ms / 1000
                    self._console.print(f"  {took:6.1f} s  {step}")
            case dg.DagsterEventType.STEP_FAILURE:
                self._console.print(f"  [red]failed[/]   {step}")
            case _:
                return
