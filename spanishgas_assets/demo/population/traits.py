"""Who the customers are: province, channel, segment, power and contract dates.

Nothing about consumption, price or churn. Counts are those published for 20,099 customers and
become shares for any other number.
"""

from dataclasses import dataclass

import numpy as np

from spanishgas_assets.demo.population.geography import Country
from spanishgas_assets.demo.population.sampling import (
    Flags,
    Floats,
    Ints,
    PerCustomer,
    Traits,
    pick,
    stratified,
)

SEGMENTS = ("Residential", "SME", "Corporate")
RESIDENTIAL, SME, CORPORATE = range(3)
CHANNELS = (
    "presencial_comercial",
    "desconocido",
    "comparador",
    "oficina",
    "telemarketing",
    "web_propia",
    "marketplace",
)
UNKNOWN_CHANNEL, COMPARISON_CHANNEL, MARKETPLACE_CHANNEL = 1, 2, 6

TRAITS = (
    "province", "channel", "segment", "power", "second_residence", "urban", "renewal", "tenure",
    "change", "change_blank", "gas", "gas_only", "heavy", "volume", "nearly_closed",
    "gas_volume", "swing", "season", "vacant", "price_level", "price_jump", "price_trend",
    "unit_margin", "fixed_margin", "gas_margin", "unknown_spelling", "price_spell",
)  # fmt: skip

# Rows: channels; columns: residential, SME, Corporate customers. The marketplace does not sell yet.
_CHANNEL_SEGMENT = np.array(
    [[8235, 868, 55], [4744, 482, 41], [2351, 167, 79], [1654, 181, 1], [1085, 132, 1], [21, 2, 0]]
)
_GAS_BY_SEGMENT = np.array([3272 / 18090, 284 / 1832, 76 / 177])
_SECOND_RESIDENCE = 402 / 18_090
_URBAN = 0.72  # not published
_CHANGE_BLANK = 0.3032

_POWER_STEPS = np.array([2.3, 3.45, 4.6, 5.75, 6.9, 8.05, 9.2, 10.35])
_POWER_PRIMARY = np.array([0.085, 0.250, 0.260, 0.140, 0.160, 0.035, 0.030, 0.040])
_POWER_SECOND = np.array([0.370, 0.220, 0.150, 0.120, 0.080, 0.030, 0.020, 0.010])
_POWER_CORPORATE = {
    15: 28, 20: 10, 25: 9, 30: 25, 35: 12, 40: 6, 45: 8, 50: 8, 55: 5, 60: 4, 65: 5, 70: 4, 75: 5,
    80: 8, 85: 4, 90: 2, 95: 4, 100: 3, 105: 2, 110: 2, 115: 1, 120: 3, 130: 5, 140: 1, 145: 1,
    150: 12,
}  # fmt: skip

# Days from 2024-11-30 to the renewal: [first, last] and customers.
_RENEWAL_DAYS = (
    (2, 30, 580), (31, 31, 1), (32, 60, 849), (61, 106, 2590), (107, 121, 805), (122, 140, 1380),
    (141, 161, 1900), (162, 194, 4042), (195, 211, 1890), (212, 234, 2124), (235, 270, 2450),
    (271, 300, 1150), (301, 329, 338),
)  # fmt: skip
# Days of tenure on 2024-12-31 (months of 30 days): [first, last] and customers.
_TENURE_DAYS = (
    (0, 180, 1604), (181, 360, 1596), (361, 720, 2963), (721, 1530, 5213), (1531, 1800, 1566),
    (1801, 2190, 2276), (2191, 3828, 2398), (3829, 5474, 2483),
)  # fmt: skip
# First days of the intervals in which a later portfolio keeps its shape; the first half year of
# tenure has two, as who joins in a quarter must not fill both.
RENEWAL_STARTS = tuple(first for first, _, _ in _RENEWAL_DAYS)
TENURE_STARTS = (0, 91, *(first for first, _, _ in _TENURE_DAYS[1:]))


@dataclass(frozen=True)
class Population(PerCustomer):
    """One value per customer. Codes index `SEGMENTS`, `CHANNELS` and the country's provinces.

    `renewal_days` count from the last day of the year's eleventh month (in 2024, the last day with
    a contact), `tenure_days` and `change_days` back from the year's last day; `change_days` is NaN
    where no product change is known.
    """

    province: Ints
    channel: Ints
    segment: Ints
    power_kw: Floats
    second_residence: Flags
    urban: Flags
    high_competition: Flags
    renewal_days: Ints
    tenure_days: Ints
    change_days: Floats
    gas: Flags

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.channel)

    @property
    def renewal_quintile(self) -> Ints:
        """0..4: fifth of the published renewal dates (edges 106.6, 161, 194, 234 days)."""
        return np.asarray(
            np.searchsorted([106, 161, 194, 234], self.renewal_days, side="left"), dtype=np.int64
        )


def draw_population(traits: Traits, country: Country, rng: np.random.Generator) -> Population:
    """Customers with the published shares; segment is exact given channel, gas given segment."""
    province = pick(traits.uniform("province"), country.weight)
    channel = pick(traits.uniform("channel"), _CHANNEL_SEGMENT.sum(axis=1).astype(np.float64))
    by_channel = _CHANNEL_SEGMENT.astype(np.float64)[channel]
    segment = pick(traits.uniform("segment", within=channel), by_channel)
    residential = segment == RESIDENTIAL
    second = residential & (traits.uniform("second_residence", segment) < _SECOND_RESIDENCE)
    tenure_days = _in_intervals(traits.uniform("tenure"), _TENURE_DAYS)
    return Population(
        province=province,
        channel=channel,
        segment=segment,
        power_kw=_power(traits, segment, second),
        second_residence=second,
        urban=traits.uniform("urban") < _URBAN,
        high_competition=country.high_competition[province] == 1,
        renewal_days=_in_intervals(traits.uniform("renewal"), _RENEWAL_DAYS),
        tenure_days=tenure_days,
        change_days=_last_change(traits, tenure_days, rng),
        gas=traits.uniform("gas", within=segment) < _GAS_BY_SEGMENT[segment],
    )


def _in_intervals(uniforms: Floats, intervals: tuple[tuple[int, int, int], ...]) -> Ints:
    """Whole days, uniform inside each [first, last] interval."""
    first, last, customers = (np.array(column) for column in zip(*intervals, strict=True))
    interval = pick(uniforms, customers.astype(np.float64))
    place = stratified(uniforms, within=interval)
    days = first[interval] + place * (last - first + 1)[interval]
    return np.asarray(np.floor(days), dtype=np.int64)


def _power(traits: Traits, segment: Ints, second: Flags) -> Floats:
    kind = segment + 3 * second
    uniforms = traits.uniform("power", within=kind)
    home = np.where(second[:, None], _POWER_SECOND, _POWER_PRIMARY)
    power = _POWER_STEPS[pick(uniforms, home)]
    power[segment == SME] = 10.0
    corporate = segment == CORPORATE
    steps = np.array(list(_POWER_CORPORATE), dtype=np.float64)
    counts = np.array(list(_POWER_CORPORATE.values()), dtype=np.float64)
    power[corporate] = steps[pick(uniforms[corporate], counts)]
    return power


def _last_change(traits: Traits, tenure_days: Ints, rng: np.random.Generator) -> Floats:
    """Days since the last product change; blank before activation and for enough of the rest."""
    drawn = rng.gamma(1.6, 6.2, len(tenure_days))
    months = np.sort(drawn)[np.argsort(np.argsort(traits.uniform("change")))]
    days = np.floor(np.maximum(months, 0.04) * 30)
    known = days <= tenure_days
    keep = round(len(days) * (1 - _CHANGE_BLANK))
    chance = np.where(known, traits.uniform("change_blank"), 2.0)
    kept = np.argsort(chance)[:keep]
    blank = np.ones(len(days), dtype=bool)
    blank[kept] = False
    return np.where(blank | ~known, np.nan, days)
