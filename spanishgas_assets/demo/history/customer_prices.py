"""The prices of a longer history: the first year as delivered, then what came later."""

from dataclasses import replace

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.history.customers import YEAR, Customers
from spanishgas_assets.demo.history.shifts import Shift
from spanishgas_assets.demo.population.defects import add_price_defects
from spanishgas_assets.demo.population.frames import customer_ids, price_frame
from spanishgas_assets.demo.population.geography import Country
from spanishgas_assets.demo.population.sampling import Ints
from spanishgas_assets.demo.population.target_margins import solve_tariff
from spanishgas_assets.demo.population.world import RetailerYear

_SHIFTED_PRICES = ("variable_price_tier1_eur_kwh", "variable_price_tier2_eur_kwh",
                   "variable_price_tier3_eur_kwh", "gas_variable_price_eur_m3")  # fmt: skip


def customer_prices(
    everybody: Customers,
    year: RetailerYear,
    whole: Window,
    place: Country,
    shift: Shift,
    seed: np.random.SeedSequence,
) -> pl.DataFrame:
    """`price_history.csv`: the first year as delivered, then later months with their own defects.

    Later months of the first year's customers come first, then those who followed, undamaged.
    """
    months, customers = len(whole.months), len(year.ids)
    if months == YEAR:
        return year.price
    of_firsts, of_others, of_defects = (np.random.default_rng(one) for one in seed.spawn(3))
    gas_only = year.population.gas & (year.consumption.average_kwh == 0)
    rows = np.arange(len(everybody.slot))
    firsts = _clean_prices(rows[:customers], everybody, year, whole, place, shift, of_firsts)
    others = _clean_prices(rows[customers:], everybody, year, whole, place, shift, of_others)
    second_year = pl.col("pricing_date") >= pl.lit(f"{whole.months[YEAR]}-01").str.to_date()
    later = add_price_defects(firsts.filter(second_year), months - YEAR, gas_only, of_defects)
    delivered = pl.concat([later, others]).filter("delivered").drop("delivered")
    return pl.concat([year.price, delivered])


def _clean_prices(
    rows: Ints,
    everybody: Customers,
    year: RetailerYear,
    whole: Window,
    place: Country,
    shift: Shift,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Every month of some customers, raised by the shift, and whether the month is `delivered`."""
    some = everybody.take(rows)
    tariff = solve_tariff(
        year.population.take(some.slot),
        some.use,
        some.tier1,
        place,
        traits=year.traits.take(some.slot),
        rng=rng,
    )
    # A gas price does not move with the months over which it is solved: it is the first year's.
    tariff = replace(tariff, gas_price=year.tariff.gas_price[some.slot])
    ids = customer_ids(1, len(everybody.slot))[rows]
    month = np.arange(len(whole.months))
    there = (month >= some.first_month[:, None]) & (month <= some.last_month[:, None])
    raised = pl.Series(np.tile(month >= YEAR, len(rows)))
    return price_frame(ids, tariff, whole).with_columns(
        *(
            pl.when(raised)
            .then((pl.col(name) * shift.price_factor).round(8))
            .otherwise(name)
            .alias(name)
            for name in _SHIFTED_PRICES
        ),
        delivered=pl.Series(there.reshape(-1)),
    )
