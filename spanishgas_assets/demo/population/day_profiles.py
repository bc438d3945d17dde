"""The shape of a day: three hourly profiles that customers mix, and the band shares that follow.

Hourly shapes are not published. Band shares are sums of the same profiles that `hours` spreads
over the grid, so monthly margins and hourly readings agree.
"""

import numpy as np

from spanishgas_assets.demo.files.window import BANDS, Window
from spanishgas_assets.demo.population.sampling import Floats

# Relative use by hour of day, 0..23.
_HOME_WORKING = (
    5, 4, 4, 4, 4, 5, 7, 10, 11, 10, 9, 9, 10, 12, 12, 10, 9, 9, 11, 14, 17, 18, 14, 8,
)  # fmt: skip
_HOME_WEEKEND = (
    6, 5, 4, 4, 4, 4, 5, 7, 9, 12, 13, 13, 14, 15, 14, 12, 11, 11, 12, 14, 16, 16, 13, 9,
)  # fmt: skip
_BUSINESS_WORKING = (
    2, 2, 2, 2, 2, 2, 4, 8, 14, 18, 19, 19, 18, 15, 14, 16, 17, 17, 14, 9, 5, 3, 2, 2,
)  # fmt: skip
_BUSINESS_WEEKEND = (
    2, 2, 2, 2, 2, 2, 2, 3, 4, 6, 6, 6, 6, 5, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2,
)  # fmt: skip
_CONSTANT = (10,) * 24
_GAS_DAY = (1, 1, 1, 1, 1, 2, 8, 14, 12, 7, 5, 4, 5, 6, 5, 4, 4, 6, 9, 12, 13, 12, 8, 3)


def elec_profiles(window: Window) -> Floats:
    """Profile x hour: relative use of home, business and constant load, mean 1 each."""
    hour, working = window.hour_of_day, window.working_day
    profiles = np.stack(
        [
            np.where(working, np.array(_HOME_WORKING)[hour], np.array(_HOME_WEEKEND)[hour]),
            np.where(working, np.array(_BUSINESS_WORKING)[hour], np.array(_BUSINESS_WEEKEND)[hour]),
            np.array(_CONSTANT)[hour],
        ]
    ).astype(np.float64)
    return np.asarray(profiles / profiles.mean(axis=1, keepdims=True))


def gas_profile(window: Window) -> Floats:
    """Relative gas use of every hour, mean 1 over a day."""
    shape = np.array(_GAS_DAY, dtype=np.float64)
    return np.asarray((shape / shape.mean())[window.hour_of_day])


def band_shares(mix: Floats, window: Window) -> Floats:
    """Customer x month x band: share of the month's kWh in each band, for a mix of profiles."""
    slots = len(window.months) * len(BANDS)
    by_slot = np.stack(
        [np.bincount(window.slot, weights=p, minlength=slots) for p in elec_profiles(window)]
    )
    use = (mix @ by_slot).reshape(len(mix), len(window.months), len(BANDS))
    return np.asarray(use / use.sum(axis=2, keepdims=True))
