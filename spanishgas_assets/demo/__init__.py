"""The synthetic retailer: raw files in the source's formats, with its defects and its signal.

It stands in for data that may not leave the company. Read `world` for the causal order of a year,
`history` for the years after it, then the module of the step in question. Nothing outside this
package may depend on its inner tables.
"""

from spanishgas_assets.demo.files.history_files import write_demo_history
from spanishgas_assets.demo.files.retailer import DemoSummary, write_demo_retailer
from spanishgas_assets.demo.history.shifts import SHIFTS
from spanishgas_assets.demo.population.world import RetailerWorld, build_world

__all__ = [
    "SHIFTS",
    "DemoSummary",
    "RetailerWorld",
    "build_world",
    "write_demo_history",
    "write_demo_retailer",
]
