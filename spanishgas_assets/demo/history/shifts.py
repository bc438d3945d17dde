"""Changes that can be planted in a longer history, each begun with its second year.

What a shift does not name stays as it would have been, customer by customer, until churners differ.
"""

from dataclasses import dataclass

from spanishgas_assets.demo.population.churn_draw import PUBLISHED_LINK, PriceLink

_HEATING_MONTHS = (11, 12, 1, 2, 3)


@dataclass(frozen=True)
class Shift:
    """What is different from the thirteenth month on.

    `price_factor`: on every price per kWh and m3. `joins_by_marketplace`: whether all who join come
    through a sales channel that did not exist before. `winter_elec`, `winter_gas`: on what is used
    from November to March. `link`: how prices move the chance of leaving; the number of churners
    is what it would have been under the published one.
    """

    says: str
    price_factor: float = 1.0
    joins_by_marketplace: bool = False
    winter_elec: float = 1.0
    winter_gas: float = 1.0
    link: PriceLink = PUBLISHED_LINK

    def elec_weather(self, month: str) -> float:
        """Factor on the electricity of a month (`YYYY-MM`) of the second year or later."""
        return self.winter_elec if int(month[5:]) in _HEATING_MONTHS else 1.0

    def gas_weather(self, month: str) -> float:
        """Factor on the gas of a month (`YYYY-MM`) of the second year or later."""
        return self.winter_gas if int(month[5:]) in _HEATING_MONTHS else 1.0


NO_SHIFT = Shift("nothing changes but the seasons")
SHIFTS = {
    "price-rise": Shift("every price per kWh and m3 rises by 15%", price_factor=1.15),
    "new-channel": Shift(
        "all who join come through a new sales channel, 'marketplace'", joins_by_marketplace=True
    ),
    "mild-winter": Shift(
        "November to March, homes use half the gas and four fifths of the electricity",
        winter_elec=0.8,
        winter_gas=0.5,
    ),
    "price-link": Shift(
        "a price rise and an ordinary price, which made customers leave, now make them stay",
        link=PriceLink(-PUBLISHED_LINK.rise, -PUBLISHED_LINK.ordinary),
    ),
}
