"""The sums of slots brought to customer-months, still in exact parts."""

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.bronze.hour_slots import HourSlots
from spanishgas_assets.tariffs.periods import BLOCKS

#: A group of the pass is a customer, a slot and these flags, packed in one key.
FLAGS = 8
NEGATIVE_ELEC, NEGATIVE_GAS, BAD = 1, 2, 4

GRIDS = ("coarse", "fine")


def month_sums(sums: pl.DataFrame, slots: HourSlots) -> pl.DataFrame:
    """Add the groups of the pass up by customer and month.

    ``sums`` has customer_id, key, readings, tag_sum, estimated and the exact parts of both fuels.
    Grain: one row per customer and month with readings. Every sum of energy comes as its two
    parts: elec, gas, elec_negative, gas_negative and the electricity of every block.
    """
    names = sums["customer_id"].unique().sort()
    customer = sums["customer_id"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    key = sums["key"].to_numpy().astype(np.int64)
    slot, flags = key // FLAGS, key % FLAGS
    months = slots.months["month"]
    month_of_slot = slots.slots["month"].replace_strict(
        months, pl.int_range(months.len(), eager=True), return_dtype=pl.Int64
    )
    block_of_slot = slots.slots["block"].to_physical().to_numpy().astype(np.int64)
    cell = customer * months.len() + month_of_slot.to_numpy()[slot]
    cells = names.len() * months.len()

    def added(column: str, chosen: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.float64]:
        # Without a single row, numpy counts instead of adding: the empty sum is made a float.
        values = sums[column].to_numpy().astype(np.float64)
        if chosen is not None:
            return np.bincount(cell[chosen], values[chosen], cells).astype(np.float64)
        return np.bincount(cell, values, cells).astype(np.float64)

    negative_elec, negative_gas = (flags & flag > 0 for flag in (NEGATIVE_ELEC, NEGATIVE_GAS))
    counts = {
        "hours_seen": added("readings"),
        "tag_sum": added("tag_sum"),
        "holiday_hours": added("readings", block_of_slot[slot] == BLOCKS.index("holiday")),
        "change_readings": added("readings", slots.slots["change"].to_numpy()[slot]),
        "estimated_hours": added("estimated"),
        "elec_negative_hours": added("readings", negative_elec),
        "gas_negative_hours": added("readings", negative_gas),
    }
    parts = {}
    by_block = (cell * len(BLOCKS) + block_of_slot[slot])[~negative_elec]
    for grid in GRIDS:
        for fuel, negative in (("elec", negative_elec), ("gas", negative_gas)):
            parts[f"{fuel}_{grid}"] = added(f"{fuel}_{grid}", ~negative)
            parts[f"{fuel}_negative_{grid}"] = added(f"{fuel}_{grid}", negative)
        elec = sums[f"elec_{grid}"].to_numpy()[~negative_elec]
        blocks = np.bincount(by_block, elec, cells * len(BLOCKS)).astype(np.float64)
        blocks = blocks.reshape(cells, len(BLOCKS))
        parts |= {f"{block}_{grid}": blocks[:, place] for place, block in enumerate(BLOCKS)}
    return pl.DataFrame(
        {
            "customer_id": np.repeat(names.to_numpy(), months.len()),
            "month": pl.concat([months] * names.len()) if names.len() else months.clear(),
            # Counts and tags stay far below 2**53: floats hold them exactly.
            **{name: count.astype(np.int64) for name, count in counts.items()},
            **parts,
        },
        schema_overrides={"customer_id": pl.String},
    ).filter(pl.col("hours_seen") > 0)
