"""Commands called with arguments that make no sense, on an empty store and an empty raw folder."""

import contextlib
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

from fuzz.case import Case
from spanishgas_assets.cli import main

_TEXTS = (
    "", " ", "-", "--", "..", "../x", "/", "/dev/full", "/proc/self/mem", "x/y", "x\ny", "x\x00y",
    "\udce9", "2025-01-06", "2025-01-07", "2025-13-45", "0001-01-01", "9999-12-27", "٢٠٢٥-٠١-٠٦",
    "2025-01-06/..", "nan", "-1", "0", "1", "9" * 5000, "1e3", "[red]x[/]", "%s", "a" * 5000,
    "V/../V", "\U0001f600", "2025-01-06-0123456789ab",
)  # fmt: skip
#: Commands with places for texts; none of them makes anything of an empty folder.
_CALLS: tuple[tuple[str, ...], ...] = (
    ("{}",),
    ("{}", "{}"),
    ("show", "--snapshot", "{}"),
    ("show", "--snapshot", "2025-01-06", "{}"),
    ("run", "--snapshot", "{}"),
    ("run", "{}"),
    ("calls", "--snapshot", "{}", "--out", "{}"),
    ("calls", "--snapshot", "2025-01-06", "--out", "x.csv", "--top", "{}"),
    ("calls", "--snapshot", "2025-01-06", "--out", "{}", "--channel", "{}"),
    ("model", "{}"),
    ("model", "show", "{}"),
    ("model", "promote", "{}", "--from", "{}", "--by", "{}", "--why", "{}"),
    ("model", "rollback", "--by", "{}", "--why", "{}"),
    ("model", "approve", "{}", "--by", "{}", "--why", "{}"),
    ("model", "reject", "{}", "--by", "{}", "--why", "{}"),
    ("model", "ablation", "--snapshot", "{}"),
    ("model", "backtest", "--snapshot", "{}"),
    ("quarantine", "{}"),
    ("quarantine", "show", "{}", "--partition", "{}"),
    ("quarantine", "show", "bronze/customer", "--rows", "{}"),
    ("quarantine", "show", "{}", "--csv", "{}"),
    ("quarantine", "replay", "{}", "{}"),
    ("quarantine", "replay", "price_history.csv", "{}"),
    ("quarantine", "replay", "month=2024-01/{}", "{}"),
    ("features", "--out", "{}"),
    ("settings", "--page", "{}"),
    ("retry-batch", "{}"),
    ("inspect", "{}"),
    ("inspect", "{}", "--page", "{}"),
    ("sql", "{}"),
    ("publication", "show", "{}"),
    ("publication", "diff", "{}", "{}"),
    ("ui", "--port", "x{}"),
    ("demo-data", "--customers", "{}", "--months", "7"),
    ("demo-data", "--months", "{}", "--start", "{}", "--customers", "x"),
    ("demo-data", "--seed", "{}", "--shift", "{}", "--customers", "20"),
    ("demo-data", "--layout", "{}"),
    ("demo-data", "--start", "{}", "--customers", "20"),
)


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    """Yield so many calls."""
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")
        call = _CALLS[number % len(_CALLS)]
        yield _case(number, [part.replace("{}", chance.choice(_TEXTS)) for part in call])


def _case(number: int, arguments: list[str]) -> Case:
    def run(folder: Path) -> int:
        before = os.environ.copy()
        home = Path.cwd()
        os.environ |= {
            "SPANISHGAS_RAW": str(folder / "raw"),
            "SPANISHGAS_STORE": str(folder / "store"),
            "DAGSTER_HOME": "",
        }
        (folder / "raw").mkdir()
        (folder / "raw/price_history.csv").write_text("customer_id\nC1\n")
        os.chdir(folder)
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                main(arguments)
        finally:
            os.chdir(home)
            os.environ.clear()
            os.environ.update(before)
        return 0

    shown = " ".join(repr(part[:40]) for part in arguments)
    return Case(f"{number}: {shown}", run)
