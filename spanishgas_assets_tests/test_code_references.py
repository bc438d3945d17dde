"""The UI's links to the source lead to the transforms, on this machine or in a repository."""

import ast
from pathlib import Path

import dagster as dg
import pytest

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.code_references import PACKAGE


def references(settings: Settings) -> dict[str, list]:
    graph = build_definitions(settings).resolve_asset_graph()
    return {
        table.title: graph.get(dg.AssetKey([table.layer, table.name]))
        .metadata["dagster/code_references"]
        .code_references
        for table in TABLES
    }


def name_of(link: dg.LocalFileCodeReference) -> str:
    return (link.label or "").rpartition(".")[2]


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
            assert lines[link.line_number] == name_of(link), title


def test_the_first_link_of_a_feature_tier_is_its_transform(local: dict[str, list]) -> None:
    for name in ("lifecycle", "behavioral", "market_core", "market_risk", "market_dynamics"):
        first = local[f"gold/{name}"][0]
        assert (Path(first.file_path).name, first.label) == (f"{name}.py", f"gold.{name}.{name}")


def test_the_first_link_of_every_table_is_a_transform_and_the_last_its_asset(
    local: dict[str, list],
) -> None:
    for title, (first, *_, last) in local.items():
        assert Path(first.file_path).name not in {"assets.py", "table_asset.py"}, title
        assert PACKAGE in Path(first.file_path).parents, title
        assert Path(last.file_path).name == "assets.py", title


def test_helpers_come_after_the_transform_that_the_table_is_named_after(
    local: dict[str, list],
) -> None:
    labels = {title: [name_of(link) for link in links] for title, links in local.items()}
    assert labels["bronze/price_month"][0] == "price_months"
    assert labels["silver/customer"][0] == "customer_as_of"
    assert labels["silver/customer_month"][0] == "customer_month"
    assert labels["retention/recommendations"][0] == "recommendations"


def test_a_transform_of_another_layer_is_linked_and_what_describes_is_not(
    local: dict[str, list],
) -> None:
    labels = [link.label for link in local["retention/scored_customers"]]
    assert labels == [
        "retention.scores.scored_customers",
        "churn.model.scoring.score",
        "retention.assets.retention_scored_customers",
    ]


@pytest.mark.parametrize(
    ("asset", "labels"),
    [
        ("churn/churn_model", ["train"]),
        ("churn/champion", ["succeed", "judge"]),
        ("monitoring/report", ["as_html", "as_json"]),
        ("publication/manifest", ["publish", "published_tables"]),
    ],
)
def test_what_is_no_table_is_linked_to_the_functions_that_make_it(
    asset: str, labels: list[str]
) -> None:
    node = build_definitions(Settings()).resolve_asset_graph().get(dg.AssetKey(asset.split("/")))
    links = node.metadata["dagster/code_references"].code_references
    assert [name_of(link) for link in links] == labels


def test_a_deployment_links_into_its_repository() -> None:
    linked = references(Settings(code_url="https://github.com/us/repo", code_branch="v1"))
    (first, *_) = linked["gold/lifecycle"]
    assert first.url.startswith(
        "https://github.com/us/repo/tree/v1/spanishgas_assets/gold/lifecycle.py#L"
    )
