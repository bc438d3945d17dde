"""The offers: ``offers.yaml``, read and checked key by key."""

import itertools
from pathlib import Path
from typing import Annotated, Self

import polars as pl
from pydantic import Field, field_validator, model_validator

from spanishgas_assets.retention.column_values import CHANNELS, NO_OFFER, RISK_TIERS, TIMING_WINDOWS
from spanishgas_assets.silver.segments import SEGMENTS
from spanishgas_assets.yaml_models import YamlModel, fault_at, read_yaml
from spanishgas_assets.yaml_values import AllOr, Amount, CountFromOne, EachOf, OneOf, Share, Text


class Eligible(YamlModel):
    """Whom an offer may be made to, and what share of churners it is believed to keep.

    The save rate is a prior, ``low`` to ``high`` its band.
    """

    segments: Annotated[
        tuple[Annotated[str, OneOf(SEGMENTS)], ...], Field(min_length=1), AllOr(SEGMENTS)
    ] = Field(description="Segments; all for every one.")
    tiers: Annotated[
        tuple[Annotated[str, OneOf(RISK_TIERS)], ...], Field(min_length=1), AllOr(RISK_TIERS)
    ] = Field(description="Risk tiers; all for every one.")
    save_rate: Share = Field(description="Share of churners whom the offer keeps: a prior.")
    low: Share = Field(description="Lower end of the prior's band.")
    high: Share = Field(description="Upper end of the prior's band.")

    @model_validator(mode="after")
    def _rate_is_in_its_band(self) -> Self:
        if not self.low <= self.save_rate <= self.high:
            raise ValueError(
                f"has save_rate {self.save_rate} outside its band {self.low} to {self.high}"
            )
        return self

    def customers(self) -> list[tuple[str, str]]:
        """Return the pairs of segment and tier."""
        return list(itertools.product(self.segments, self.tiers))


class Cost(YamlModel):
    """What an offer costs: a share of each month's margin, or an amount once; the other is 0."""

    margin_share: Share = Field(default=0.0, description="Share of the monthly margin.")
    fixed_eur: Amount = Field(default=0.0, description="EUR, once.")
    months: CountFromOne = Field(description="How long the offer lasts.")

    @model_validator(mode="after")
    def _one_kind_of_cost(self) -> Self:
        if {"margin_share", "fixed_eur"}.isdisjoint(self.model_fields_set) or (
            {"margin_share", "fixed_eur"} <= self.model_fields_set
        ):
            raise ValueError("needs margin_share or fixed_eur, one of them")
        return self


class Offer(YamlModel):
    """One offer; whoever is not in ``eligible`` does not get it."""

    name: Text = Field(description="As recommendations name it.")
    title: Annotated[dict[str, Text], EachOf(["es", "en"])] = Field(description="For people.")
    cost: Cost
    channel: Annotated[str, OneOf(CHANNELS)] = Field(description="How it is made.")
    timing_window: Annotated[str, OneOf(TIMING_WINDOWS)] = Field(description="When it is made.")
    eligible: Annotated[tuple[Eligible, ...], Field(min_length=1)] = Field(
        description="Whom it may be made to; no two entries name the same customers."
    )

    @field_validator("name")
    @classmethod
    def _is_an_offer(cls, name: str) -> str:
        if name == NO_OFFER:
            raise ValueError(f"is {NO_OFFER!r}, which means that there is no offer")
        return name

    @field_validator("eligible")
    @classmethod
    def _no_overlap(cls, eligible: tuple[Eligible, ...]) -> tuple[Eligible, ...]:
        named: set[tuple[str, str]] = set()
        for number, entry in enumerate(eligible):
            for segment, tier in entry.customers():
                if (segment, tier) in named:
                    raise fault_at(
                        f"overlaps an entry above: {segment} customers of tier {tier} are in both",
                        number,
                    )
                named.add((segment, tier))
        return eligible


class OfferTable(YamlModel):
    """All offers, in the file's order."""

    offers: Annotated[tuple[Offer, ...], Field(min_length=1)]

    @field_validator("offers")
    @classmethod
    def _names_differ(cls, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
        for number, offer in enumerate(offers):
            if offer.name in [before.name for before in offers[:number]]:
                raise fault_at(f"has the name {offer.name!r}, which an offer above has", number)
        return offers

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
                "margin_share": offer.cost.margin_share,
                "fixed_eur": offer.cost.fixed_eur,
                "offer_months": offer.cost.months,
                "save_rate": entry.save_rate,
                "save_rate_low": entry.low,
                "save_rate_high": entry.high,
            }
            for offer in self.offers
            for entry in offer.eligible
            for segment, tier in entry.customers()
        ]
        return pl.DataFrame(rows)


def load_offers(path: Path) -> OfferTable:
    """Read an offer table.

    Raises:
        SettingsError: it cannot be read, or a key is missing, unknown or out of range, a name
            stands there twice, or two entries of an offer name the same customers; one line per
            fault names the file, the line and the key.
    """
    return read_yaml(path, OfferTable)
