"""The graph as Dagster sees it, and the house rules as tests."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

import spanishgas_assets
from spanishgas_assets.catalog import TABLES
from spanishgas_assets.config_assets import CONFIG_ASSETS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.runs.instance import INSTANCE_FILE
from spanishgas_assets.partitions import MONTHS, SNAPSHOTS
from spanishgas_assets.raw.files import OPTIONAL_FILES, RAW_FILES
from spanishgas_assets.settings import Settings
from spanishgas_assets.tables.table_checks import partitions_of

PACKAGE = Path(spanishgas_assets.__file__).parent
REPOSITORY = PACKAGE.parent

#: The layers in the order of the graph: a module imports only from its own and those before.
LAYERS = ["raw", "bronze", "silver", "gold", "churn", "retention", "monitoring", "publication"]
#: What the layers stand on. None imports a layer, or what runs and delivers the layers.
FOUNDATIONS = {"charts", "storage", "tables", "tariffs", "text"}
ABOVE_THE_LAYERS = {"operations", "commands", "dashboard", "demo"}

HARD = {"contract", "keys_unique", "rows_reconciled", "set_aside_limit"}
SOFT = {"null_limits", "row_count_band"}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return build_definitions(Settings())


def test_the_definitions_load(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_the_raw_files_are_external_and_the_rest_is_made_here(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    external = {key for key in graph.get_all_asset_keys() if not graph.get(key).is_executable}
    assert external >= {key for key in graph.get_all_asset_keys() if key.path[0] == "raw"}
    for name in (
        "churn_label",
        "customer_attributes",
        "customer_contracts",
        "price_history",
        "costs_by_province_month",
        "customer_interactions",
        "consumption_hourly",
    ):
        assert dg.AssetKey(["raw", name]) in external


def test_every_asset_says_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.kinds, key
        assert node.group_name == key.path[0]
        assert node.partitions_def in (MONTHS, SNAPSHOTS)
        if node.is_executable:
            assert node.code_version, key


def test_every_table_has_its_partitioned_checks_and_its_columns_in_the_ui(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    for table in TABLES:
        key = dg.AssetKey([table.layer, table.name])
        names = {check.name for check in graph.asset_check_keys if check.asset_key == key}
        assert names >= HARD | SOFT, table.title
        for name in names:
            spec = graph.get(dg.AssetCheckKey(key, name))
            assert spec.partitions_def == partitions_of(table), (table.title, name)
            if name in HARD:
                assert spec.blocking
        schema = graph.get(key).metadata["dagster/column_schema"]
        assert [column.name for column in schema.columns] == list(table.columns)


def test_months_run_in_one_pass_and_snapshots_one_by_one(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for table in TABLES:
        policy = graph.get(dg.AssetKey([table.layer, table.name])).backfill_policy
        assert policy
        assert policy.max_partitions_per_run == (None if table.cadence == "month" else 1)


def test_the_jobs_split_months_from_snapshots(definitions: dg.Definitions) -> None:
    def groups(job: str) -> set[str]:
        keys = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
        return {key.path[0] for key in keys}

    assert groups("ingest_months") == {"bronze"}
    assert groups("train_snapshot") == set(LAYERS) - {"raw"}
    trained = definitions.resolve_job_def("train_snapshot").asset_layer.executable_asset_keys
    scored = definitions.resolve_job_def("score_snapshot").asset_layer.executable_asset_keys
    assert {key.path[1] for key in set(trained) - set(scored)} == {"training_set", "churn_model"}


def test_every_column_has_a_description_and_money_and_energy_have_units() -> None:
    for table in TABLES:
        assert table.description
        for column in table.columns.values():
            assert column.description, (table.title, column.name)
            for unit in ("_eur", "_kwh", "_m3"):
                if column.name.endswith(unit):
                    assert column.unit, (table.title, column.name)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "spanishgas_assets" and len(parts) > 1 else None


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    used = {layer_of(module) for module in imports(path)} - {None, own}
    if own in LAYERS:
        assert not used & {*LAYERS[LAYERS.index(own) + 1 :], *ABOVE_THE_LAYERS}, used
    if own in FOUNDATIONS:
        assert not used & {*LAYERS, *ABOVE_THE_LAYERS}, used
    if own == "storage":
        assert "tables" not in used


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_transforms_know_no_dagster_and_nobody_pickles(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    used = imports(path)
    wires = parts[-1].endswith(("assets.py", "checks.py")) or parts[-1] in {
        "code_references.py",
        "column_metadata.py",
        "metadata.py",
        "model_store.py",
        "parquet_io_manager.py",
        "provenance.py",
        "registry_events.py",
        "run_figures.py",
        "table_asset.py",
    }
    if parts[0] in {*LAYERS, *FOUNDATIONS, "demo"} and not wires:
        assert "dagster" not in used
    assert not used & {"pandas", "pickle", "joblib"}


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("assets.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_asset_modules_keep_their_annotations(path: Path) -> None:
    assert "__future__" not in imports(path)


def test_loading_the_definitions_imports_nothing_heavy() -> None:
    heavy = "xgboost", "sklearn", "scipy", "torch", "transformers", "boto3"
    code = (
        "import sys, spanishgas_assets.definitions;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout.strip() == "[]"


def test_the_top_level_instance_file_is_the_one_that_runs_write() -> None:
    assert (REPOSITORY / "dagster.yaml").read_text() == INSTANCE_FILE.format(
        home="data/store/.dagster"
    )


def test_a_file_name_stands_for_one_thing() -> None:
    """Names repeat only where the room says which: a layer's own modules, tables and commands."""
    of_a_room = {"__init__", "assets", "checks", "metadata", "tables"}
    tables = {(table.layer, table.name) for table in TABLES}
    named: dict[str, list[str]] = {}
    for path in modules():
        inside = path.relative_to(PACKAGE).with_suffix("").parts
        is_its_table = inside in tables
        if inside[-1] not in of_a_room and inside[0] != "commands" and not is_its_table:
            named.setdefault(inside[-1], []).append("/".join(inside))
    assert {name: found for name, found in named.items() if len(found) > 1} == {}


def test_the_raw_group_holds_the_raw_files_and_settings_have_a_group_of_their_own(
    definitions: dg.Definitions,
) -> None:
    keys = definitions.resolve_asset_graph().get_all_asset_keys()
    raw = {key.path[1] for key in keys if key.path[0] == "raw"}
    assert raw == {file.name for file in (*RAW_FILES, *OPTIONAL_FILES)}
    config = {key.path[1] for key in keys if key.path[0] == "config"}
    assert config == {spec.key.path[1] for spec in CONFIG_ASSETS}


#: Modules that read or write the environment, and why.
READS_THE_ENVIRONMENT = {
    "settings/environment.py": "the variables of the settings",
    "operations/runs/instance.py": "DAGSTER_HOME, by which Dagster and its processes find it",
}


def test_the_environment_is_read_in_one_place() -> None:
    found = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            read = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            imported = isinstance(node, ast.ImportFrom) and node.module == "os"
            if read or imported:
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == set(READS_THE_ENVIRONMENT)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_resources_are_typed_parameters(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    read = {
        node.value.attr
        for node in tree
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    }
    assert "resources" not in read  # its attributes are Any: take `settings: Settings` instead


def test_one_module_alone_imports_what_dagster_keeps_private() -> None:
    private = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        for module in imports(path)
        if module.startswith(("dagster._", "dagster_shared"))
    }
    assert private == {"dagster_internals.py"}


def test_no_module_imports_another_that_imports_it_back() -> None:
    names = {
        ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in modules()
    }
    waiting = {
        name: {found for found in imports(path) if found in names} for name, path in names.items()
    }
    waiting = {
        name: used
        | {
            f"{module}.{alias}"
            for module, alias in names_imported(names[name])
            if f"{module}.{alias}" in names
        }
        for name, used in waiting.items()
    }
    while free := [name for name, used in waiting.items() if not used & set(waiting)]:
        for name in free:
            del waiting[name]
    assert sorted(waiting) == []


def names_imported(path: Path) -> set[tuple[str, str]]:
    return {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


#: Lines of an asset's function without its docstring: a caption, and no more.
CAPTION_LINES = 20


def asset_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(mark).startswith(("table_asset(", "dg.asset("))
            for mark in node.decorator_list
        ):
            yield node


ASSET_MODULES = pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("assets.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)


@ASSET_MODULES
def test_assets_are_captions(path: Path) -> None:
    for function in asset_functions(path):
        first, *_, last = [*function.body, function.body[-1]]
        written = function.body[1:] if ast.get_docstring(function) else [first]
        lines = last.end_lineno - written[0].lineno + 1 if written else 0
        assert lines <= CAPTION_LINES, f"{function.name}: {lines} lines"


@ASSET_MODULES
def test_an_asset_has_a_name_of_its_own_and_a_transform_keeps_its_name(path: Path) -> None:
    imported = [
        alias
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert not {function.name for function in asset_functions(path)} & {a.name for a in imported}
    assert [a.name for a in imported if a.asname and a.name.islower()] == []
