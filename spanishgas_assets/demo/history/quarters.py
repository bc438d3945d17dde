"""A longer history of the same retailer: its first year, then quarter by quarter.

The first year is the one that `world` shows. At its end, and at the end of every quarter after it,
stands a label date: the retailer as it is known then, and who leaves within the quarter that
follows. The causal order inside a quarter is that of the year. A label date sees the twelve months
before it only; who leaves after it, in which month, and who comes in their place, is drawn later.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.window import Window, window
from spanishgas_assets.demo.history.churn_and_join import next_quarter
from spanishgas_assets.demo.history.customer_prices import customer_prices
from spanishgas_assets.demo.history.customers import (
    QUARTER,
    YEAR,
    Customers,
    first_customers,
    followers,
    leaving,
)
from spanishgas_assets.demo.history.reading_blocks import HistoryBlock, history_blocks
from spanishgas_assets.demo.history.shifts import NO_SHIFT, Shift
from spanishgas_assets.demo.population.churn_draw import (
    Churn,
    churn_score,
    draw_churn,
    expected_churners,
)
from spanishgas_assets.demo.population.contacts import Contacts, draw_contacts
from spanishgas_assets.demo.population.frames import (
    customer_ids,
    flag,
    interaction_frame,
    portfolio_frame,
    year_dates,
)
from spanishgas_assets.demo.population.geography import Country, later_country
from spanishgas_assets.demo.population.note_wording import write_notes
from spanishgas_assets.demo.population.peak_prices import price_view
from spanishgas_assets.demo.population.sampling import Ints
from spanishgas_assets.demo.population.traits import Population
from spanishgas_assets.demo.population.world import MOST_CUSTOMERS, RetailerYear, draw_year

MOST_MONTHS = 36
FIRST_START = "2024-01"
_MOST_CHURNERS = 0.15  # of the portfolio in a quarter; the published rate is 0.10
_HISTORY_STREAM = 0x415705


@dataclass(frozen=True)
class LabelDate:
    """The retailer as it is known on a day, and who leaves within the quarter that follows.

    `customer`: attributes, contract dates, churn and its true probabilities, as in
    `RetailerWorld`. `interaction`: the contacts of the 90 days that a drop holds.
    """

    day: date
    customer: pl.DataFrame
    interaction: pl.DataFrame


@dataclass(frozen=True)
class RetailerHistory:
    """What a longer history writes; `price` and `cost` span all months, blocks follow ids."""

    window: Window
    label_dates: list[LabelDate]
    price: pl.DataFrame
    cost: pl.DataFrame
    blocks: list[HistoryBlock]


@dataclass(frozen=True)
class _Quarter:
    """The portfolio at a label date: who has each place, and what happens to them."""

    first_month: int
    current: Ints
    population: Population
    churn: Churn
    contacts: Contacts
    notes: list[str]


def build_history(
    customers: int, seed: int, start: str, months: int, shift: Shift = NO_SHIFT
) -> RetailerHistory:
    """The history of `months` months from `start` (`YYYY-01`), shifted from the second year on.

    Raises ValueError for a start or a number of months that it cannot make, for a shift without a
    second year, and for too few or too many customers.
    """
    check_span(customers, start, months, shift)
    year = draw_year(customers, seed, window(start, YEAR))
    whole = window(start, months)
    place = later_country(year.country, months)
    seeds = np.random.SeedSequence([seed, _HISTORY_STREAM])
    of_customers, of_prices, of_hours = seeds.spawn(3)
    everybody = first_customers(year, whole, shift, of_customers)
    quarters = [_first_quarter(year)]
    for of_quarter in seeds.spawn((months - YEAR) // QUARTER):
        everybody, quarter = _next(quarters[-1], everybody, year, whole, place, shift, of_quarter)
        quarters.append(quarter)
    return RetailerHistory(
        window=whole,
        label_dates=[_label_date(quarter, year, whole) for quarter in quarters],
        price=customer_prices(everybody, year, whole, place, shift, of_prices),
        cost=place.cost_table(whole),
        blocks=history_blocks(everybody, year, whole, seed, of_hours),
    )


def check_span(customers: int, start: str, months: int, shift: Shift) -> None:
    """Refuse a history that cannot be made.

    Raises ValueError: says what can be.
    """
    if len(start) != 7 or not start[:4].isdigit() or start[4:] != "-01" or start < FIRST_START:
        raise ValueError(
            f"start={start!r}: a history begins with a January, written YYYY-01, from {FIRST_START}"
        )
    if months not in range(YEAR, MOST_MONTHS + 1, QUARTER):
        raise ValueError(
            f"months={months}: a history is a year and whole quarters, {YEAR} to {MOST_MONTHS} "
            f"months in steps of {QUARTER}"
        )
    quarters = (months - YEAR) // QUARTER
    most = int(MOST_CUSTOMERS / (1 + _MOST_CHURNERS * quarters))
    if customers > most:
        raise ValueError(
            f"customers={customers}: a history of {months} months can begin with {most:,}, so that "
            f"those who follow the churners still have ids (C + 5 digits)"
        )
    if months == YEAR and shift != NO_SHIFT:
        raise ValueError(
            f"months={months}: a shift begins with the thirteenth month; ask for "
            f"{YEAR + QUARTER} months or more"
        )


def label_day(whole: Window, first_month: int) -> date:
    """The first Monday after the twelve months that begin with `first_month`."""
    after = whole.last_day(first_month + YEAR - 1).astype(date) + timedelta(days=1)
    return date.fromordinal(after.toordinal() + -after.weekday() % 7)


def _first_quarter(year: RetailerYear) -> _Quarter:
    return _Quarter(
        0, np.arange(len(year.ids)), year.population, year.churn, year.contacts, year.notes
    )


def _next(
    before: _Quarter,
    everybody: Customers,
    year: RetailerYear,
    whole: Window,
    place: Country,
    shift: Shift,
    seeds: np.random.SeedSequence,
) -> tuple[Customers, _Quarter]:
    """A quarter later: churners have left, others have followed, the next ones are drawn."""
    of_followers, of_events = seeds.spawn(2)
    rng = np.random.default_rng(of_events)
    leaves = before.churn.leaves
    slot = np.flatnonzero(leaves)
    first_month = before.first_month + QUARTER
    left = before.first_month + YEAR + rng.integers(0, QUARTER, len(slot))
    current = before.current.copy()
    current[slot] = len(everybody.slot) + np.arange(len(slot))
    everybody = leaving(everybody, before.current, leaves, left).concat(
        followers(year, whole, shift, slot=slot, first_month=first_month, seeds=of_followers)
    )
    was, now = (year_dates(whole, month) for month in (before.first_month, first_month))
    population = next_quarter(
        before.population,
        leaves,
        year.population,
        renewal_passed=int((now.contact_end - was.contact_end).astype(np.int64)),
        year_passed=int((now.year_end - was.year_end).astype(np.int64)),
        by_marketplace=shift.joins_by_marketplace,
        rng=rng,
    )
    seen = slice(first_month, first_month + YEAR)
    use = everybody.use.take(current).during(seen)
    price = price_view(
        everybody.tier1[current][:, seen],
        place.elec_cost[population.province][:, seen].mean(axis=1),
        general_rise=shift.price_factor if first_month < YEAR else 1.0,
    )
    usual = churn_score(population, use, price, place)
    churners = expected_churners(usual, year.churn.intercept)
    score = churn_score(population, use, price, place, shift.link)
    churn = draw_churn(score, population, rng.random(), churners)
    contacts = draw_contacts(population, churn, rng)
    notes = write_notes(contacts, population, price.rise, rng)
    return everybody, _Quarter(first_month, current, population, churn, contacts, notes)


def _label_date(quarter: _Quarter, year: RetailerYear, whole: Window) -> LabelDate:
    dates = year_dates(whole, quarter.first_month)
    ids = customer_ids(1, int(quarter.current.max()) + 1)[quarter.current]
    customer = portfolio_frame(ids, quarter.population, year.country, dates, year.traits)
    return LabelDate(
        day=label_day(whole, quarter.first_month),
        customer=customer.with_columns(
            pl.Series("churn", flag(quarter.churn.leaves)),
            pl.Series("churn_probability", quarter.churn.probability),
            pl.Series("churn_probability_after_text", quarter.contacts.probability_after),
        ).sort("customer_id"),
        interaction=interaction_frame(ids, quarter.contacts, quarter.notes, dates).sort(
            "customer_id"
        ),
    )
