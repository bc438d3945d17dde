"""Who contacted the retailer, in which sentiment and about what, given that they leave or stay.

Sentiment and intent follow the published tables given the outcome; the wording (`note_wording`)
follows sentiment and intent only. All draws are quotas along an order by outcome, fifth of renewal
and risk.
"""

from dataclasses import dataclass

import numpy as np

from spanishgas_assets.demo.population.churn_draw import CHURNERS, Churn
from spanishgas_assets.demo.population.sampling import (
    GOLDEN_STEP,
    PUBLISHED_CUSTOMERS,
    SILVER_STEP,
    Flags,
    Floats,
    Ints,
    along,
    pick,
    serpentine_order,
    stratified,
    systematic,
)
from spanishgas_assets.demo.population.traits import Population
from spanishgas_assets.text.vocabulary import (
    ACCOUNT,
    BILLING,
    CANCELLATION,
    COMPLAINT,
    PRICING,
    PRODUCT,
    RENEWAL,
)

#: In the order of the published table; of the other intents it has no case.
CONTACT_INTENTS = (COMPLAINT, RENEWAL, CANCELLATION, PRICING, PRODUCT, ACCOUNT, BILLING)
CONTACT_CHANNELS = ("call_center", "office", "web", "email")
_CONTACT_CHANNEL_SHARES = np.array([0.48, 0.24, 0.18, 0.10])  # not published
_PRICING = CONTACT_INTENTS.index(PRICING)
CONTACT_DAYS = 90

# Rows: stays, leaves; columns: fifth of renewal.
_CONTACT = np.array([[0.28, 0.30, 0.29, 0.29, 0.305], [0.562, 0.563, 0.512, 0.468, 0.52]])
_CONTACTS = {False: 5_321, True: 1_099}
_CHURNER_GAS, _CHURNER_NO_GAS = 1.18, 0.97
_STAY_NEGATIVE = 0.0008
_STAY_NEUTRAL = np.array([0.53, 0.45, 0.424, 0.425, 0.373])
_LEAVE_NEGATIVE = np.array([0.61, 0.59, 0.64, 0.71, 0.67])
_LEAVE_POSITIVE = 0.001
# [stays, leaves][sentiment][intent]
_INTENT = np.array(
    [
        [
            [0, 3, 0, 0, 1, 0, 0],
            [11, 2006, 5, 97, 41, 127, 30],
            [2, 2706, 11, 87, 44, 79, 71],
        ],
        [
            [544, 110, 10, 7, 0, 4, 0],
            [38, 310, 13, 39, 10, 8, 5],
            [0, 1, 0, 0, 0, 0, 0],
        ],
    ],
    dtype=np.float64,
)
# Churners, and those under competition, ask for prices more. [stays, leaves][low, high competition]
_PRICING_FACTOR = np.array([[0.70, 1.72], [0.41, 1.88]])


@dataclass(frozen=True)
class Contacts:
    """One entry per customer who made contact, in customer order.

    `customer`: row in the population; `days_ago`: days before 2024-11-30; `sentiment`, `intent`,
    `channel` index `SENTIMENTS`, `CONTACT_INTENTS`, `CONTACT_CHANNELS`. `probability_after`:
    everybody's chance of leaving once contact, sentiment and intent (or silence) are seen.
    """

    customer: Ints
    days_ago: Ints
    sentiment: Ints
    intent: Ints
    channel: Ints
    probability_after: Floats


def draw_contacts(population: Population, churn: Churn, rng: np.random.Generator) -> Contacts:
    """Contact by outcome, renewal fifth and gas; sentiment by outcome and fifth; intent last."""
    outcome = churn.leaves.astype(np.int64)
    fifth = population.renewal_quintile
    contact_chance = np.stack([_contact_chance(population, churn.leaves, o) for o in (0, 1)])
    order = serpentine_order([outcome, fifth, population.gas], churn.probability)
    chance = contact_chance[outcome, np.arange(population.size)]
    contacted = systematic(chance, order, rng.random())

    who = np.flatnonzero(contacted)
    risk, high = churn.probability[who], population.high_competition[who].astype(np.int64)
    sentiment_chance = _sentiment_chances(fifth[who])
    sentiment_order = serpentine_order([outcome[who], fifth[who]], risk)
    sentiment = pick(
        along(sentiment_order, rng.random(), GOLDEN_STEP),
        sentiment_chance[outcome[who], np.arange(len(who))],
    )
    intent_chance = _intent_chances()
    intent_order = serpentine_order([outcome[who], sentiment, high], risk)
    intent = pick(
        along(intent_order, rng.random(), SILVER_STEP), intent_chance[outcome[who], high, sentiment]
    )

    odds = churn.probability / (1 - churn.probability)
    ratio = (1 - contact_chance[1]) / (1 - contact_chance[0])
    seen = [
        contact_chance[o, who]
        * sentiment_chance[o, np.arange(len(who)), sentiment]
        * intent_chance[o, high, sentiment, intent]
        for o in (0, 1)
    ]
    with np.errstate(divide="ignore"):
        ratio[who] = seen[1] / seen[0]
        odds *= ratio
        after = np.where(np.isinf(odds), 1.0, odds / (1 + np.where(np.isinf(odds), 0, odds)))
    return Contacts(
        customer=who,
        days_ago=np.floor(stratified(rng.random(len(who))) * CONTACT_DAYS).astype(np.int64),
        sentiment=sentiment,
        intent=intent,
        channel=pick(stratified(rng.random(len(who))), _CONTACT_CHANNEL_SHARES),
        probability_after=after,
    )


def _contact_chance(population: Population, leaves: Flags, outcome: int) -> Floats:
    """Chance of contact of every customer if their outcome were `outcome`.

    Scaled so that the real customers of that outcome make the published number of contacts.
    """
    chance = _CONTACT[outcome, population.renewal_quintile]
    if outcome:
        chance = chance * np.where(population.gas, _CHURNER_GAS, _CHURNER_NO_GAS)
    own = leaves if outcome else ~leaves
    published = CHURNERS if outcome else PUBLISHED_CUSTOMERS - CHURNERS
    total = round(_CONTACTS[bool(outcome)] / published * own.sum())
    return np.asarray(chance * (total / chance[own].sum()))


def _sentiment_chances(fifth: Ints) -> Floats:
    """[outcome, contact, sentiment]."""
    stay_negative = np.full(len(fifth), _STAY_NEGATIVE)
    stay_neutral = _STAY_NEUTRAL[fifth]
    leave_negative = _LEAVE_NEGATIVE[fifth]
    leave_positive = np.full(len(fifth), _LEAVE_POSITIVE)
    stay = [stay_negative, stay_neutral, 1 - stay_negative - stay_neutral]
    leave = [leave_negative, 1 - leave_negative - leave_positive, leave_positive]
    return np.stack([np.stack(stay, axis=1), np.stack(leave, axis=1)])


def _intent_chances() -> Floats:
    """[outcome, competition, sentiment, intent]."""
    chances = np.repeat(_INTENT[:, None], 2, axis=1)
    chances[..., _PRICING] *= _PRICING_FACTOR[:, :, None]
    return np.asarray(chances / chances.sum(axis=-1, keepdims=True))
