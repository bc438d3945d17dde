"""Each decision record has its four parts, and the index names it with its status."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("0*.md"))
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_four_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert re.search(r"^Status: (proposed|accepted|superseded by) ", text, re.MULTILINE)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_the_index_names_it_with_its_status(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number, title = re.match(r"# (\d+)\. (.+)", text).groups()
    status = re.search(r"^Status: (\w+)", text, re.MULTILINE)[1]
    assert path.name.startswith(f"{int(number):04}-")
    assert f"| {path.name[:4]} | [{title}]({path.name}) | {status} |" in INDEX


def test_numbers_have_no_gap() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))
