"""The readings of a longer history, in blocks that are made one after the other."""

from dataclasses import dataclass

import numpy as np

from spanishgas_assets.demo.files.hours import HourlyReadings
from spanishgas_assets.demo.files.window import Window, window
from spanishgas_assets.demo.history.customers import YEAR, Customers
from spanishgas_assets.demo.population.defects import draw_negative_readings
from spanishgas_assets.demo.population.frames import Names, customer_ids
from spanishgas_assets.demo.population.sampling import Ints
from spanishgas_assets.demo.population.world import RetailerYear

_LATER_READINGS, _FOLLOWERS_READINGS = 0x1A7E2, 0xF0110


@dataclass(frozen=True)
class HistoryBlock:
    """The readings of some customers over a run of months.

    `begins`: index of the run's first month in the history. `first_month`, `last_month`: per
    customer, the months of the history between which their readings are delivered.
    """

    ids: Names
    readings: HourlyReadings
    window: Window
    begins: int
    first_month: Ints
    last_month: Ints


def history_blocks(
    everybody: Customers, year: RetailerYear, whole: Window, seed: int, own: np.random.SeedSequence
) -> list[HistoryBlock]:
    """The first year as ever; the rest of its customers' months; all months of who followed."""
    rng = np.random.default_rng(own)
    customers, everyone = len(year.ids), customer_ids(1, len(everybody.slot))
    parts = [(slice(0, customers), year.consumption, year.negatives, year.window, 0, seed)]
    spans = [
        (slice(0, customers), YEAR, _LATER_READINGS),
        (slice(customers, None), 0, _FOLLOWERS_READINGS),
    ]
    for who, begins, stream in spans if len(whole.months) > YEAR else []:
        span = window(whole.months[begins], len(whole.months) - begins)
        rows = np.arange(len(everybody.slot))[who]
        use = everybody.use.take(rows).during(slice(begins, None))
        people = year.population.take(everybody.slot[rows])
        negatives = draw_negative_readings(people, use, span, rng)
        own_seed = int(np.random.SeedSequence([seed, stream]).generate_state(1)[0])
        parts.append((who, use, negatives, span, begins, own_seed))
    return [
        HistoryBlock(
            ids=everyone[who],
            readings=HourlyReadings(use, negatives, span, own_seed),
            window=span,
            begins=begins,
            first_month=everybody.first_month[who],
            last_month=everybody.last_month[who],
        )
        for who, use, negatives, span, begins, own_seed in parts
    ]
