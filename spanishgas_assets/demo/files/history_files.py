"""Writes a longer history: monthly readings, prices and costs flat, the rest in dated drops."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.demo.files.hours import Block, blocks_in_order
from spanishgas_assets.demo.files.retailer import (
    HIVE_BLOCKS,
    DemoSummary,
    Progress,
    check_target,
    month_part,
    silent,
)
from spanishgas_assets.demo.files.snapshot_files import TRUTH, write_snapshot_files
from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.files.writing import Format, published, readings_file, write_csv
from spanishgas_assets.demo.history.quarters import RetailerHistory, build_history, check_span
from spanishgas_assets.demo.history.reading_blocks import HistoryBlock
from spanishgas_assets.demo.history.shifts import NO_SHIFT, SHIFTS
from spanishgas_assets.demo.population.sampling import Floats

Hours = npt.NDArray[np.datetime64]
Part = tuple[list[str], Floats, Floats]


def write_demo_history(
    out: Path,
    *,
    customers: int = 5000,
    seed: int = 7,
    start: str = "2024-01",
    months: int = 12,
    shift: str | None = None,
    consumption: Format = "parquet",
    truth: Path | None = None,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write a retailer's history into `out`: the first year of `write_demo_retailer`, and on.

    One folder per label date (`2025-01-06/`, then every quarter) holds labels, attributes,
    contracts and contacts as of that day; its labels say who leaves within the quarter that
    follows. Prices and costs lie flat, readings in `consumption_hourly/month=YYYY-MM/part.*`. The
    same arguments give the same bytes. `shift` names one of `shifts.SHIFTS`. `truth` receives the
    true probabilities of every label date (column `label_date`). `customers` and `churners` of the
    summary count each customer once.

    Raises ValueError for unknown options, a span that cannot be made, too few customers, a truth
    file inside `out`, and drops or readings in `out` that are not this history's.
    """
    out = Path(out)
    if shift is not None and shift not in SHIFTS:
        raise ValueError(f"shift={shift!r}: choose one of {', '.join(SHIFTS)}")
    planted = NO_SHIFT if shift is None else SHIFTS[shift]
    check_span(customers, start, months, planted)
    check_target(out, "hive", consumption, truth)
    report = progress or silent
    report("world", 0.0)
    history = build_history(customers, seed, start, months, planted)
    _refuse_leftovers(out, history, consumption)
    report("world", 1.0)

    out.mkdir(parents=True, exist_ok=True)
    files = _write_tables(out, history, seed)
    report("tables", 1.0)
    readings = _write_readings(out, history, consumption, report)
    if truth is not None:
        with published(Path(truth)) as partial:
            _truth(history).write_parquet(partial)
    return DemoSummary(
        customers=len(
            {name for label in history.label_dates for name in label.customer["customer_id"]}
        ),
        readings=sum(readings.values()),
        churners=sum(int(label.customer["churn"].sum()) for label in history.label_dates),
        files=files | readings,
    )


def _refuse_leftovers(out: Path, history: RetailerHistory, form: Format) -> None:
    """Of an older, longer history nothing may stay: readers would join it to this one."""
    own = {str(label.day) for label in history.label_dates}
    own |= {str(Path(month_part(month, form)).parent.name) for month in history.window.months}
    found = [*out.glob("????-??-??"), *out.glob(str(Path(month_part("*", form)).parent))]
    others = sorted(path.name for path in found if path.name not in own)
    if others:
        raise ValueError(
            f"{out} already holds {others[0]}, which is not of this history; choose another folder"
        )


def _write_tables(out: Path, history: RetailerHistory, seed: int) -> dict[str, int]:
    rows = {
        "price_history.csv": write_csv(history.price, out / "price_history.csv"),
        "costs_by_province_month.csv": write_csv(history.cost, out / "costs_by_province_month.csv"),
    }
    for label in history.label_dates:
        drop = write_snapshot_files(out / str(label.day), label.customer, label.interaction, seed)
        rows |= {f"{label.day}/{name}": count for name, count in drop.items()}
    return rows


def _truth(history: RetailerHistory) -> pl.DataFrame:
    return pl.concat(
        [
            label.customer.select(pl.lit(label.day).alias("label_date"), *TRUTH)
            for label in history.label_dates
        ]
    )


def _write_readings(
    out: Path, history: RetailerHistory, form: Format, report: Progress
) -> dict[str, int]:
    """Block after block, a few at a time: a month's file is sorted by customer."""
    total = sum(history_block.readings.blocks for history_block in history.blocks)
    done = 0
    names = [month_part(month, form) for month in history.window.months]
    rows = dict.fromkeys(names, 0)
    with ExitStack() as stack:
        files = [
            stack.enter_context(readings_file(out / name, form, hours))
            for name, hours in zip(names, _hours_of_months(history.window), strict=True)
        ]
        for history_block in history.blocks:
            blocks = blocks_in_order(history_block.readings)
            while group := list(islice(blocks, HIVE_BLOCKS)):
                for index, part in _delivered(history_block, group):
                    files[index].write(*part)
                    rows[names[index]] += part[1].size
                done += len(group)
                report("readings", done / total)
    return rows


def _hours_of_months(window: Window) -> list[Hours]:
    return [window.hours[window.month == index] for index in range(len(window.months))]


def _delivered(history_block: HistoryBlock, group: list[Block]) -> Iterator[tuple[int, Part]]:
    """Month of the history, and its ids, kWh and m3 (customer x hour), where there are any."""
    first = group[0].first_customer
    elec = np.concatenate([block.elec_kwh for block in group])
    gas = np.concatenate([block.gas_m3 for block in group])
    who = slice(first, first + len(elec))
    for month in range(len(history_block.window.months)):
        index = history_block.begins + month
        there = np.flatnonzero(
            (history_block.first_month[who] <= index) & (history_block.last_month[who] >= index)
        )
        if len(there):
            hours = np.flatnonzero(history_block.window.month == month)
            span = slice(int(hours[0]), int(hours[-1]) + 1)
            ids = history_block.ids[who][there].tolist()
            yield index, (ids, elec[there, span], gas[there, span])
