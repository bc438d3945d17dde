"""The YAML files that people edit, damaged by the byte and by the line."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.case import Case
from fuzz.damage import DAMAGES
from spanishgas_assets.churn.experiments.catalogue import Ablation
from spanishgas_assets.retention.config.retention_config import load_rules
from spanishgas_assets.tariffs.period_rules import TariffPeriods
from spanishgas_assets.yaml_models import read_yaml

_PACKAGE = Path(__file__).parents[1] / "spanishgas_assets"
_RETENTION = ("contact_rules.yaml", "offers.yaml", "policy.yaml")
#: What people write by mistake in place of a value.
VALUES = (
    "2024-13-45", "2024-02-30", "99999999999999999999", "1e999", ".nan", "-.inf", "0x_", "0b", "~",
    "[]", "{}", "[[[]]]", "- -", "*a", "&a b", "!!python/object:os.system x", "!!binary x",
    "!!int a", "'", '"', "|", ">", "? a", "a: b: c", "%", "@x", "`x`", "\t", "yes", "no", "null",
    "1:30", "1_000", "2024-01-01 99:99:99", "<<: 1", "0o9", "9" * 5000, "[" * 5000, "{a: " * 300,
    "\u2028", "- " * 2000,
)  # fmt: skip
FILES = (*_RETENTION, "periods.yaml", "experiments.yaml")


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    """Yield so many damaged files."""
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")
        yield _case(FILES[number % len(FILES)], number, chance)


def _case(name: str, number: int, chance: random.Random) -> Case:
    (source,) = _PACKAGE.rglob(name)
    content, how = _damaged(source.read_bytes(), chance)

    def run(folder: Path) -> int:
        for other in _RETENTION:
            (folder / other).write_bytes((_PACKAGE / "retention/config" / other).read_bytes())
        (folder / name).write_bytes(content)
        read = _READERS.get(name)
        if read is None:
            load_rules(str(folder))
        else:
            read(folder / name)
        return 0

    return Case(f"{number}: {name}: {how}", run)


def _damaged(content: bytes, chance: random.Random) -> tuple[bytes, str]:
    lines = content.decode().splitlines()
    place = chance.randrange(len(lines))
    match chance.choice(["value", "value", "value", "line", "indent", "bytes"]):
        case "value":
            value = chance.choice(VALUES)
            lines[place] = f"{lines[place].partition(':')[0]}: {value}"
            how = f"value {value[:30]!r} in line {place + 1}"
        case "line":
            lines.insert(place, chance.choice([*lines, "- ", ": ", "a", "? "]))
            how = f"another line {place + 1}"
        case "indent":
            lines[place] = " " * chance.randint(1, 9) + lines[place].lstrip()
            how = f"indent of line {place + 1}"
        case _:
            damage = chance.choice(DAMAGES)
            return damage(content, chance), damage.__name__
    return ("\n".join(lines) + "\n").encode(), how


_READERS: dict[str, Callable[[Path], object]] = {
    "periods.yaml": lambda path: read_yaml(path, TariffPeriods),
    "experiments.yaml": lambda path: read_yaml(path, Ablation),
}
