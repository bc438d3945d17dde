"""The hours of a span as short lists that the pass over the readings fetches from.

A slot is a month's block of hours, weekends apart (and the day of a clock change, on its own).
Every hour has a tag as well, the square of its number: a customer whose tags add up to the month's
sum has every hour of it once. (The plain number would not do: two repeated hours can stand for two
missing ones around them.)
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.calendar import calendar
from spanishgas_assets.tariffs.clock import repeatable_hours

HOUR_US = 3_600_000_000
QUARTER_US = HOUR_US // 4
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # labels are naive


@dataclass(frozen=True)
class HourSlots:
    """Slots of a span of whole months.

    Attributes:
        hours: the span's labels in order: timestamp, month, slot, block, weekend, change, readings,
            tag.
        slots: one row per slot: slot, month, block, weekend, change.
        months: one row per month: month, hours (readings expected of a customer), tags (the sum of
            theirs).
        repeatable: labels that two readings may share.
    """

    hours: pl.DataFrame
    slots: pl.DataFrame
    months: pl.DataFrame
    repeatable: list[datetime]

    @property
    def outside(self) -> int:
        """The slot of every hour that is not in the span."""
        return self.slots.height

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """First label of the span, and last."""
        return self.hours["timestamp"][0], self.hours["timestamp"][-1]

    def slot(self, timestamp: pl.Expr, start: date, end: date) -> pl.Expr:
        """Fetch the slot of a reading's hour; hours not from ``start`` to ``end`` are outside.

        A null time has a null slot.
        """
        within = (pl.col("month") >= start) & (pl.col("month") < end)
        slots = self.hours.select(pl.when(within).then("slot").otherwise(self.outside)).to_series()
        # The edges catch what lies before and after: an index out of range would wrap.
        edge = pl.Series([self.outside], dtype=pl.UInt16)
        fetched = pl.concat([edge, slots.cast(pl.UInt16), edge])
        first = (self.bounds[0] - _EPOCH) // _HOUR - 1
        return pl.lit(fetched).gather((_number(timestamp) - first).clip(0, slots.len() + 1))


def tag(timestamp: pl.Expr) -> pl.Expr:
    """Return the tag of a reading's hour; a month's tags add up to less than 2**53."""
    number = _number(timestamp)
    return number * number


def _number(timestamp: pl.Expr) -> pl.Expr:
    """Number the hours since 1970."""
    return timestamp.cast(pl.Int64) // HOUR_US


def hour_slots(start: date, end: date, clock: Clock) -> HourSlots:
    """Number the slots of the months from ``start`` to the day before ``end``."""
    hours = calendar(start, end, clock)
    kinds = ["month", "block", "weekend", "change"]
    slots = hours.select(kinds).unique(maintain_order=True).with_row_index("slot")
    numbered = hours.join(slots, on=kinds, how="left", maintain_order="left").with_columns(
        tag(pl.col("timestamp")).alias("tag")
    )
    return HourSlots(
        hours=numbered,
        slots=slots,
        months=numbered.group_by("month", maintain_order=True).agg(
            pl.col("readings").sum().alias("hours"),
            (pl.col("tag") * pl.col("readings")).sum().alias("tags"),
        ),
        repeatable=repeatable_hours(start, end, clock),
    )
