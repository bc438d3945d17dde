"""The UI's links to the source lead to the transforms, on this machine or in a repository."""

import ast
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.settings import Settings


def references(settings: Settings) -> dict[str, list]:
    graph = build_definitions(settings).resolve_asset_graph()
    return {
        table.title: graph.get(dg.AssetKey([table.layer, table.name]))
        .metadata["dagster/code_references"]
        .code_references
        for table in TABLES
    }


@pytest.fixture(scope="module")
def local() -> dict[str, list]:
    return references(Settings())


def test_every_link_leads_to_the_definition_that_it_names(local: dict[str, list]) -> None:
    for title, links in local.items():
        assert links, title
        for link in links:
            tree = ast.parse(Path(link.file_path).read_text(encoding="utf-8"))
            lines = {
                line: node.name
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
                for line in (node.lineno, *(mark.lineno for mark in node.decorator_list))
            }
            assert lines[link.line_number] == link.label, title


def test_the_first_link_of_a_feature_tier_is_its_transform(local: dict[str, list]) -> None:
    for name in ("lifecycle", "behavioral", "market_core", "market_risk", "market_dynamics"):
        first = local[f"gold/{name}"][0]
        assert (Path(first.file_path).name, first.label) == (f"{name}.py", name)
    margins = {link.label for link in local["silver/customer_month"]}
    assert "customer_month" in margins


def test_a_deployment_links_into_its_repository() -> None:
    linked = references(Settings(code_url="https://github.com/us/repo", code_branch="v1"))
    (first, *_) = linked["gold/lifecycle"]
    assert first.url.startswith(
        "https://github.com/us/repo/tree/v1/spanishgas_assets/gold/lifecycle.py#L"
    )
