"""Every kind of input, and how many cases of it a full run tries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fuzz import cli_calls, raw_files, settings_values, special_files, state_files, yaml_files
from fuzz.case import Case


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        cases: yields so many cases of it: of a name, a seed, a count.
        share: how many of them for each hundred of the count that is asked for.
    """

    cases: Callable[[str, int, int], Iterator[Case]]
    share: int = 100


KINDS: dict[str, Kind] = {
    **{name: Kind(raw_files.cases) for name in raw_files.KINDS},
    "special files": Kind(special_files.cases),
    "YAML": Kind(yaml_files.cases),
    "settings": Kind(settings_values.cases),
    "state": Kind(state_files.cases),
    "command line": Kind(cli_calls.cases, share=60),
}
