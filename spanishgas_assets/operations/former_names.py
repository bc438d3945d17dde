"""The state files of release 0.1: the field names they have, read for one release.

A state file is written with today's names at its next change. Remove this module, and its callers,
with release 0.3.
"""

from collections.abc import Mapping
from typing import Any


def with_current_names(value: Any, names: Mapping[str, str]) -> Any:
    """Return JSON values with every former field name replaced; what has today's stays as it is.

    Args:
        value: what ``json.loads`` returned.
        names: today's field name of each former one.
    """
    if isinstance(value, dict):
        return {
            names.get(name, name): with_current_names(one, names) for name, one in value.items()
        }
    if isinstance(value, list):
        return [with_current_names(one, names) for one in value]
    return value
