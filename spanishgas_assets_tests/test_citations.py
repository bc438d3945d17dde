"""Every page that the code or the docs cite exists, with the section that is named."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROOMS = ("spanishgas_assets", "spanishgas_assets_tests", "benchmarks", "deploy", "docs", ".github")
KINDS = {".py", ".yaml", ".yml", ".md", ".tf", ".toml", ".sh"}

#: ``docs/domain.md#prices`` anywhere, and ``[prices](domain.md#prices)`` on a page.
CITED = re.compile(r"docs/[\w./-]*?\.md(?:#[\w-]+)?")
LINKED = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(#[\w-]+)?\)")
#: Notes that were never part of the repository.
OUTSIDE = re.compile(r"(?<![\w/])(?:facts|generator|house)\.md")


def sources() -> list[Path]:
    found = [path for room in ROOMS for path in (REPOSITORY / room).rglob("*")]
    found += REPOSITORY.glob("*")
    return sorted(
        path
        for path in found
        if path.is_file()
        and (path.suffix in KINDS or path.name in {"Makefile", "Dockerfile"})
        and path != Path(__file__)
        and ".terraform" not in path.parts
    )


def pages() -> list[Path]:
    return sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    outside_code = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    headings = re.findall(r"^#+ +(.+)$", outside_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def citations(path: Path) -> list[tuple[Path, str]]:
    text = path.read_text(encoding="utf-8")
    cited = [(REPOSITORY, *one.partition("#")[::2]) for one in CITED.findall(text)]
    if path.suffix == ".md":
        cited += [(path.parent, *link) for link in LINKED.findall(text)]
    return [
        ((folder / page).resolve() if page else path, anchor.removeprefix("#"))
        for folder, page, anchor in cited
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_citation_resolves(path: Path) -> None:
    for page, anchor in citations(path):
        assert page.exists(), f"{path} cites {page}, which does not exist"
        if anchor:
            assert anchor in anchors(page), f"{path} cites {page.name}#{anchor}: no such heading"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_rule_cites_a_page_outside_the_repository(path: Path) -> None:
    assert not OUTSIDE.findall(path.read_text(encoding="utf-8"))


MODULE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|yaml|yml|sh))`")


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    for name in MODULE.findall(page.read_text(encoding="utf-8")):
        assert (REPOSITORY / name).exists() or (REPOSITORY / "spanishgas_assets" / name).exists(), (
            f"{page.name} names {name}"
        )


#: Written by commands, with the contracts' and settings' own sentences.
GENERATED = {"features.md", "settings.md"}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_prose_wraps_at_100_columns(page: Path) -> None:
    if page.name in GENERATED:
        pytest.skip("is generated")
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    lines = [line for line in prose.splitlines() if not line.startswith(("|", "    "))]
    assert [line for line in lines if len(line) > 100] == []


def test_headings_become_anchors_as_github_writes_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# 2.0TD periods\n\n```\n# no heading\n```\n\n## Risk tiers & `money`\n")
    assert anchors(page) == {"20td-periods", "risk-tiers--money"}


def test_the_source_rules_are_cited() -> None:
    cited = {page.name for path in sources() for page, _ in citations(path) if path.suffix == ".py"}
    assert {"domain.md", "spain.md"} <= cited
