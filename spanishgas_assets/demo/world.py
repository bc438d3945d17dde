"""The retailer assembled: every table of the customer level, in causal order, without the hours.

Order: place, channel and segment; dates; volumes; prices and margins; churn; contacts; wording.
Nothing later in that order changes anything earlier.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.demo.churn import Churn, draw_churn
from spanishgas_assets.demo.consumption import Consumption, draw_consumption
from spanishgas_assets.demo.dirt import Negatives, damage_prices, draw_negatives
from spanishgas_assets.demo.geography import REGIONS, Country, country
from spanishgas_assets.demo.hours import HourlyReadings
from spanishgas_assets.demo.interactions import (
    CONTACT_CHANNELS,
    INTENTS,
    MOODS,
    Contacts,
    draw_contacts,
)
from spanishgas_assets.demo.margins import Tariff, solve_tariff
from spanishgas_assets.demo.notes import write_notes
from spanishgas_assets.demo.population import (
    CHANNELS,
    CONTACT_END,
    RESIDENTIAL,
    SEGMENTS,
    TRAITS,
    UNKNOWN_CHANNEL,
    YEAR_END,
    Population,
    draw_population,
)
from spanishgas_assets.demo.prices import draw_tier1_prices
from spanishgas_assets.demo.sampling import Flags, Floats, Ints, Traits
from spanishgas_assets.demo.window import YEAR_2024, Window

Names = npt.NDArray[np.str_]
_UNKNOWN_SPELLED_UNKNOWN = 0.3  # the rest says `desconocido`; the split is not published


@dataclass(frozen=True)
class RetailerWorld:
    """One synthetic retailer. Frames are sorted by customer (and month).

    `customer`: one row per customer: attributes, dates, averages, churn, and the true probability
    of leaving from structure (`churn_probability`) and after seeing contact, mood and intent
    (`churn_probability_after_text`).
    `monthly`: customer x month: kWh by band, m3, revenue and margin of each fuel in EUR (clean).
    `price`: `price_history.csv` as delivered, with its dirt. `cost`: province x month.
    `interaction`: one row per contact, with true mood and intent beside the text.
    `readings`: makes the hourly grid on demand; `negatives`: its negative hours.
    """

    seed: int
    window: Window
    customer: pl.DataFrame
    monthly: pl.DataFrame
    price: pl.DataFrame
    cost: pl.DataFrame
    interaction: pl.DataFrame
    negatives: Negatives
    readings: HourlyReadings


def build_world(customers: int, seed: int) -> RetailerWorld:
    """The customer-level tables of a retailer with that many customers.

    Raises ValueError for fewer than 100 customers: shares of a percent need some.
    """
    if customers < 100 or customers > 99_999:
        raise ValueError(
            f"customers={customers}: a retailer has 100 to 99,999 (ids are C + 5 digits)"
        )
    window = YEAR_2024
    # One stream per stage: a change in one stage leaves the draws of the others alone.
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(10)]
    traits = Traits(TRAITS, customers, streams[0])
    place = country(window)
    population = draw_population(traits, place, streams[1])
    consumption = draw_consumption(population, traits, window, streams[2])
    tier1 = draw_tier1_prices(population, consumption, traits, streams[3])
    tariff = solve_tariff(population, consumption, tier1, place, traits=traits, rng=streams[4])
    churn = draw_churn(population, consumption, tier1, place, streams[5].random())
    contacts = draw_contacts(population, churn, streams[6])
    notes = write_notes(contacts, population, tier1[:, -1] > tier1[:, 0], streams[7])
    negatives = draw_negatives(population, consumption, window, streams[8])

    ids = np.array([f"C{k:05d}" for k in range(1, customers + 1)])
    gas_only = population.gas & (consumption.average_kwh == 0)
    clean_price = _price_frame(ids, tariff, window)
    return RetailerWorld(
        seed=seed,
        window=window,
        customer=_customer_frame(
            ids, population, place, consumption, churn=churn, contacts=contacts, traits=traits
        ),
        monthly=_monthly_frame(ids, consumption, tariff, window),
        price=damage_prices(clean_price, len(window.months), gas_only, streams[9]),
        cost=place.cost_table(window),
        interaction=_interaction_frame(ids, contacts, notes),
        negatives=negatives,
        readings=HourlyReadings(consumption, negatives, window, seed),
    )


def _days_before(end: np.datetime64, days: Floats | Ints) -> pl.Series:
    """Dates so many days before `end`; null where the number is NaN."""
    missing = np.isnan(days)
    whole = np.where(missing, 0, days).astype(np.int64)
    dates = pl.Series(end - whole.astype("timedelta64[D]")).cast(pl.Date)
    return pl.select(pl.when(~pl.Series(missing)).then(dates)).to_series()


def _customer_frame(
    ids: Names,
    population: Population,
    place: Country,
    consumption: Consumption,
    *,
    churn: Churn,
    contacts: Contacts,
    traits: Traits,
) -> pl.DataFrame:
    spelled = traits.uniform("unknown_spelling", population.channel) < _UNKNOWN_SPELLED_UNKNOWN
    channel = np.array(CHANNELS)[population.channel]
    channel = np.where((population.channel == UNKNOWN_CHANNEL) & spelled, "unknown", channel)
    region = np.array([r.name for r in REGIONS])
    # Yearly contracts: the current term began a year before its end, or with the activation.
    to_year_end = int((YEAR_END - CONTACT_END).astype(np.int64))
    term_days = 365 - (population.renewal_days - to_year_end)
    term_start = np.minimum(term_days, population.tenure_days)
    return pl.DataFrame(
        {
            "customer_id": ids,
            "contracted_power_kw": population.power_kw,
            "is_industrial": _flag(population.segment != RESIDENTIAL),
            "is_second_residence": _flag(population.second_residence),
            "province_code": place.code[population.province],
            "region": region[place.region[population.province]],
            "is_high_competition_province": _flag(population.high_competition),
            "is_urban": _flag(population.urban),
            "sales_channel": channel,
            "segment": np.array(SEGMENTS)[population.segment],
            "customer_first_activation_date": _days_before(YEAR_END, population.tenure_days),
            "contract_start_date": _days_before(YEAR_END, term_start),
            "last_product_change_date": _days_before(YEAR_END, population.change_days),
            "next_renewal_date": _days_before(CONTACT_END, -population.renewal_days),
            "has_gas": _flag(population.gas),
            "is_heavy_user": _flag(consumption.heavy),
            "average_elec_kwh": consumption.average_kwh,
            "average_gas_m3": consumption.average_m3,
            "churn": _flag(churn.leaves),
            "churn_probability": churn.probability,
            "churn_probability_after_text": contacts.probability_after,
        }
    )


def _flag(values: Flags) -> Ints:
    return values.astype(np.int64)


def _monthly_frame(
    ids: Names, consumption: Consumption, tariff: Tariff, window: Window
) -> pl.DataFrame:
    months = len(window.months)
    band = consumption.elec_band_kwh
    return pl.DataFrame(
        {
            "customer_id": np.repeat(ids, months),
            "month": np.tile(np.array(window.months), len(ids)),
            "elec_kwh": consumption.elec_kwh.reshape(-1),
            "elec_peak_kwh": band[:, :, 0].reshape(-1),
            "elec_standard_kwh": band[:, :, 1].reshape(-1),
            "elec_offpeak_kwh": band[:, :, 2].reshape(-1),
            "gas_m3": consumption.gas_m3.reshape(-1),
            "elec_revenue_eur": tariff.elec_revenue.reshape(-1),
            "elec_margin_eur": tariff.elec_margin.reshape(-1),
            "gas_revenue_eur": tariff.gas_revenue.reshape(-1),
            "gas_margin_eur": tariff.gas_margin.reshape(-1),
        }
    )


def _price_frame(ids: Names, tariff: Tariff, window: Window) -> pl.DataFrame:
    months = len(window.months)

    def yearly(values: Floats) -> Floats:
        return np.repeat(values, months)

    return pl.DataFrame(
        {
            "customer_id": np.repeat(ids, months),
            "pricing_date": np.tile(np.array([f"{m}-01" for m in window.months]), len(ids)),
            "variable_price_tier1_eur_kwh": tariff.tier_prices[:, :, 0].reshape(-1),
            "variable_price_tier2_eur_kwh": tariff.tier_prices[:, :, 1].reshape(-1),
            "variable_price_tier3_eur_kwh": tariff.tier_prices[:, :, 2].reshape(-1),
            "elec_fixed_fee_eur_month": tariff.elec_fixed_fee.reshape(-1),
            "elec_fixed_cost_eur_month": tariff.elec_fixed_cost.reshape(-1),
            "gas_variable_price_eur_m3": yearly(tariff.gas_price),
            "gas_fixed_revenue_eur_year": yearly(tariff.gas_fixed_revenue),
            "gas_fixed_cost_eur_year": yearly(tariff.gas_fixed_cost),
        }
    ).with_columns(
        pl.col("pricing_date").str.to_date(), pl.col("gas_variable_price_eur_m3").fill_nan(None)
    )


def _interaction_frame(ids: Names, contacts: Contacts, notes: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_id": ids[contacts.customer],
            "date": _days_before(CONTACT_END, contacts.days_ago),
            "channel": np.array(CONTACT_CHANNELS)[contacts.channel],
            "interaction_summary": notes,
            "mood": np.array(MOODS)[contacts.mood],
            "intent": np.array(INTENTS)[contacts.intent],
        }
    )
