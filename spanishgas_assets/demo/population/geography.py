"""The world that the customers live in: provinces, regions, competition and wholesale costs.

Nothing here depends on the seed: two retailers of different seeds share one country. Codes are
the INE province codes. Costs follow the published customer-level statistics; the regional pattern
behind them, and the churn offsets, are invented.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.population.sampling import Floats, Ints


@dataclass(frozen=True)
class Region:
    """A region: mean 2024 costs, rise of the electricity cost Jan-Dec, churn logit offset."""

    name: str
    provinces: tuple[int, ...]
    elec_cost_eur_kwh: float
    gas_cost_eur_m3: float
    elec_cost_trend: float
    churn_offset: float


# Offsets are almost uncorrelated with the cost levels: a straight line in cost sees little of
# them, a tree that can cut out a cost level sees a lot (published: XGBoost .305 -> .418 when
# province costs enter, logistic .260 -> .267).
REGIONS = (
    Region("Andalucía", (4, 11, 14, 18, 21, 23, 29, 41), 0.07733, 0.7452, 0.0540, 0.88),
    Region("Aragón", (22, 44, 50), 0.07791, 0.7949, 0.0544, -2.09),
    Region("Asturias", (33,), 0.07707, 0.7198, 0.0621, 0.55),
    Region("Baleares", (7,), 0.08000, 0.7325, 0.0547, -1.98),
    Region("Canarias", (35, 38), 0.08100, 0.8550, 0.0536, 0.11),
    Region("Cantabria", (39,), 0.07757, 0.7151, 0.0621, -1.54),
    Region("Castilla y León", (5, 9, 24, 34, 37, 40, 42, 47, 49), 0.07862, 0.7384, 0.0537, -0.55),
    Region("La Mancha", (2, 13, 16, 19, 45), 0.07810, 0.7806, 0.0620, 0.99),
    Region("Cataluña", (8, 17, 25, 43), 0.07651, 0.7514, 0.0625, -1.32),
    Region("Valencia", (3, 12, 46), 0.07760, 0.7925, 0.0626, 0.66),
    Region("Extremadura", (6, 10), 0.07716, 0.7739, 0.0621, -1.65),
    Region("Galicia", (15, 27, 32, 36), 0.07764, 0.8104, 0.0624, 1.32),
    Region("Madrid", (28,), 0.07792, 0.7736, 0.0614, 0.44),
    Region("Murcia", (30,), 0.07837, 0.8192, 0.0618, 0.99),
    Region("Navarra", (31,), 0.07690, 0.7794, 0.0626, -0.66),
    Region("País Vasco", (1, 20, 48), 0.07705, 0.7730, 0.0546, -1.43),
    Region("La Rioja", (26,), 0.07754, 0.7659, 0.0616, 1.32),
    Region("Ceuta y Melilla", (51, 52), 0.07708, 0.7837, 0.0624, 0.33),
)

# Inhabitants in thousands, approximate, of provinces 1..52.
_POPULATION = (
    339, 387, 1990, 760, 160, 665, 1230, 5880, 358, 387, 1257, 615, 490, 772, 1130, 198, 815, 938,
    280, 729, 535, 229, 620, 447, 449, 325, 325, 7000, 1775, 1570, 680, 304, 1010, 158, 1160, 945,
    327, 1080, 592, 156, 1970, 90, 850, 135, 740, 2710, 522, 1160, 166, 985, 83, 86,
)  # fmt: skip
_HIGH_COMPETITION = (17, 28, 29, 41, 46, 48, 50)
_HIGH_COMPETITION_SHARE = 6_083 / 20_099

# Published ranges over provinces (customer-weighted tables).
_ELEC_COST_RANGE = (0.0761, 0.0811)
_GAS_COST_RANGE = (0.6919, 0.8618)
_ELEC_TREND_RANGE = (0.0499, 0.0655)

# Tolls are not published; the level leaves room for a tier-1 price of 0.33 EUR/kWh without
# negative prices in the other tiers.
_COST_DECIMALS = 6
_PEAJE_EUR_KWH = 0.056
_GAS_SEASON = (0.020, 0.017, 0.008, -0.004, -0.012, -0.018, -0.020, -0.018, -0.010, 0.002, 0.014,
               0.021)  # fmt: skip


@dataclass(frozen=True)
class Country:
    """Per province (position = code - 1): region, weights, costs. `cost_*`: province x month."""

    code: Ints
    region: Ints
    weight: Floats
    high_competition: Ints
    churn_offset: Floats
    elec_cost: Floats
    gas_cost: Floats
    peaje: Floats

    def cost_table(self, window: Window) -> pl.DataFrame:
        """`costs_by_province_month.csv`: one row per province and month, EUR/kWh and EUR/m3."""
        provinces, months = self.elec_cost.shape
        return pl.DataFrame(
            {
                "month": np.tile(np.array(window.months), provinces),
                "province": np.repeat(self.code, months),
                "elec_var_cost_eur_kwh": self.elec_cost.reshape(-1),
                "gas_var_cost_eur_m3": self.gas_cost.reshape(-1),
                "peaje_elec_eur_kwh": self.peaje.reshape(-1),
            }
        )


def later_country(first: Country, months: int) -> Country:
    """The same country over `months` months, whole quarters, of which `first` has the first year.

    Costs go on so that whoever looks at twelve months ending with a quarter finds each province's
    mean and its rise from first to last month as they were in the first year: a quarter has the
    mean of the same quarter a year before, and its last month closes at the yearly rise.
    """
    elec = np.empty((len(first.code), months))
    year = first.elec_cost.shape[1]
    elec[:, :year] = first.elec_cost
    rise = first.elec_cost[:, -1] / first.elec_cost[:, 0]
    for month in range(year, months, 3):
        quarter = elec[:, month - year : month - year + 3].sum(axis=1)
        closing = np.round(elec[:, month + 3 - year] * rise, _COST_DECIMALS)
        opening = np.round((quarter - closing) / 2, _COST_DECIMALS)
        elec[:, month : month + 3] = np.stack([opening, quarter - closing - opening, closing], 1)
    same_month = np.arange(months) % year
    return replace(
        first,
        elec_cost=np.round(elec, _COST_DECIMALS),
        gas_cost=first.gas_cost[:, same_month],
        peaje=first.peaje[:, same_month],
    )


def country(window: Window) -> Country:
    """The 52 provinces with their monthly costs over the window."""
    noise = np.random.default_rng(2024)  # part of the world, not of the sample
    code = np.arange(1, len(_POPULATION) + 1)
    region = np.zeros(len(code), dtype=np.int64)
    for index, member in enumerate(REGIONS):
        region[np.array(member.provinces) - 1] = index

    def regional(values: list[float], spread: float, limits: tuple[float, float]) -> Floats:
        drawn = np.array(values)[region] + noise.normal(0, spread, len(code))
        return np.clip(drawn, *limits)

    elec_mean = regional([r.elec_cost_eur_kwh for r in REGIONS], 0.00015, _ELEC_COST_RANGE)
    gas_mean = regional([r.gas_cost_eur_m3 for r in REGIONS], 0.012, _GAS_COST_RANGE)
    trend = regional([r.elec_cost_trend for r in REGIONS], 0.0003, _ELEC_TREND_RANGE)

    ramp = np.linspace(0, 1, len(window.months))
    january = elec_mean / (1 + trend / 2)
    elec_cost = january[:, None] * (1 + trend[:, None] * ramp)
    season = np.resize(np.array(_GAS_SEASON), len(window.months))
    gas_cost = gas_mean[:, None] * (1 + season - season.mean())
    peaje = _PEAJE_EUR_KWH + noise.normal(0, 0.0004, len(code))[:, None] + 0.0 * ramp

    high = np.isin(code, _HIGH_COMPETITION)
    weight = np.array(_POPULATION, dtype=np.float64) ** 0.85
    weight[high] *= _HIGH_COMPETITION_SHARE / weight[high].sum()
    weight[~high] *= (1 - _HIGH_COMPETITION_SHARE) / weight[~high].sum()
    return Country(
        code=code,
        region=region,
        weight=weight,
        high_competition=high.astype(np.int64),
        churn_offset=np.array([r.churn_offset for r in REGIONS])[region],
        elec_cost=np.round(elec_cost, _COST_DECIMALS),
        gas_cost=np.round(gas_cost, _COST_DECIMALS),
        peaje=np.round(peaje, _COST_DECIMALS),
    )
