"""The retailer's arrays as tables: customers with their dates, months, prices, contacts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.population.contacts import (
    CONTACT_CHANNELS,
    CONTACT_INTENTS,
    Contacts,
)
from spanishgas_assets.demo.population.geography import REGIONS, Country
from spanishgas_assets.demo.population.sampling import Flags, Floats, Ints, Traits
from spanishgas_assets.demo.population.target_margins import Tariff
from spanishgas_assets.demo.population.traits import (
    CHANNELS,
    RESIDENTIAL,
    SEGMENTS,
    UNKNOWN_CHANNEL,
    Population,
)
from spanishgas_assets.demo.population.volumes import Consumption
from spanishgas_assets.text.vocabulary import SENTIMENTS

Names = npt.NDArray[np.str_]
UNKNOWN_SPELLED_UNKNOWN = 0.3  # the rest says `desconocido`; the split is not published


@dataclass(frozen=True)
class YearDates:
    """Day 0 of renewals and contacts, and the day that tenure is counted to."""

    contact_end: np.datetime64
    year_end: np.datetime64


def year_dates(window: Window, first_month: int = 0) -> YearDates:
    """The dates of the twelve months that begin with `first_month`."""
    return YearDates(window.last_day(first_month + 10), window.last_day(first_month + 11))


def customer_ids(first: int, count: int) -> Names:
    """`C` and five digits, counted from `first`."""
    return np.array([f"C{k:05d}" for k in range(first, first + count)])


def portfolio_frame(
    ids: Names, population: Population, country: Country, dates: YearDates, traits: Traits
) -> pl.DataFrame:
    """What attributes and contracts tell, and the segment: one row per customer."""
    spelled = traits.uniform("unknown_spelling", population.channel) < UNKNOWN_SPELLED_UNKNOWN
    channel = np.array(CHANNELS)[population.channel]
    channel = np.where((population.channel == UNKNOWN_CHANNEL) & spelled, "unknown", channel)
    region = np.array([r.name for r in REGIONS])
    # Yearly contracts: the current term began a year before its end, or with the activation.
    to_year_end = int((dates.year_end - dates.contact_end).astype(np.int64))
    term_days = 365 - (population.renewal_days - to_year_end)
    term_start = np.minimum(term_days, population.tenure_days)
    return pl.DataFrame(
        {
            "customer_id": ids,
            "contracted_power_kw": population.power_kw,
            "is_industrial": flag(population.segment != RESIDENTIAL),
            "is_second_residence": flag(population.second_residence),
            "province_code": country.code[population.province],
            "region": region[country.region[population.province]],
            "is_high_competition_province": flag(population.high_competition),
            "is_urban": flag(population.urban),
            "sales_channel": channel,
            "segment": np.array(SEGMENTS)[population.segment],
            "customer_first_activation_date": _before(dates.year_end, population.tenure_days),
            "contract_start_date": _before(dates.year_end, term_start),
            "last_product_change_date": _before(dates.year_end, population.change_days),
            "next_renewal_date": _before(dates.contact_end, -population.renewal_days),
            "has_gas": flag(population.gas),
        }
    )


def flag(values: Flags) -> Ints:
    """0 and 1."""
    return values.astype(np.int64)


def _before(end: np.datetime64, days: Floats | Ints) -> pl.Series:
    """Dates so many days before `end`; null where the number is NaN."""
    missing = np.isnan(days)
    whole = np.where(missing, 0, days).astype(np.int64)
    dates = pl.Series(end - whole.astype("timedelta64[D]")).cast(pl.Date)
    return pl.select(pl.when(~pl.Series(missing)).then(dates)).to_series()


def monthly_frame(
    ids: Names, consumption: Consumption, tariff: Tariff, window: Window
) -> pl.DataFrame:
    """Customer x month: kWh by band, m3, revenue and margin of each fuel in EUR."""
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


def price_frame(ids: Names, tariff: Tariff, window: Window) -> pl.DataFrame:
    """`price_history.csv` without its defects: one row per customer and month."""
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


def interaction_frame(
    ids: Names, contacts: Contacts, notes: list[str], dates: YearDates
) -> pl.DataFrame:
    """One row per contact, with true sentiment and intent beside the text."""
    return pl.DataFrame(
        {
            "customer_id": ids[contacts.customer],
            "date": _before(dates.contact_end, contacts.days_ago),
            "channel": np.array(CONTACT_CHANNELS)[contacts.channel],
            "interaction_summary": notes,
            "sentiment": np.array(SENTIMENTS)[contacts.sentiment],
            "intent": np.array(CONTACT_INTENTS)[contacts.intent],
        }
    )
