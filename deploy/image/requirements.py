"""Print what pip installs before the platform itself: its dependencies and those of some extras.

Installed on their own they are a layer that a change of the platform's code leaves as it is.
Runs in the image's build, before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path


def requirements(pyproject: str, constraints: str, extras: list[str]) -> list[str]:
    """Return the requirements of the project and the extras.

    With ``sentiment``, torch must be the build without CUDA: its version carries ``+cpu``, which
    only an index of such wheels offers, so pip stops at once where it would fetch 3 GB of CUDA.

    Raises:
        SystemExit: an extra that the project does not have; names those that it has.
    """
    project = tomllib.loads(pyproject)["project"]
    offered = project["optional-dependencies"]
    unknown = sorted(set(extras) - set(offered))
    if unknown:
        raise SystemExit(f"EXTRAS: no such extra: {unknown}; pyproject.toml has {sorted(offered)}")
    found = [*project["dependencies"], *(one for extra in extras for one in offered[extra])]
    if "sentiment" in extras:
        pinned = re.search(r"^torch==([\w.]+)", constraints, re.MULTILINE)
        if pinned is None:
            raise SystemExit("constraints.txt pins no torch==VERSION")
        found.append(f"torch=={pinned[1]}+cpu")
    return found


if __name__ == "__main__":
    wanted = [extra for extra in sys.argv[1].split(",") if extra]
    lines = requirements(
        Path("pyproject.toml").read_text("utf-8"),
        Path("constraints.txt").read_text("utf-8"),
        wanted,
    )
    sys.stdout.write("\n".join(lines) + "\n")
