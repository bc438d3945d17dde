"""Every setting with values that make no sense."""

import random
from collections.abc import Iterator
from pathlib import Path

from fuzz.case import Case
from spanishgas_assets.settings import Settings, StoreSettings

VALUES = (
    "nan", "inf", "-inf", "-1", "0", "1e400", "1e-400", "9" * 5000, "x", "true", "[]", "{}", "null",
    "None", "\u00a0", "\u2028", "a\nb", "\x00", "\udce9", "=", ",", ",,", " , ", "a=b=c", "../..", "s3://",
    "s3:///x", "http://[", "2024-13-45", "0x10", "1,5", "٣", "\U0001f600", "x" * 100_000, "%s", "~",
)  # fmt: skip


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    """Yield so many environments."""
    variables = {kind: list(kind.variables()) for kind in (Settings, StoreSettings)}
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")
        settings = chance.choice(list(variables))
        names = chance.sample(variables[settings], chance.choice([1, 1, 1, 2, 5]))
        yield _case(settings, number, {name: chance.choice(VALUES) for name in names})


def _case(
    settings: type[Settings] | type[StoreSettings], number: int, environment: dict[str, str]
) -> Case:
    def run(_: Path) -> int:
        settings.from_environment(environment)
        return 0

    shown = ", ".join(f"{name}={value[:20]!r}" for name, value in environment.items())
    return Case(f"{number}: {shown}", run)
