"""The calendar of the readings: which hours exist, their month and their tariff band.

Everything that depends on dates asks this module, so another year is another `Window`.
The band rule is the 2.0TD one of CNMC Circular 3/2020, applied to the clock as written.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BANDS = ("peak", "standard", "offpeak")
_PEAK, _STANDARD, _OFFPEAK = range(3)
_PEAK_HOURS = (10, 11, 12, 13, 18, 19, 20, 21)
_STANDARD_HOURS = (8, 9, 14, 15, 16, 17, 22, 23)

# Fixed national holidays (month, day). Good Friday has no fixed date and is a working day here.
_HOLIDAYS = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25))


@dataclass(frozen=True)
class Window:
    """A run of whole months, hour by hour.

    `hours`: naive timestamps, one per hour; `month`: index of the month of each hour;
    `band`: index in `BANDS`; `months`: the `YYYY-MM` names.
    """

    months: tuple[str, ...]
    hours: npt.NDArray[np.datetime64]
    month: npt.NDArray[np.int64]
    band: npt.NDArray[np.int64]

    @property
    def slot(self) -> npt.NDArray[np.int64]:
        """Month and band in one number: `month * 3 + band`, one per hour."""
        return self.month * len(BANDS) + self.band

    @property
    def hour_of_day(self) -> npt.NDArray[np.int64]:
        """0..23, one per hour."""
        return (self.hours.astype("datetime64[h]").astype(np.int64)) % 24

    def last_day(self, month: int) -> np.datetime64:
        """The last day of a month, by its index."""
        last: np.datetime64 = self.hours[self.month == month][-1].astype("datetime64[D]")
        return last

    @property
    def working_day(self) -> npt.NDArray[np.bool_]:
        """Monday to Friday and no fixed national holiday, one per hour."""
        return _working_day(self.hours.astype("datetime64[D]"))


def window(first: str, months: int) -> Window:
    """The window of `months` whole months that starts with `first` (`YYYY-MM`)."""
    start = np.datetime64(first, "M")
    hours = np.arange(start, start + months, dtype="datetime64[h]")
    hour_of_day = hours.astype(np.int64) % 24
    band = np.full(len(hours), _OFFPEAK, dtype=np.int64)
    working = _working_day(hours.astype("datetime64[D]"))
    band[working & np.isin(hour_of_day, _PEAK_HOURS)] = _PEAK
    band[working & np.isin(hour_of_day, _STANDARD_HOURS)] = _STANDARD
    return Window(
        months=tuple(str(start + k) for k in range(months)),
        hours=hours.astype("datetime64[us]"),
        month=(hours.astype("datetime64[M]") - start).astype(np.int64),
        band=band,
    )


def _working_day(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    month = days.astype("datetime64[M]")
    month_of_year = month.astype(np.int64) % 12 + 1
    day_of_month = (days - month).astype(np.int64) + 1
    holiday = np.isin(month_of_year * 100 + day_of_month, [m * 100 + d for m, d in _HOLIDAYS])
    monday_is_zero = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    return np.asarray((monday_is_zero < 5) & ~holiday)


YEAR_2024 = window("2024-01", 12)
MONTHS = YEAR_2024.months
