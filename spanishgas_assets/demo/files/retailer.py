"""Writes a demo retailer: the seven raw files of a drop, as the source system delivers them."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.hours import blocks_in_order
from spanishgas_assets.demo.files.snapshot_files import TRUTH, write_snapshot_files
from spanishgas_assets.demo.files.writing import (
    Format,
    published,
    readings_file,
    write_csv,
)
from spanishgas_assets.demo.population.many_hands import packaged_hands
from spanishgas_assets.demo.population.world import RetailerWorld, build_world

Layout = Literal["flat", "hive"]
NoteStyle = Literal["templates", "many-hands"]
Progress = Callable[[str, float], None]

_FLAT_STEM = "consumption_hourly_2024"
_HIVE_FOLDER = "consumption_hourly"
HIVE_BLOCKS = 6  # blocks gathered so that a month's row group has half a million rows


@dataclass(frozen=True)
class DemoSummary:
    """What was written: customers, hourly readings, churners, and rows per file (by name)."""

    customers: int
    readings: int
    churners: int
    files: dict[str, int]


def write_demo_retailer(
    out: Path,
    *,
    customers: int = 5000,
    seed: int = 7,
    layout: Layout = "flat",
    consumption: Format = "parquet",
    notes: NoteStyle = "templates",
    truth: Path | None = None,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write the seven raw files of a synthetic retailer into `out`, each whole or not at all.

    The same arguments give the same bytes. `layout="hive"` writes the readings as
    `consumption_hourly/month=YYYY-MM/part.*`, `"flat"` as one `consumption_hourly_2024.*`.
    `notes="many-hands"` draws the notes of contacts from those that many hands wrote
    (docs/notes.md), `"templates"` composes them.
    `truth` receives a Parquet file with every customer's true probability of leaving (from
    structure, and after seeing text), which a model can be compared with; it must lie outside
    `out`, as no pipeline may read it. `progress(stage, fraction)` is called as work goes on.

    Raises ValueError for unknown options, too few customers, a truth file inside `out`, and
    readings of another layout or format, or dated drops, already in `out`.
    """
    out = Path(out)
    if layout not in ("flat", "hive"):
        raise ValueError(f"layout={layout!r}: choose 'flat' or 'hive'")
    check_target(out, layout, consumption, truth)
    if dated := sorted(out.glob("????-??-??")):
        raise ValueError(
            f"{out} already holds the dated drop {dated[0].name}, which every reader would prefer; "
            "choose another folder"
        )
    report = progress or silent
    report("world", 0.0)
    world = build_world(customers, seed, packaged_hands() if notes == "many-hands" else None)
    report("world", 1.0)

    out.mkdir(parents=True, exist_ok=True)
    files = _write_tables(out, world)
    report("tables", 1.0)
    files |= _write_readings(out, world, layout, consumption, report)
    if truth is not None:
        with published(Path(truth)) as partial:
            _truth(world, notes).write_parquet(partial)
    return DemoSummary(
        customers=customers,
        readings=customers * len(world.window.hours),
        churners=int(world.customer["churn"].sum()),
        files=files,
    )


def _truth(world: RetailerWorld, notes: NoteStyle) -> pl.DataFrame:
    """Every customer's true chances; of notes by many hands also what they were drawn for."""
    chances = world.customer.select(TRUTH)
    if notes == "templates":
        return chances
    drawn_for = world.interaction.select("customer_id", "intent", "sentiment")
    return chances.join(drawn_for, on="customer_id", how="left", maintain_order="left")


def silent(_stage: str, _fraction: float) -> None:
    """No one is watching."""


def check_target(out: Path, layout: Layout, form: Format, truth: Path | None) -> None:
    """Refuse what must not be written into `out`, or beside what is there.

    Raises ValueError: an unknown format, a truth file inside `out`, or other readings in it.
    """
    if form not in ("parquet", "csv"):
        raise ValueError(f"consumption={form!r}: choose 'parquet' or 'csv'")
    if truth is not None and Path(truth).resolve().is_relative_to(out.resolve()):
        raise ValueError(f"truth={truth} lies inside the raw folder {out}, where a pipeline reads")
    wanted = (layout, form)
    for other in (("flat", "parquet"), ("flat", "csv"), ("hive", "parquet"), ("hive", "csv")):
        found = sorted(out.glob(_pattern(*other)))
        if other != wanted and found:
            raise ValueError(
                f"{out} already holds readings as {found[0].relative_to(out)}; "
                f"writing {layout} {form} beside them would count every hour twice"
            )


def _pattern(layout: str, form: str) -> str:
    if layout == "flat":
        return f"{_FLAT_STEM}.{form}"
    return month_part("*", form)


def month_part(month: str, form: str) -> str:
    """Name of a month's readings, `YYYY-MM`, below the raw folder."""
    return f"{_HIVE_FOLDER}/month={month}/part.{form}"


def _write_tables(out: Path, world: RetailerWorld) -> dict[str, int]:
    """The six small files."""
    rows = write_snapshot_files(out, world.customer, world.interaction, world.seed)
    tables = {"price_history.csv": world.price, "costs_by_province_month.csv": world.cost}
    return rows | {name: write_csv(frame, out / name) for name, frame in tables.items()}


def _write_readings(
    out: Path, world: RetailerWorld, layout: Layout, form: Format, report: Progress
) -> dict[str, int]:
    """The hourly grid, streamed: memory holds a few blocks of customers, never the year."""
    hours = world.window.hours
    if layout == "flat":
        parts = {_pattern(layout, form): np.ones(len(hours), dtype=bool)}
        gathered = 1
    else:
        parts = {
            month_part(name, form): world.window.month == index
            for index, name in enumerate(world.window.months)
        }
        gathered = HIVE_BLOCKS
    ids = world.customer["customer_id"].to_list()
    done = 0
    with ExitStack() as stack:
        opened = [
            (stack.enter_context(readings_file(out / name, form, hours[mine])), _as_slice(mine))
            for name, mine in parts.items()
        ]
        blocks = blocks_in_order(world.readings)
        while group := list(islice(blocks, gathered)):
            first = group[0].first_customer
            elec = np.concatenate([block.elec_kwh for block in group])
            gas = np.concatenate([block.gas_m3 for block in group])
            names = ids[first : first + len(elec)]
            del group
            for file, mine in opened:
                file.write(names, elec[:, mine], gas[:, mine])
            done += len(names)
            report("readings", done / len(ids))
    return {name: len(ids) * int(mine.sum()) for name, mine in parts.items()}


def _as_slice(mine: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> slice:
    """Hours of a part lie together; a slice avoids a copy of the block."""
    where = np.flatnonzero(mine)
    return slice(int(where[0]), int(where[-1]) + 1)
