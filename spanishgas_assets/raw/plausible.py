"""Which values a column of a raw file may hold: a value outside is a fault of its row."""

from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class Plausible:
    """The values that a cell may hold.

    Attributes:
        low, high: the least and the greatest.
        unit: unit of a number; empty for a date.
        above: whether ``low`` itself is too little.
    """

    low: float | date
    high: float | date
    unit: str = ""
    above: bool = False

    def holds(self, values: pl.Series) -> pl.Series:
        """Whether a value is plausible; null for no value."""
        # A comparison of series, unlike is_between, is no query: small files have many columns.
        return (values > self.low if self.above else values >= self.low) & (values <= self.high)

    def in_words(self) -> str:
        """Say what is plausible: ``from 0 to 2 EUR/kWh``."""
        low, high = (
            str(limit) if isinstance(limit, date) else f"{limit:,}"
            for limit in (self.low, self.high)
        )
        return f"{'above' if self.above else 'from'} {low} {'and up ' * self.above}to {high}" + (
            f" {self.unit}" if self.unit else ""
        )


#: A supply's dates: gas and electricity have been sold since long before the first, and a year
#: after the last is a slip of the pen, or stands for "never".
SUPPLY_DAYS = Plausible(date(1950, 1, 1), date(2049, 12, 31))
#: Days of a source that records what it does today.
RECORDED_DAYS = Plausible(date(2000, 1, 1), date(2049, 12, 31))

#: Above the highest power of a supply at high voltage.
POWER_KW = Plausible(0, 100_000, "kW", above=True)
#: The dearest hours of 2022 cost 0.7 EUR/kWh; the limit catches cents and EUR/MWh.
EUR_KWH = Plausible(0, 2, "EUR/kWh")
EUR_KWH_SPENT = Plausible(0, 2, "EUR/kWh", above=True)
#: About ten times as much, for a cubic metre holds 11 kWh.
EUR_M3 = Plausible(0, 20, "EUR/m3")
EUR_M3_SPENT = Plausible(0, 20, "EUR/m3", above=True)
#: The fixed part of the largest supply is below this.
EUR_FIXED = Plausible(0, 1_000_000, "EUR")

#: Days after which it is asked whether a customer left.
DAYS_LATER = Plausible(1, 3_650, "days")

#: Years that systems write where there is no date.
PLACEHOLDER_YEARS = (1, 1900, 9999)
