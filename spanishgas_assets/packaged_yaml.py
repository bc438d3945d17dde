"""The YAML files that are part of the package and have no model of their own: word lists."""

from pathlib import Path
from typing import Any

from pydantic import RootModel

from spanishgas_assets.yaml_models import read_yaml


def read_packaged_yaml(path: Path) -> Any:
    """Read one file, whatever it holds.

    Raises:
        SettingsError: it is no YAML, or a key is given twice; names file and line.
    """
    return read_yaml(path, RootModel[Any]).root
