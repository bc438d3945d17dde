"""The sums of slots brought to customer-months, still in exact parts."""

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.bronze.energy_sums.hour_slots import HourSlots
from spanishgas_assets.tariffs.periods import BLOCKS

#: A group of the pass is a customer, a slot and these flags, packed in one key.
FLAGS = 32
NEGATIVE_ELEC, NEGATIVE_GAS, EMPTY_ELEC, EMPTY_GAS, BAD = 1, 2, 4, 8, 16

GRIDS = ("coarse", "fine")

#: Kinds of hours whose electricity is summed: blocks, which are apart, and weekends across them.
KINDS = (*BLOCKS, "weekend")

#: What a customer-month has besides what its hours alone tell: counts, and energy in its parts.
COLUMNS = (
    "estimated_hours",
    "elec_negative_hours",
    "gas_negative_hours",
    "elec_empty_hours",
    "gas_empty_hours",
    *(
        f"{name}_{grid}"
        for grid in GRIDS
        for name in (*KINDS, "elec", "gas", "elec_negative", "gas_negative")
    ),
)


def kinds_of(hours: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Say of hours or slots (block and weekend) which kinds they are: rows x ``KINDS``, 0 or 1."""
    return (
        hours.select(
            *((pl.col("block") == block).alias(block) for block in BLOCKS),
            "weekend",
        )
        .cast(pl.Float64)
        .to_numpy()
    )


def month_sums(sums: pl.DataFrame, slots: HourSlots) -> pl.DataFrame:
    """Add the groups of the pass up by customer and month.

    ``sums`` has customer_id, key, readings, tag_sum, estimated and the exact parts of both fuels.
    Grain: one row per customer and month with readings: customer_id, month, hours_seen, tag_sum,
    holiday_hours, change_readings and ``COLUMNS``; negative energy is in the columns of that name
    alone.
    """
    names = sums["customer_id"].unique().sort()
    customer = sums["customer_id"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    key = sums["key"].to_numpy().astype(np.int64)
    slot, flags = key // FLAGS, key % FLAGS
    months = slots.months["month"]
    month_of_slot = slots.slots["month"].replace_strict(
        months, pl.int_range(months.len(), eager=True), return_dtype=pl.Int64
    )
    kinds_of_slot = kinds_of(slots.slots) > 0
    cell = customer * months.len() + month_of_slot.to_numpy()[slot]
    cells = names.len() * months.len()

    def added(column: str, chosen: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
        # Without a single row, numpy counts instead of adding: the empty sum is made a float.
        values = sums[column].to_numpy().astype(np.float64)
        if chosen is not None:
            return np.bincount(cell[chosen], values[chosen], cells).astype(np.float64)
        return np.bincount(cell, values, cells).astype(np.float64)

    negative_elec, negative_gas, empty_elec, empty_gas = (
        flags & flag > 0 for flag in (NEGATIVE_ELEC, NEGATIVE_GAS, EMPTY_ELEC, EMPTY_GAS)
    )
    counts = {
        "hours_seen": added("readings"),
        "tag_sum": added("tag_sum"),
        "holiday_hours": added("readings", kinds_of_slot[slot, KINDS.index("holiday")]),
        "change_readings": added("readings", slots.slots["change"].to_numpy()[slot]),
        "estimated_hours": added("estimated"),
        "elec_negative_hours": added("readings", negative_elec),
        "gas_negative_hours": added("readings", negative_gas),
        "elec_empty_hours": added("readings", empty_elec),
        "gas_empty_hours": added("readings", empty_gas),
    }
    parts = {}
    for grid in GRIDS:
        for place, kind in enumerate(KINDS):
            of_kind = ~negative_elec & kinds_of_slot[slot, place]
            parts[f"{kind}_{grid}"] = added(f"elec_{grid}", of_kind)
        for fuel, negative in (("elec", negative_elec), ("gas", negative_gas)):
            parts[f"{fuel}_{grid}"] = added(f"{fuel}_{grid}", ~negative)
            parts[f"{fuel}_negative_{grid}"] = added(f"{fuel}_{grid}", negative)
    return pl.DataFrame(
        {
            "customer_id": np.repeat(names.to_numpy(), months.len()),
            "month": pl.concat([months] * names.len()) if names.len() else months.clear(),
            # Counts and tags stay far below 2**53: floats hold them exactly.
            **{name: count.astype(np.int64) for name, count in counts.items()},
            **{name: parts[name] for name in COLUMNS if name in parts},
        },
        schema_overrides={"customer_id": pl.String},
    ).filter(pl.col("hours_seen") > 0)
