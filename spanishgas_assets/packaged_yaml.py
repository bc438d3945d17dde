"""The YAML files that are part of the package: rules and word lists."""

from pathlib import Path
from typing import Any

import yaml

#: libyaml's reader, seven times as fast, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_packaged_yaml(path: Path) -> Any:
    """Read one file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # a safe one
