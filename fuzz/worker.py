"""Runs the cases of one kind in a process of its own, which may hang, be killed or eat memory.

It prints one JSON object a case, and begins at the case that it is told.
"""

import argparse
import dataclasses
import json
import shutil
import tempfile
from itertools import islice
from pathlib import Path

from fuzz.case import outcome_of
from fuzz.kinds import KINDS


def main() -> None:
    """Run the cases from one on."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=KINDS)
    for name in ("seed", "count", "first"):
        parser.add_argument(name, type=int)
    options = parser.parse_args()
    cases = KINDS[options.kind].cases(options.kind, options.seed, options.count)
    for case in islice(cases, options.first, None):
        print(json.dumps({"begins": case.name}), flush=True)
        folder = Path(tempfile.mkdtemp(prefix="fuzz"))
        try:
            outcome = outcome_of(case, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(json.dumps(dataclasses.asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
