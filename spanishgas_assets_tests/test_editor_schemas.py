"""The JSON Schemas for editors: current, and in agreement with the packaged files."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import spanishgas_assets
from spanishgas_assets.editor_schemas import MODELS, schema_files, write_schemas

PACKAGE = Path(spanishgas_assets.__file__).parent
FOLDER = PACKAGE.parent / "docs" / "schemas"


def schema(file):
    return json.loads((FOLDER / f"{Path(file).stem}.schema.json").read_text(encoding="utf-8"))


def content(file):
    read = yaml.safe_load((PACKAGE / file).read_text(encoding="utf-8"))
    return json.loads(json.dumps(read, default=str))


def test_the_schemas_are_current():
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert stored == schema_files(), "run: make docs-schemas"


def test_the_schemas_are_written_into_a_folder(tmp_path):
    write_schemas(tmp_path / "schemas")
    written = {path.name for path in (tmp_path / "schemas").iterdir()}
    assert written == set(schema_files())


@pytest.mark.parametrize("file", MODELS)
def test_a_schema_accepts_the_packaged_file(file):
    jsonschema.Draft202012Validator.check_schema(schema(file))
    assert list(jsonschema.Draft202012Validator(schema(file)).iter_errors(content(file))) == []


@pytest.mark.parametrize("file", MODELS)
def test_a_schema_refuses_an_unknown_key(file):
    faults = jsonschema.Draft202012Validator(schema(file)).iter_errors(content(file) | {"x": 1})
    assert [fault.validator for fault in faults] == ["additionalProperties"]


def test_a_schema_refuses_a_save_rate_above_1():
    offers = content("retention/config/offers.yaml")
    offers["offers"][0]["eligible"][0]["save_rate"] = 1.4
    (fault,) = jsonschema.Draft202012Validator(schema("retention/config/offers.yaml")).iter_errors(
        offers
    )
    assert fault.json_path == "$.offers[0].eligible[0].save_rate"
