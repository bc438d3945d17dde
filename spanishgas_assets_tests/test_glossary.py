"""Code, YAML, command line and docs use the words of docs/glossary.md."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanishgas_assets.cli import parser

REPOSITORY = Path(__file__).parents[1]
GLOSSARY = REPOSITORY / "docs" / "glossary.md"
ROOMS = ("spanishgas_assets", "spanishgas_assets_tests", "benchmarks", "deploy", "docs", ".github")
KINDS = {".py", ".yaml", ".yml", ".md", ".tf"}

#: Where an avoided word is right: file or folder, words, and why.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "docs/glossary.md": ({"*"}, "names the words to avoid"),
    "spanishgas_assets_tests/test_glossary.py": ({"*"}, "names them as well"),
    "CHANGELOG.md": ({"*"}, "says what was renamed"),
    "spanishgas_assets/commands/former_names.py": ({"*"}, "keeps the aliases of one release"),
    "spanishgas_assets_tests/operations/arrivals/test_retry_batch.py": (
        {"rearm"},
        "tests the alias and the store key",
    ),
    "spanishgas_assets_tests/churn/test_model_command.py": ({"ladder"}, "tests the alias"),
    "spanishgas_assets/operations/arrivals/arrival_state.py": (
        {"trouble"},
        "reads what the release before stored",
    ),
    "spanishgas_assets_tests/operations/arrivals/test_arrival_state.py": (
        {"trouble"},
        "shows such an object",
    ),
    "spanishgas_assets/retention/config/policy.py": (
        {"hold-out"},
        "reads the former key for one release",
    ),
    "spanishgas_assets_tests/retention/test_retention_config.py": (
        {"hold-out"},
        "tests the former key",
    ),
    "benchmarks/text.py": ({"stranger"}, "prints the keys that the figures were asked for by"),
    "docs/text.md": ({"stranger"}, "names those keys"),
    "spanishgas_assets/retention/reasons.yaml": ({"mood"}, "speaks of a person to a person"),
    "spanishgas_assets_tests/retention/test_reasons.py": ({"mood"}, "quotes that sentence"),
}


def entries() -> list[tuple[str, str, list[str]]]:
    """Term, meaning and words to avoid of each row."""
    rows = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| Term "):
            term, meaning, avoid = (cell.strip() for cell in line.strip("|").split("|"))
            rows.append((term, meaning, [word.strip() for word in avoid.split(",") if word]))
    return rows


def plain(text: str) -> str:
    """The words of a text or identifier, in lower case and with single spaces between them."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.sub(r"[\W_]+", " ", words).lower()


def avoided() -> dict[str, re.Pattern[str]]:
    return {
        word: re.compile(rf"\b{plain(word)}s?\b") for _, _, words in entries() for word in words
    }


def texts() -> Iterator[Path]:
    found = [path for room in ROOMS for path in (REPOSITORY / room).rglob("*")]
    found += REPOSITORY.glob("*.*")
    for path in sorted(found):
        if path.is_file() and path.suffix in KINDS and ".terraform" not in path.parts:
            yield path


def allowed(path: Path) -> set[str]:
    name = path.relative_to(REPOSITORY).as_posix()
    return {word for place, (words, _) in EXCEPTIONS.items() if name == place for word in words}


def used(text: str) -> list[str]:
    said = plain(text)
    return [word for word, pattern in avoided().items() if pattern.search(said)]


@pytest.mark.parametrize(
    "path", list(texts()), ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)
def test_no_avoided_word_is_used(path: Path) -> None:
    may = allowed(path)
    found = used(f"{path.stem}\n{path.read_text(encoding='utf-8')}")
    assert "*" in may or not set(found) - may, f"docs/glossary.md: avoid {set(found) - may}"


def helps(one: argparse.ArgumentParser) -> Iterator[str]:
    yield one.format_help()
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from helps(subparser)


def test_the_command_line_speaks_the_same_words() -> None:
    for text in helps(parser()):
        assert used(text) == [], text


def test_every_exception_is_needed() -> None:
    for place, (words, reason) in EXCEPTIONS.items():
        assert reason
        found = set(used((REPOSITORY / place).read_text(encoding="utf-8")))
        assert found, f"{place} uses no avoided word any more"
        assert words in ({"*"}, found), place


def test_each_term_stands_once_with_one_sentence() -> None:
    terms = [term for term, _, _ in entries()]
    assert len(terms) == len(set(terms))
    for term, meaning, _ in entries():
        assert re.fullmatch(r"[A-Z].*\.", meaning), term
        assert not re.search(r"[.!?] +[A-Z]", meaning), f"{term}: one sentence"


def test_no_term_is_to_be_avoided() -> None:
    terms = {plain(term) for term, _, _ in entries()}
    assert not terms & {plain(word) for _, _, words in entries() for word in words}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hold_out", "hold-out"),
        ("The hold-outs", "hold-out"),
        ("AlertDesk", "desk"),
        ("LEAK_AUDIT", "leak audit"),
        ("a score\nmemory", "score memory"),
    ],
)
def test_words_are_found_in_any_spelling(text: str, word: str) -> None:
    assert used(text) == [word]
