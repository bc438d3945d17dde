"""The README names only commands and pages that exist."""

import re
from pathlib import Path

import pytest

from spanishgas_assets.cli import parser
from spanishgas_assets.settings import Settings
from spanishgas_assets.settings.variables import PREFIX

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
LINES = [line for kind, block in BLOCKS if not kind for line in block.splitlines() if line]


def test_every_make_target_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`?make ([a-z-]+)", README)) - {"and"}
    assert {"demo", "test", "ui", "help"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("line", [line for line in LINES if "spanishgas " in line])
def test_every_command_is_understood(line: str) -> None:
    _, _, arguments = line.partition("spanishgas ")
    assert parser().parse_args(arguments.split())


def test_every_page_exists() -> None:
    pages = re.findall(r"\]\((docs/[^)]+)\)", README)
    assert pages
    for page in pages:
        assert (REPOSITORY / page).is_file(), page


def test_every_setting_named_exists() -> None:
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(rf"{PREFIX}[A-Z_]+", README))
    assert named
    assert named <= settings
