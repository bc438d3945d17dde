"""The offers: ``offers.yaml``, read and checked key by key."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spanishgas_assets.retention.config.yaml_entries import Entry
from spanishgas_assets.retention.tables import CHANNELS, NO_OFFER, RISK_TIERS, TIMING_WINDOWS
from spanishgas_assets.silver.tables import SEGMENTS

_OFFER_KEYS = ["name", "title", "cost", "channel", "timing_window", "eligible"]


@dataclass(frozen=True)
class SaveRate:
    """What share of churners an offer is believed to keep: a prior and its band."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Offer:
    """One offer.

    Attributes:
        name: as recommendations name it.
        title: for people, by language (``es``, ``en``).
        margin_share, fixed_eur: cost, as a share of each month's margin, or once; one of them is 0.
        months: how long it lasts.
        channel: how it is made.
        timing_window: when.
        save_rates: by (segment, tier); whoever is not there is not eligible.
    """

    name: str
    title: dict[str, str]
    margin_share: float
    fixed_eur: float
    months: int
    channel: str
    timing_window: str
    save_rates: dict[tuple[str, str], SaveRate]


@dataclass(frozen=True)
class OfferTable:
    """All offers, in the file's order."""

    offers: tuple[Offer, ...]

    @property
    def names(self) -> list[str]:
        """The offers' names."""
        return [offer.name for offer in self.offers]

    def titles(self, language: str) -> dict[str, str]:
        """The offers' names for people."""
        return {offer.name: offer.title[language] for offer in self.offers}

    def frame(self) -> pl.DataFrame:
        """One row per offer, segment and risk_tier that is eligible, with cost and save rate."""
        rows = [
            {
                "offer": offer.name,
                "segment": segment,
                "risk_tier": tier,
                "channel": offer.channel,
                "timing_window": offer.timing_window,
                "margin_share": offer.margin_share,
                "fixed_eur": offer.fixed_eur,
                "offer_months": offer.months,
                "save_rate": save.rate,
                "save_rate_low": save.low,
                "save_rate_high": save.high,
            }
            for offer in self.offers
            for (segment, tier), save in offer.save_rates.items()
        ]
        return pl.DataFrame(rows)


def load_offers(path: Path) -> OfferTable:
    """Read an offer table.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range, a name
            stands there twice, or two entries of an offer name the same customers; names the file,
            the line and the key.
    """
    entries = Entry.of_file(path).mapping(["offers"])["offers"].items()
    offers: list[Offer] = []
    for entry in entries:
        offer = _offer(entry)
        if offer.name in [known.name for known in offers]:
            raise entry.error(f"has the name {offer.name!r}, which an offer above has")
        offers.append(offer)
    return OfferTable(tuple(offers))


def _offer(entry: Entry) -> Offer:
    keys = entry.mapping(_OFFER_KEYS)
    name = keys["name"].text()
    if name == NO_OFFER:
        raise keys["name"].error(f"is {NO_OFFER!r}, which means that there is no offer")
    title = keys["title"].mapping(["es", "en"])
    cost = keys["cost"].mapping(["months"], ["margin_share", "fixed_eur"])
    if ("margin_share" in cost) == ("fixed_eur" in cost):
        raise keys["cost"].error("needs margin_share or fixed_eur, one of them")
    return Offer(
        name=name,
        title={language: text.text() for language, text in title.items()},
        margin_share=cost["margin_share"].share() if "margin_share" in cost else 0.0,
        fixed_eur=cost["fixed_eur"].amount() if "fixed_eur" in cost else 0.0,
        months=cost["months"].whole(1),
        channel=keys["channel"].one_of(CHANNELS),
        timing_window=keys["timing_window"].one_of(TIMING_WINDOWS),
        save_rates=_save_rates(keys["eligible"]),
    )


def _save_rates(entry: Entry) -> dict[tuple[str, str], SaveRate]:
    rates: dict[tuple[str, str], SaveRate] = {}
    for item in entry.items():
        keys = item.mapping(["segments", "tiers", "save_rate", "low", "high"])
        rate = SaveRate(keys["save_rate"].share(), keys["low"].share(), keys["high"].share())
        if not rate.low <= rate.rate <= rate.high:
            raise item.error(
                f"has save_rate {rate.rate} outside its band {rate.low} to {rate.high}"
            )
        for segment in keys["segments"].some_of(SEGMENTS):
            for tier in keys["tiers"].some_of(RISK_TIERS):
                if (segment, tier) in rates:
                    raise item.error(
                        f"overlaps an entry above: {segment} customers of tier {tier} stand in both"
                    )
                rates[segment, tier] = rate
    return rates
