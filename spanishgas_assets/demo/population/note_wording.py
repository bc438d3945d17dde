"""The wording of a contact: short CRM notes and longer paragraphs, from `note_wording.yaml`.

Input is sentiment, intent and the customer's own attributes; the outcome is not known here.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from spanishgas_assets.demo.population.contacts import (
    CONTACT_CHANNELS,
    CONTACT_INTENTS,
    Contacts,
)
from spanishgas_assets.demo.population.sampling import Flags, stratified
from spanishgas_assets.demo.population.traits import COMPARISON_CHANNEL, Population
from spanishgas_assets.packaged_yaml import read_packaged_yaml
from spanishgas_assets.text.vocabulary import (
    BILLING,
    CANCELLATION,
    COMPLAINT,
    PRICING,
    RENEWAL,
    SENTIMENTS,
)

# Share of short notes by sentiment (published: 52% overall, nearly all negatives, few positives).
_SHORT_SHARE = np.array([0.87, 0.68, 0.295])
# Families above each word group: a note of one of these intents may hold such words.
_MAY_SAY_RENEWAL = (CANCELLATION, COMPLAINT, BILLING, RENEWAL)
_MAY_SAY_PRICE = (*_MAY_SAY_RENEWAL, PRICING)


@dataclass(frozen=True)
class _Attributes:
    """What a note can tell of its customer."""

    days: int
    tenure: str
    price_rise: bool
    high_competition: bool
    comparison: bool
    gas: bool


def write_notes(
    contacts: Contacts, population: Population, price_rise: Flags, rng: np.random.Generator
) -> list[str]:
    """One English summary per contact, in the order of the contacts."""
    short = (
        stratified(rng.random(len(contacts.sentiment)), contacts.sentiment)
        < _SHORT_SHARE[contacts.sentiment]
    )
    notes = []
    for k, customer in enumerate(contacts.customer):
        about = _Attributes(
            days=int(population.renewal_days[customer] + contacts.days_ago[k]),
            tenure=_tenure_words(int(population.tenure_days[customer])),
            price_rise=bool(price_rise[customer]),
            high_competition=bool(population.high_competition[customer]),
            comparison=bool(population.channel[customer] == COMPARISON_CHANNEL),
            gas=bool(population.gas[customer]),
        )
        compose = _short_note if short[k] else _long_note
        notes.append(
            compose(
                CONTACT_INTENTS[contacts.intent[k]],
                SENTIMENTS[contacts.sentiment[k]],
                CONTACT_CHANNELS[contacts.channel[k]],
                about,
                rng,
            )
        )
    return notes


@cache
def _fragments() -> Any:
    return read_packaged_yaml(Path(__file__).with_name("note_wording.yaml"))


def _frequent_first(choices: list[str], rng: np.random.Generator) -> str:
    """Short notes repeat a lot: the k-th entry is used in proportion to 1 / k."""
    weights = 1.0 / np.arange(1, len(choices) + 1)
    return choices[int(np.searchsorted(weights.cumsum() / weights.sum(), rng.random()))]


def _any_of(choices: list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _short_note(
    intent: str, sentiment: str, channel: str, about: _Attributes, rng: np.random.Generator
) -> str:
    words = _fragments()["short"]
    opening = _frequent_first(words["openings"], rng)
    if rng.random() < 0.15:
        opening = words["openings_by_channel"][channel]
    topic = _frequent_first(words["topics"][intent], rng)
    by_intent = words["outcomes"][sentiment]
    outcome = _frequent_first(by_intent.get(intent, by_intent["default"]), rng)
    return f"{opening} {topic}. {outcome}".format(days=about.days)


def _long_note(
    intent: str, sentiment: str, channel: str, about: _Attributes, rng: np.random.Generator
) -> str:
    words = _fragments()["long"]
    sentiments = words["sentiments"][sentiment]
    opening = _any_of(words["openings"][channel], rng)
    days = "renewal_days" if intent in _MAY_SAY_RENEWAL else "contract_days"
    sentences = [
        f"{opening} {_any_of(words['subjects'][intent], rng)}.",
        _any_of(words[days], rng),
        _any_of(words["tenure"], rng),
    ]
    if intent in _MAY_SAY_PRICE:
        sentences.append(_any_of(words["price_rise" if about.price_rise else "price_steady"], rng))
        if about.high_competition:
            sentences.append(_any_of(words["competition"], rng))
    else:
        sentences.append(_any_of(words["record"], rng))
    if about.comparison:
        sentences.append(_any_of(words["comparison"], rng))
    if about.gas:
        sentences.append(_any_of(words["gas"], rng))
    sentences.append(_any_of(sentiments.get(intent, sentiments["default"]), rng))
    return " ".join(sentences).format(days=about.days, tenure=about.tenure)


def _tenure_words(days: int) -> str:
    years = days / 365
    if years < 1:
        return f"{max(1, days // 30)} months"
    if years < 5:
        return f"{years:.1f} years"
    return f"{int(years)} years"
