"""The retailer assembled: every table of the customer level, in causal order, without the hours.

Order: place, channel and segment; dates; volumes; prices and margins; churn; contacts; wording.
Nothing later in that order changes anything earlier.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.hours import HourlyReadings
from spanishgas_assets.demo.files.window import YEAR_2024, Window
from spanishgas_assets.demo.population.churn_draw import (
    Churn,
    churn_score,
    draw_churn,
    published_churners,
)
from spanishgas_assets.demo.population.contacts import Contacts, draw_contacts
from spanishgas_assets.demo.population.defects import (
    NegativeReadings,
    add_price_defects,
    draw_negative_readings,
)
from spanishgas_assets.demo.population.frames import (
    Names,
    customer_ids,
    flag,
    interaction_frame,
    monthly_frame,
    portfolio_frame,
    price_frame,
    year_dates,
)
from spanishgas_assets.demo.population.geography import Country, country
from spanishgas_assets.demo.population.many_hands import draw_notes
from spanishgas_assets.demo.population.note_wording import write_notes
from spanishgas_assets.demo.population.peak_prices import draw_tier1_prices, price_view
from spanishgas_assets.demo.population.sampling import Floats, Traits
from spanishgas_assets.demo.population.target_margins import Tariff, solve_tariff
from spanishgas_assets.demo.population.traits import TRAITS, Population, draw_population
from spanishgas_assets.demo.population.volumes import Consumption, draw_consumption

MOST_CUSTOMERS = 99_999


@dataclass(frozen=True)
class RetailerYear:
    """A year of a retailer as arrays, one row per customer; what `RetailerWorld` shows as tables.

    `price` is a table already: as delivered, with its defects.
    """

    window: Window
    ids: Names
    traits: Traits
    country: Country
    population: Population
    consumption: Consumption
    tier1: Floats
    tariff: Tariff
    churn: Churn
    contacts: Contacts
    notes: list[str]
    negatives: NegativeReadings
    price: pl.DataFrame


@dataclass(frozen=True)
class RetailerWorld:
    """One synthetic retailer. Frames are sorted by customer (and month).

    `customer`: one row per customer: attributes, dates, averages, churn, and the true probability
    of leaving from structure (`churn_probability`) and after seeing contact, sentiment and intent
    (`churn_probability_after_text`).
    `monthly`: customer x month: kWh by band, m3, revenue and margin of each fuel in EUR (clean).
    `price`: `price_history.csv` as delivered, with its defects. `cost`: province x month.
    `interaction`: one row per contact, with true sentiment and intent beside the text.
    `readings`: makes the hourly grid on demand; `negatives`: its negative hours.
    """

    seed: int
    window: Window
    customer: pl.DataFrame
    monthly: pl.DataFrame
    price: pl.DataFrame
    cost: pl.DataFrame
    interaction: pl.DataFrame
    negatives: NegativeReadings
    readings: HourlyReadings


def build_world(customers: int, seed: int, hands: pl.DataFrame | None = None) -> RetailerWorld:
    """The customer-level tables of a retailer with that many customers, in 2024.

    `hands` are notes with their `intent` and `sentiment` (`many_hands.agreed_notes`), from which
    those of the contacts are drawn; None composes them from templates.

    Raises ValueError for fewer than 100 customers: shares of a percent need some.
    """
    year = draw_year(customers, seed, YEAR_2024, hands)
    return RetailerWorld(
        seed=seed,
        window=year.window,
        customer=_customer_frame(year),
        monthly=monthly_frame(year.ids, year.consumption, year.tariff, year.window),
        price=year.price,
        cost=year.country.cost_table(year.window),
        interaction=interaction_frame(year.ids, year.contacts, year.notes, year_dates(year.window)),
        negatives=year.negatives,
        readings=HourlyReadings(year.consumption, year.negatives, year.window, seed),
    )


def draw_year(
    customers: int, seed: int, window: Window, hands: pl.DataFrame | None = None
) -> RetailerYear:
    """A year of a retailer with that many customers; `window` is a calendar year.

    `hands` are the notes to draw from, as in `build_world`.

    Raises ValueError for fewer than 100 customers: shares of a percent need some.
    """
    if customers < 100 or customers > MOST_CUSTOMERS:
        raise ValueError(
            f"customers={customers}: a retailer has 100 to {MOST_CUSTOMERS:,} "
            "(ids are C + 5 digits)"
        )
    # One stream per stage: a change in one stage leaves the draws of the others alone.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(10)]
    traits = Traits(TRAITS, customers, streams[0])
    place = country(window)
    population = draw_population(traits, place, streams[1])
    consumption = draw_consumption(population, traits, window, streams[2])
    tier1 = draw_tier1_prices(population, consumption, traits, streams[3])
    tariff = solve_tariff(population, consumption, tier1, place, traits=traits, rng=streams[4])
    price = price_view(tier1, place.elec_cost.mean(axis=1)[population.province])
    score = churn_score(population, consumption, price, place)
    churners = published_churners(customers)
    churn = draw_churn(score, population, streams[5].random(), churners)
    contacts = draw_contacts(population, churn, streams[6])
    notes = (
        write_notes(contacts, population, price.rise, streams[7])
        if hands is None
        else draw_notes(contacts, hands, streams[7])
    )
    negatives = draw_negative_readings(population, consumption, window, streams[8])

    ids = customer_ids(1, customers)
    gas_only = population.gas & (consumption.average_kwh == 0)
    clean_price = price_frame(ids, tariff, window)
    return RetailerYear(
        window=window,
        ids=ids,
        traits=traits,
        country=place,
        population=population,
        consumption=consumption,
        tier1=tier1,
        tariff=tariff,
        churn=churn,
        contacts=contacts,
        notes=notes,
        negatives=negatives,
        price=add_price_defects(clean_price, len(window.months), gas_only, streams[9]),
    )


def _customer_frame(year: RetailerYear) -> pl.DataFrame:
    portfolio = portfolio_frame(
        year.ids, year.population, year.country, year_dates(year.window), year.traits
    )
    return portfolio.with_columns(
        pl.Series("is_heavy_user", flag(year.consumption.heavy)),
        pl.Series("average_elec_kwh", year.consumption.average_kwh),
        pl.Series("average_gas_m3", year.consumption.average_m3),
        pl.Series("churn", flag(year.churn.leaves)),
        pl.Series("churn_probability", year.churn.probability),
        pl.Series("churn_probability_after_text", year.contacts.probability_after),
    )
