"""Who writes or calls in the live year, when, and what the note says.

A round is a quarter of a year in which stayers are in contact at any time. Whoever will leave is in
contact in the fourteenth week before, so that the note is there whenever the leaving is near.
Sentiment and intent follow the outcome as in the first year (`contacts`).
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from spanishgas_assets.demo.history.churn_and_join import WEEK
from spanishgas_assets.demo.live.weekly_portfolio import (
    HORIZON_WEEKS,
    MOST_WEEKS,
    PricesSeen,
    WeeklyPortfolio,
)
from spanishgas_assets.demo.population.churn_draw import Churn
from spanishgas_assets.demo.population.contacts import (
    CONTACT_CHANNELS,
    CONTACT_INTENTS,
    Contacts,
    draw_contacts,
)
from spanishgas_assets.demo.population.many_hands import draw_notes, packaged_hands
from spanishgas_assets.demo.population.note_wording import write_notes
from spanishgas_assets.demo.population.sampling import Ints
from spanishgas_assets.demo.population.traits import Population
from spanishgas_assets.text.vocabulary import SENTIMENTS

#: A drop holds the notes of so many days before it: all of those who leave within the horizon.
NOTE_DAYS = 98
_BEFORE_LEAVING = HORIZON_WEEKS * WEEK + 1  # days from a churner's note to the end, at least
_SCATTER = WEEK
_ROUND_DAYS = HORIZON_WEEKS * WEEK
_STREAM = 0x207E5


@dataclass(frozen=True)
class NoteDays:
    """How days of the live year relate to the population's dates, in days.

    ``contact_end``: from the last day to which renewals are counted in a week, to its Monday.
    """

    contact_end: int


def contact_rounds(
    portfolio: WeeklyPortfolio,
    seen: PricesSeen,
    complete_months: Ints,
    days: NoteDays,
    other_hands_from_week: int | None,
    seed: int,
) -> pl.DataFrame:
    """All notes of the year.

    Grain: one row per contact, sorted by day and customer: customer (row of the portfolio), day
    (from the start's Monday), channel, interaction_summary, sentiment, intent, of_churner.

    Args:
        portfolio: the reference year.
        seen: prices by month: notes complain of a rise only where there was one.
        complete_months: as in `weekly_portfolio`.
        days: what relates days of the year to the population's.
        other_hands_from_week: from this week on the notes are those of many hands.
        seed: of the retailer.
    """
    rounds = range(-1, MOST_WEEKS // HORIZON_WEEKS + 1)
    notes = [
        _round(portfolio, seen, complete_months, days, other_hands_from_week, seed, number)
        for number in rounds
    ]
    return pl.concat(notes).sort("day", "customer")


def _round(
    portfolio: WeeklyPortfolio,
    seen: PricesSeen,
    complete_months: Ints,
    days: NoteDays,
    other_hands_from_week: int | None,
    seed: int,
    number: int,
) -> pl.DataFrame:
    week = (number + 1) * HORIZON_WEEKS  # at the round's end: who leaves next is known by then
    row = week - portfolio.first_week
    rng = np.random.default_rng(np.random.SeedSequence([seed, _STREAM, row]))
    occupant = portfolio.occupant[row]
    known = occupant >= 0
    leaves_in = np.where(known, portfolio.leaves[occupant], -1)
    churner = known & (leaves_in > week) & (leaves_in <= week + HORIZON_WEEKS)
    population = _population(portfolio, row)
    risk = np.clip(portfolio.chance_within(week, HORIZON_WEEKS), 1e-6, 1 - 1e-6)
    drawn = draw_contacts(population, Churn(risk, churner, 0.0), rng)
    who = drawn.customer
    joins = np.where(known, portfolio.joins[occupant], 0)[who] * WEEK
    scatter = rng.random(len(who))
    near = leaves_in[who] * WEEK - _BEFORE_LEAVING - np.floor(scatter * _SCATTER)
    any_day = week * WEEK - 1 - np.floor(scatter * _ROUND_DAYS)
    # Who leaves soon after joining is in contact at once.
    day = np.where(churner[who], np.maximum(near, joins), any_day).astype(np.int64)
    # Days to the renewal as of the note, never past it: who renews has a new date by then.
    ago = week * WEEK - days.contact_end - day
    renewal = population.renewal_days.copy()
    renewal[who] = np.maximum(renewal[who], 1 - ago)
    contacts = replace(drawn, days_ago=ago)
    rise = seen.at(int(complete_months[row])).rise
    texts = write_notes(contacts, replace(population, renewal_days=renewal), rise, rng)
    if other_hands_from_week is not None:
        texts = _by_other_hands(texts, contacts, day, other_hands_from_week, seed)
    notes = pl.DataFrame(
        {
            "customer": occupant[who],
            "day": day,
            "channel": np.array(CONTACT_CHANNELS)[contacts.channel],
            "interaction_summary": texts,
            "sentiment": np.array(SENTIMENTS)[contacts.sentiment],
            "intent": np.array(CONTACT_INTENTS)[contacts.intent],
            "of_churner": churner[who],
        }
    )
    # A customer has notes of their own time only; near the end it is the churner's note alone.
    silent_from = leaves_in[who] * WEEK - _BEFORE_LEAVING - _SCATTER
    there = known[who] & (day >= joins) & (churner[who] | (day < silent_from))
    return notes.filter(pl.Series(there))


def _population(portfolio: WeeklyPortfolio, row: int) -> Population:
    return replace(
        portfolio.base,
        renewal_days=portfolio.renewal_days[row],
        tenure_days=portfolio.tenure_days[row],
        change_days=portfolio.change_days[row],
    )


def _by_other_hands(
    texts: list[str], contacts: Contacts, day: Ints, from_week: int, seed: int
) -> list[str]:
    rng = np.random.default_rng(np.random.SeedSequence([seed, _STREAM, from_week, len(texts)]))
    others = draw_notes(contacts, packaged_hands(), rng)
    return [
        other if when >= from_week * WEEK else text
        for text, other, when in zip(texts, others, day, strict=True)
    ]
