"""A year of Mondays: the platform lives with a retailer whose truth is known.

Drives the real parts (arrivals, schedule, alerts, publication) through the weeks of a world, prints
a line a week (what arrived, ran, was told, published), then what is known of the whole. The last
line is one JSON object. Beside the year, retailers of 300, 500 and 1,500 customers run one week.

    python -m benchmarks.year [--world quiet] [--weeks 53] [--customers 2000] [--no-sizes]
"""

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.faults import contents, planned
from benchmarks.rehearsal import Rehearsal, Told, Week, rehearsal_settings
from spanishgas_assets.demo.live.live_retailer import label_table
from spanishgas_assets.demo.live.live_year import open_live_year
from spanishgas_assets.demo.live.stated_save_rates import stated_save_rates
from spanishgas_assets.demo.live.weekly_portfolio import HORIZON_WEEKS, MOST_WEEKS
from spanishgas_assets.demo.live.worlds import WORLDS, World, load_world
from spanishgas_assets.monitoring.performance_estimate import realised_metrics
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.storage import publication_log

START = date(2025, 1, 6)
SIZES = (300, 500, 1_500)
#: The only incident that a platform has before its first publication.
_FIRST = "publication"


def rehearse(
    folder: Path, world: str, customers: int, seed: int, *, faults: bool = False
) -> Rehearsal:
    """Open a retailer and a platform in a folder of their own; with faults, if asked."""
    os.environ["DAGSTER_HOME"] = ""
    settings = rehearsal_settings(folder / "raw", folder / "store")
    year = open_live_year(
        folder / "raw",
        folder / "truth",
        settings.store,
        start=START,
        customers=customers,
        seed=seed,
        world=world,
        save_rates=stated_save_rates(),
    )
    complete = year.retailer.complete_months
    dealt = planned(seed, lambda week: complete(week) > complete(week - 1)) if faults else {}
    return Rehearsal(year, settings, dealt)


def told_changes(world: World, told: list[Told], weeks: int) -> list[int | None]:
    """Of each planted change that could be seen: weeks until it was told, None if it was not."""
    found: list[int | None] = []
    for change in world.planted:
        if change.seen_from_week >= weeks:
            continue
        after = [
            max(0, one.opened - change.seen_from_week)
            for one in told
            if one.subject in change.told_by
            and (one.over is None or one.over > change.from_week)
            and one.opened >= change.from_week
        ]
        found.append(min(after, default=None))
    return found


def estimate_coverage(rehearsal: Rehearsal, weeks: int) -> float | None:
    """Share of the weeks whose estimated PR-AUC interval holds the truth of who would leave.

    The truth is what happens if nobody is offered anything: offers of the horizon before are undone
    for it, and whoever would have left without one does not count. Weeks that begin less than the
    horizon before a competitor comes do not count: no estimate without labels can know of it.
    """
    year, held = rehearsal.year, []
    competitor = year.retailer.world.competitor
    end = weeks if competitor is None else min(weeks, competitor.from_week - HORIZON_WEEKS)
    for week in range(max(0, end)):
        manifest = publication_log.current(year.store, str(year.retailer.monday(week)))
        if manifest is None:
            continue
        publication = Publication(year.store, manifest)
        estimate = publication.table("monitoring/performance_estimate").collect()
        bounds = estimate.row(by_predicate=pl.col("metric") == "expected_pr_auc", named=True)
        scored = publication.table("retention/scored_customers").collect()
        unoffered = year.customers(max(0, week - HORIZON_WEEKS))
        labels = label_table(unoffered, week)
        truth = realised_metrics(scored.join(labels, on="customer_id"))["pr_auc"]
        held.append(truth is not None and bounds["low"] <= truth <= bounds["high"])
    return round(sum(held) / len(held), 3) if held else None


def figures(rehearsal: Rehearsal, weeks: list[Week], *, over_weeks: int = 2) -> dict[str, object]:
    """What is known of the weeks, by the names of the bench's last line."""
    world = rehearsal.year.retailer.world
    name = rehearsal.year.identity.world
    incidents = [one for one in rehearsal.told if one.subject != _FIRST]
    still_open = AlertOutbox(rehearsal.year.store).incidents.open.values()
    last = weeks[-1].number
    over = [
        one
        for one in still_open
        if not one.subject.startswith("daemon ")
        and max(one.scopes) < str(rehearsal.year.retailer.monday(max(0, last - over_weeks)))
    ]
    delays = told_changes(world, rehearsal.told, len(weeks))
    told = [one for one in delays if one is not None]
    usual = [one for one in weeks if one.number and not _heavy(one)]
    early, late = usual[:4], usual[-4:]
    growth = [
        (after.store_bytes - before.store_bytes)
        for before, after in itertools.pairwise(weeks)
        if after in usual
    ]
    return {
        "world": name,
        "weeks": len(weeks),
        "customers": weeks[0].customers,
        "false_alarms_quiet_year": len(incidents) if name in {"quiet", "warm-winter"} else None,
        "incidents": len(incidents),
        "told_share": round(len(told) / len(delays), 3) if delays else None,
        "weeks_to_tell_median": statistics.median(told) if told else None,
        "incidents_open_at_end": len(over),
        "runs_twice": runs_twice(rehearsal),
        "runs_missed": sum(not one for one in contents(rehearsal, len(weeks))),
        "mixed_reads": sum(bool(one.faults) for one in weeks),
        "rows_lost": sum(one.lost for one in weeks),
        "estimate_coverage": estimate_coverage(rehearsal, len(weeks)),
        "week_52_vs_week_2_time": _ratio([w.cpu_s for w in late], [w.cpu_s for w in early]),
        "store_growth_per_week_vs_first": _ratio(growth[-4:], growth[:4]),
    }


def _heavy(week: Week) -> bool:
    """Whether a week had months or labels to work on beside its own drop."""
    return any("ingest_months" in one or "train_snapshot" in one for one in week.runs)


def runs_twice(rehearsal: Rehearsal) -> int:
    """Snapshots that were published anew in a week by more than one run for the same raw files."""
    published = publication_log.manifests(rehearsal.year.store)
    by_raw = Counter((one.content.snapshot, json.dumps(one.to_dict()["raw"])) for one in published)
    return sum(count - 1 for count in by_raw.values())


def _ratio(late: list[float] | list[int], early: list[float] | list[int]) -> float | None:
    return round(statistics.median(late) / statistics.median(early), 2) if early else None


def line(week: Week) -> str:
    """A week as a line, and its incidents below it."""
    runs = ", ".join(week.runs) or "nothing"
    if week.fault:
        runs += f"; {week.fault}"
    text = (
        f"week {week.number:2d}  {week.monday}  {week.customers:,} customers, "
        f"{len(week.files)} files; ran {runs}; "
        f"published {week.published}, {week.recommended:,} offers; {week.seconds:.1f} s "
        f"({week.cpu_s:.1f} of CPU), {week.store_bytes / 1e6:.1f} MB"
    )
    below = [f"told: {one}" for one in week.opened]
    below += [f"over: {one}" for one in week.recovered]
    below += [f"failed: {one}" for one in week.failures]
    below += [f"fault: {one}" for one in week.faults]
    return "\n".join([text, *(f"    {one[:400]}" for one in below)])


def weeks_that_differ(rehearsal: Rehearsal, twin: Rehearsal, weeks: int) -> int:
    """Weeks whose publication is another than without faults, up to the first that lasts.

    From then on other offers were made, so that customers react otherwise.
    """
    lasting = [week for week, one in rehearsal.faults.items() if one.mondays]
    end = min([weeks, *lasting])
    pairs = zip(contents(rehearsal, end), contents(twin, end), strict=True)
    differ = 0
    for week, (ours, theirs) in enumerate(pairs):
        tables = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
        if tables:
            differ += 1
            print(f"week {week} differs from a year without faults in {', '.join(tables)}")
    return differ


def smallest_sizes_ok(seed: int) -> dict[str, bool]:
    """Whether retailers of each small size end with recommendations."""
    found = {}
    for customers in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            week = rehearse(Path(folder), "as-assumed", customers, seed).week()
            found[str(customers)] = week.published is not None
            print(f"{customers} customers: {line(week)}")
    return found


def main() -> None:
    """Live through the year and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--world", default="quiet", help=f"one of {', '.join(WORLDS)}, or a file")
    parser.add_argument("--weeks", type=int, default=MOST_WEEKS + 1)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-sizes", action="store_true")
    parser.add_argument(
        "--faults", action="store_true", help="with faults and people's acts, beside a twin without"
    )
    parser.add_argument("--folder", type=Path, help="kept afterwards; default: a temporary one")
    options = parser.parse_args()
    load_world(options.world)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        chosen = (options.world, options.customers, options.seed)
        rehearsal = rehearse(folder, *chosen, faults=options.faults)
        twin = rehearse(folder / "twin", *chosen) if options.faults else None
        weeks = []
        for _ in range(options.weeks):
            weeks.append(rehearsal.week())
            print(line(weeks[-1]), flush=True)
            if twin:
                twin.week()
        result = figures(rehearsal, weeks)
        if twin:
            result["weeks_that_differ"] = weeks_that_differ(rehearsal, twin, options.weeks)
    result["minutes"] = round((time.perf_counter() - began) / 60, 1)
    if not options.no_sizes:
        sizes = smallest_sizes_ok(options.seed)
        result["smallest_demo_ok"] = all(sizes.values())
    print(json.dumps(result))


if __name__ == "__main__":
    main()
