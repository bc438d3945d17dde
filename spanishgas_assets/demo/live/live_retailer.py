"""The live retailer: everything that is drawn at the start, and the tables of each week.

Nothing here reads or writes: what a week delivers follows from the retailer, the week, and the
customers as the offers before it have left them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.hours import HourlyReadings
from spanishgas_assets.demo.files.window import Window, window
from spanishgas_assets.demo.history.churn_and_join import WEEK
from spanishgas_assets.demo.history.customer_prices import customer_prices
from spanishgas_assets.demo.history.customers import (
    QUARTER,
    YEAR,
    Customers,
    first_customers,
    followers,
)
from spanishgas_assets.demo.history.quarters import FIRST_START, label_day
from spanishgas_assets.demo.live.contact_rounds import NOTE_DAYS, NoteDays, contact_rounds
from spanishgas_assets.demo.live.potential_outcomes import potential_outcomes
from spanishgas_assets.demo.live.weekly_portfolio import (
    HORIZON_WEEKS,
    MOST_WEEKS,
    SETTLING_WEEKS,
    WEEKS_AFTER,
    WeeklyPortfolio,
    monday_dates,
    prices_seen,
    weekly_portfolio,
)
from spanishgas_assets.demo.live.worlds import World
from spanishgas_assets.demo.population.defects import NegativeReadings, draw_negative_readings
from spanishgas_assets.demo.population.frames import (
    UNKNOWN_SPELLED_UNKNOWN,
    YearDates,
    portfolio_frame,
    year_dates,
)
from spanishgas_assets.demo.population.geography import Country, later_country
from spanishgas_assets.demo.population.peak_prices import later_tier1_prices
from spanishgas_assets.demo.population.sampling import Ints
from spanishgas_assets.demo.population.traits import UNKNOWN_CHANNEL, Population
from spanishgas_assets.demo.population.world import MOST_CUSTOMERS, RetailerYear, draw_year

FEWEST_CUSTOMERS = 300
_RENEWED_DAYS, _LAST_DAY = 365, 2
_HISTORY_STREAM = 0x11FE57


@dataclass(frozen=True)
class LiveRetailer:
    """What is drawn at the start and never changes. Months are indices of ``whole``.

    ``outcomes``: what becomes of each customer, as `potential_outcomes` states it. ``people``:
    what each customer uses and pays. ``price`` and ``cost``: all months, as delivered.
    """

    start: date
    seed: int
    world: World
    year: RetailerYear
    whole: Window
    portfolio: WeeklyPortfolio
    outcomes: pl.DataFrame
    notes: pl.DataFrame
    people: Customers
    price: pl.DataFrame
    cost: pl.DataFrame

    def monday(self, week: int) -> date:
        """The Monday of a week; week 0 is the start."""
        return self.start + timedelta(weeks=week)

    def at_start(self) -> pl.DataFrame:
        """The customers before any offer."""
        return self.outcomes.with_columns(kept=pl.lit(0, pl.Int64))

    def complete_months(self, week: int) -> int:
        """How many months of the history are over on a Monday."""
        return _complete_months(self.whole, np.datetime64(self.monday(week)))


def build_live(
    customers: int,
    seed: int,
    start: date,
    world: World,
    save_rates: Mapping[tuple[str, str], float],
) -> LiveRetailer:
    """Draw a live retailer, a year of it, whatever is asked of it later.

    Args:
        customers: how many it has at the start.
        seed: of everything.
        start: the Monday of the first week.
        world: what happens in the year.
        save_rates: the stated save rates by offer and segment.

    Raises:
        ValueError: start or number of customers are not possible.
    """
    first_year = _first_year(start)
    most = int(MOST_CUSTOMERS / 2)
    if not FEWEST_CUSTOMERS <= customers <= most:
        raise ValueError(
            f"customers={customers}: a live retailer begins with {FEWEST_CUSTOMERS} to {most:,}, "
            "so that each quarter has churners and who joins has an id (C + 5 digits)"
        )
    year = draw_year(customers, seed, window(f"{first_year}-01", YEAR))
    last = np.datetime64(start + timedelta(weeks=MOST_WEEKS), "M")
    months = int((last - np.datetime64(f"{first_year}-01", "M")).astype(np.int64)) + 1
    whole = window(f"{first_year}-01", -(-months // QUARTER) * QUARTER)
    place = _level_costs(later_country(year.country, len(whole.months)))
    planned = SETTLING_WEEKS + MOST_WEEKS + WEEKS_AFTER
    mondays = monday_dates(np.datetime64(start) - np.timedelta64(SETTLING_WEEKS * WEEK), planned)
    complete = np.array([_complete_months(whole, monday) for monday in mondays])
    seen = prices_seen(later_tier1_prices(year.tier1, len(whole.months)), place, year)
    portfolio = weekly_portfolio(year, place, seen, complete, world, seed)
    contact_end = int(
        (np.datetime64(label_day(whole, 0)) - year_dates(whole).contact_end).astype(int)
    )
    notes = contact_rounds(
        portfolio, seen, complete, NoteDays(contact_end), world.other_hands_from_week, seed
    )
    of_people, of_prices = np.random.SeedSequence([seed, _HISTORY_STREAM]).spawn(2)
    people = _people(year, whole, world, portfolio, of_people, start)
    return LiveRetailer(
        start=start,
        seed=seed,
        world=world,
        year=year,
        whole=whole,
        portfolio=portfolio,
        outcomes=potential_outcomes(portfolio, notes, world.responses, save_rates, seed),
        notes=notes,
        people=people,
        price=customer_prices(people, year, whole, place, world.shift, of_prices),
        cost=place.cost_table(whole),
    )


def _level_costs(country: Country) -> Country:
    """Electricity costs at each province's mean: a rise would be told, and rightly, as drift."""
    mean = country.elec_cost[:, :YEAR].mean(axis=1, keepdims=True).round(6)
    return replace(country, elec_cost=np.broadcast_to(mean, country.elec_cost.shape))


def _first_year(start: date) -> int:
    """The calendar year of readings that is complete at the start."""
    if start.weekday() != 0:
        raise ValueError(f"start={start} is a {start:%A}: a live retailer starts on a Monday")
    first = start.year - 1
    if start < label_day(window(f"{first}-01", YEAR), 0):
        first -= 1
    if f"{first}-01" < FIRST_START:
        earliest = label_day(window(FIRST_START, YEAR), 0)
        raise ValueError(f"start={start}: the first Monday with a year before it is {earliest}")
    return first


def _complete_months(whole: Window, monday: np.datetime64) -> int:
    begun = (monday.astype("datetime64[M]") - np.datetime64(whole.months[0], "M")).astype(np.int64)
    return int(np.clip(begun, YEAR, len(whole.months)))


def _people(
    year: RetailerYear,
    whole: Window,
    world: World,
    portfolio: WeeklyPortfolio,
    seeds: np.random.SeedSequence,
    start: date,
) -> Customers:
    """Use and prices of everybody; who joined in the year before has months from then on."""
    places = len(year.ids)
    of_firsts, of_followers = seeds.spawn(2)
    everybody = first_customers(year, whole, world.shift, of_firsts).concat(
        followers(
            year,
            whole,
            world.shift,
            slot=portfolio.slot[places:],
            first_month=0,
            seeds=of_followers,
        )
    )
    joined = np.datetime64(start) + portfolio.joins * np.timedelta64(WEEK, "D")
    # The month of joining counts whole, as that of leaving does.
    first = (joined.astype("datetime64[M]") - np.datetime64(whole.months[0], "M")).astype(np.int64)
    return replace(everybody, first_month=np.clip(first, 0, len(whole.months) - 1))


def present(customers: pl.DataFrame, week: int) -> pl.DataFrame:
    """Who is a customer on the Monday of a week."""
    gone = (pl.col("leaves") <= week).fill_null(value=False)
    return customers.filter(pl.col("joins") <= week, ~gone)


def customer_table(retailer: LiveRetailer, customers: pl.DataFrame, week: int) -> pl.DataFrame:
    """Attributes and contracts of the customers of a Monday, as in `RetailerWorld`."""
    here = present(customers, week)
    rows = here["customer"].to_numpy()
    dates = _dates(retailer, week)
    ids = here["customer_id"].to_numpy()
    slot = retailer.portfolio.slot[rows]
    year = retailer.year
    population = _population(retailer, rows, week)
    frame = portfolio_frame(ids, population, year.country, dates, year.traits.take(slot))
    # The spelling of an unknown channel is a customer's own, whoever else is there.
    spelled = year.traits.uniform("unknown_spelling")[slot] < UNKNOWN_SPELLED_UNKNOWN
    unknown = pl.Series(population.channel == UNKNOWN_CHANNEL)
    names = pl.Series(np.where(spelled, "unknown", "desconocido"))
    return frame.with_columns(
        sales_channel=pl.when(unknown).then(names).otherwise("sales_channel")
    ).sort("customer_id")


def _dates(retailer: LiveRetailer, week: int) -> YearDates:
    """The days that a week's renewals and tenures count from."""
    base = year_dates(retailer.whole)
    since = np.datetime64(retailer.monday(week)) - np.datetime64(label_day(retailer.whole, 0))
    return YearDates(base.contact_end + since, base.year_end + since)


def _population(retailer: LiveRetailer, rows: Ints, week: int) -> Population:
    """Customers as they are on a Monday; who was kept keeps the contract, renewed every year."""
    portfolio = retailer.portfolio
    last = np.minimum(week, portfolio.leaves[rows] - 1)
    then = portfolio.population(rows, last)
    passed = (week - last) * WEEK
    renewal = then.renewal_days - passed
    overdue = np.maximum(0, -(-(_LAST_DAY - renewal) // _RENEWED_DAYS))
    return replace(
        then,
        renewal_days=renewal + overdue * _RENEWED_DAYS,
        tenure_days=then.tenure_days + passed,
        change_days=then.change_days + passed,
    )


def interaction_table(retailer: LiveRetailer, customers: pl.DataFrame, week: int) -> pl.DataFrame:
    """The notes of a drop: those of its customers in the weeks before its Monday."""
    end = week * WEEK
    return (
        retailer.notes.filter(pl.col("day").is_between(end - NOTE_DAYS, end - 1))
        .join(present(customers, week).select("customer", "customer_id"), on="customer")
        .with_columns(date=pl.lit(retailer.start) + pl.duration(days="day"))
        .sort("customer_id", "date")
        .select("customer_id", "date", "channel", "interaction_summary")
    )


def label_table(customers: pl.DataFrame, week: int) -> pl.DataFrame:
    """Who of a Monday's customers leaves within the horizon, as far as is decided."""
    end = week + HORIZON_WEEKS
    churn = (pl.col("leaves") <= end).fill_null(value=False)
    return present(customers, week).select("customer_id", churn=churn.cast(pl.Int64))


def in_month(retailer: LiveRetailer, customers: pl.DataFrame, month: int) -> pl.DataFrame:
    """Who was a customer at some time in a month of the history: customer and customer_id."""
    first_day = date.fromisoformat(f"{retailer.whole.months[month]}-01")
    gone_on = pl.lit(retailer.start) + pl.duration(weeks="leaves")
    return customers.filter(
        pl.Series(retailer.people.first_month <= month),
        (gone_on > first_day).fill_null(value=True),
    ).select("customer", "customer_id")


def price_table(retailer: LiveRetailer, customers: pl.DataFrame, months: int) -> pl.DataFrame:
    """`price_history.csv` when so many months are over; rows without an id are as delivered."""
    known = pl.concat(
        in_month(retailer, customers, month).select(
            "customer_id", pricing_date=pl.lit(f"{retailer.whole.months[month]}-01").str.to_date()
        )
        for month in range(months)
    ).with_columns(_known=pl.lit(value=True))
    end = pl.lit(str(retailer.whole.last_day(months - 1))).str.to_date()
    return (
        retailer.price.filter(pl.col("pricing_date") <= end)
        .join(known, on=["customer_id", "pricing_date"], how="left", maintain_order="left")
        .filter(pl.col("customer_id").is_null() | pl.col("_known"))
        .drop("_known")
    )


def cost_table(retailer: LiveRetailer, months: int) -> pl.DataFrame:
    """`costs_by_province_month.csv` when so many months are over."""
    return retailer.cost.filter(pl.col("month") <= retailer.whole.months[months - 1])


def month_readings(retailer: LiveRetailer, month: int) -> tuple[Window, HourlyReadings]:
    """The hours of a month, and the readings of everybody in them, whoever is a customer."""
    span = window(retailer.whole.months[month], 1)
    use = retailer.people.use.during(slice(month, month + 1))
    own = np.random.SeedSequence([retailer.seed, _HISTORY_STREAM, month]).generate_state(2)
    people = retailer.year.population.take(retailer.people.slot)
    negatives: NegativeReadings = draw_negative_readings(
        people, use, span, np.random.default_rng(own[0])
    )
    return span, HourlyReadings(use, negatives, span, int(own[1]))
