"""What the platform measures of offers, against campaigns whose truth is known.

Pure simulation, no graph: customers leave at a constant risk of their own, an offer keeps a share
of those who would have left within the follow-up, and what the retailer reports goes through the
platform's own units, measurement and intervals, week by week. The last line is one JSON object.

With the wheel of obp 0.4.1 (``pip download --no-deps obp==0.4.1``), which holds 60,000 logged
decisions of two real policies, the value of the one is estimated from the logs of the other.

    python -m benchmarks.effect [--campaigns 200] [--covered 1000] [--seed 1] [--obp WHEEL]
"""

import argparse
import json
import time
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import kendalltau

from spanishgas_assets.errors import EvidenceError
from spanishgas_assets.retention.column_values import ARMS, EVERY_SEGMENT
from spanishgas_assets.retention.config.retention_config import Rules, load_rules
from spanishgas_assets.retention.measurement.campaign_effect import campaign_effect
from spanishgas_assets.retention.measurement.off_policy import Logged, off_policy
from spanishgas_assets.retention.measurement.units import COUNTED, follow_up
from spanishgas_assets.retention.tables import ASSIGNMENTS

RULES = load_rules()
START = date(2025, 1, 6)
WEEKS = 52
WINDOW = RULES.policy.follow_up_days // 7
SHARE = 0.2
FIRST_LOOK = WINDOW + 4
_KEPT_WEEKS, _WOKEN_WEEKS, _LATE = 52, 3, 0.03
_OFFERS = ("offer_small", "offer_large")
_STATED = np.array([0.15, 0.35])


@dataclass(frozen=True)
class Response:
    """What is true of offers, as in the worlds of the live demo retailer."""

    share: float = 1.0
    share_angry: float = 1.0
    woken: float = 0.0


WORLDS = {
    "no-effect": Response(0.0, 0.0),
    "as-assumed": Response(),
    "half-as-good": Response(0.5, 0.5),
    "lost-causes": Response(share_angry=0.0),
    "sleeping-dogs": Response(share_angry=0.0, woken=0.1),
}


@dataclass(frozen=True)
class Campaign:
    """A year of a campaign.

    Attributes:
        assigned: ASSIGNMENTS of all weeks.
        outcomes: campaign_outcomes.csv as it would be when all is over, with ``left_on``.
        truth: one row per customer: churn within the follow-up of the first assignment with and
            without the offer, as probabilities.
    """

    assigned: pl.DataFrame
    outcomes: pl.DataFrame
    truth: pl.DataFrame


def campaign(response: Response, customers: int, seed: int) -> Campaign:
    """Draw customers and let them live through the weeks of a campaign."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, customers]))
    scores = rng.beta(1.2, 2.5, customers)
    logit = np.log(scores / (1 - scores)) + rng.normal(0, 0.35, customers)
    risk = 1 / (1 + np.exp(-logit))
    angry = rng.random(customers) < 0.15 + 0.5 * risk
    kind = (rng.random(customers) < 0.2).astype(int)
    saved = _STATED[kind] * np.where(angry, response.share_angry, response.share)
    # Two supplies of an owner leave together more often than others do.
    owner = np.where(rng.random(customers) < 0.1, np.arange(customers) - 1, np.arange(customers))
    weekly = 1 - (1 - risk) ** (1 / WINDOW)
    leaves = np.ceil(np.log(rng.random(customers)) / np.log1p(-weekly)).astype(int)
    together = (owner != np.arange(customers)) & (rng.random(customers) < 0.5) & (owner >= 0)
    leaves = np.where(together, leaves[np.maximum(owner, 0)], leaves)
    held = rng.random(customers) < SHARE
    onset = rng.integers(0, WEEKS - WINDOW, customers)
    rests = np.full(customers, -WINDOW)
    first = np.full(customers, -1)
    rows: list[NDArray[np.int64]] = []
    for week in range(WEEKS):
        due = (onset <= week) & (leaves > week) & (rests + WINDOW <= week)
        # The holdout is told of again and again; who was offered something rests.
        due |= held & (onset <= week) & (leaves > week) & ((week - onset) % 4 == 0)
        who = np.flatnonzero(due)
        first[who] = np.where(first[who] < 0, week, first[who])
        made = who[~held[who]]
        soon = leaves[made] <= week + WINDOW
        kept = soon & (rng.random(len(made)) < saved[made])
        woken = ~soon & (rng.random(len(made)) < response.woken)
        leaves[made] += np.where(kept, _KEPT_WEEKS, 0)
        leaves[made] = np.where(woken, week + _WOKEN_WEEKS, leaves[made])
        rests[who] = week
        rows.append(np.column_stack([who, np.full(len(who), week), leaves[who]]))
    return _tables(np.concatenate(rows), scores, kind, held, owner, risk, saved, response, rng)


def _tables(
    told: NDArray[np.int64],
    scores: NDArray[np.float64],
    kind: NDArray[np.int64],
    held: NDArray[np.bool_],
    owner: NDArray[np.int64],
    risk: NDArray[np.float64],
    saved: NDArray[np.float64],
    response: Response,
    rng: np.random.Generator,
) -> Campaign:
    who, week, left = told.T
    names = pl.Series([f"C{number:05d}" for number in range(len(scores))])
    days = pl.lit(START) + pl.duration(days=7 * pl.col("week"))
    frame = pl.DataFrame(
        {
            "customer_id": names.gather(who),
            "owner_id": pl.Series(owner[who]).cast(pl.String),
            "offer": pl.Series(_OFFERS).gather(kind[who]),
            "in_holdout": held[who],
            "week": week,
            "left": left,
            "score": scores[who],
            "late": rng.random(len(who)) < _LATE,
            "reached": rng.random(len(who)) < 0.8,
        }
    )
    assigned = frame.select(
        "customer_id",
        "owner_id",
        segment=pl.lit("Residential"),
        risk_tier=pl.lit("Medium"),
        offer="offer",
        arm=pl.when("in_holdout").then(pl.lit(ARMS[1])).otherwise(pl.lit(ARMS[0])),
        probability=pl.when("in_holdout").then(SHARE).otherwise(1 - SHARE),
        offer_probability=pl.lit(1.0),
        draw=pl.lit("salt"),
        decision_date=days,
        follow_up_days=pl.lit(RULES.policy.follow_up_days, pl.Int64),
        churn_probability="score",
        save_rate=0.15,
        save_rate_low=0.05,
        save_rate_high=0.25,
        at_stake_eur=pl.lit(10.0),
        spend_eur=pl.lit(1.0),
    )
    outcomes = frame.select(
        "customer_id",
        "offer",
        offer_date=days + pl.duration(days=1),
        contacted=(pl.col("reached") & ~pl.col("in_holdout")).cast(pl.Int64),
        accepted=pl.lit(None, pl.Int64),
        churned=pl.when(~pl.col("late")).then(
            (pl.col("left") <= pl.col("week") + WINDOW).cast(pl.Int64)
        ),
        in_holdout=pl.lit(None, pl.Int64),
        churned_within_days=pl.lit(None, pl.Float64),
    )
    truth = pl.DataFrame(
        {
            "customer_id": names,
            "without": risk,
            "with": risk * (1 - saved) + (1 - risk) * response.woken,
        }
    )
    return Campaign(ASSIGNMENTS.arrange(assigned.lazy()).collect(), outcomes, truth)


@dataclass(frozen=True)
class Look:
    """What the platform says of an offer on a Monday, and what is true of its units."""

    value: float
    low: float
    high: float
    always: tuple[float, float] | None
    proven: bool
    truth: float


def look(found: Campaign, week: int, rules: Rules = RULES) -> dict[str, Look]:
    """Measure on the Monday of a week, by offer; offers without a measurement are left out."""
    day = START + timedelta(weeks=week)
    known = found.outcomes.filter(pl.col("offer_date") < day)
    assigned = found.assigned.filter(pl.col("decision_date") < day)
    followed = follow_up(known, assigned, rules.offers, rules.policy, day)
    effect = campaign_effect(followed.units, rules.offers)
    sure = followed.units.filter(pl.col("state") == COUNTED).join(found.truth, on="customer_id")
    true = dict(
        sure.group_by("offer").agg(1 - pl.col("with").sum() / pl.col("without").sum()).iter_rows()
    )
    whole = effect.filter(
        pl.col("segment") == EVERY_SEGMENT, pl.col("measured_save_rate").is_not_null()
    )
    return {
        row["offer"]: Look(
            row["measured_save_rate"],
            row["measured_low"],
            row["measured_high"],
            None
            if row["always_valid_low"] is None
            else (row["always_valid_low"], row["always_valid_high"]),
            row["effect_is_proven"],
            true[row["offer"]],
        )
        for row in whole.iter_rows(named=True)
    }


def no_effect(campaigns: int, customers: int, seed: int) -> dict[str, float | None]:
    """Look every Monday at campaigns whose offers do nothing."""
    at_end, ever, values = [], [], []
    for number in range(campaigns):
        found = campaign(WORLDS["no-effect"], customers, seed + number)
        proven = [
            any(one.proven for one in look(found, week).values())
            for week in range(FIRST_LOOK, WEEKS + WINDOW)
        ]
        last = look(found, WEEKS + WINDOW)
        ended = any(one.proven for one in last.values())
        at_end.append(ended)
        ever.append(ended or any(proven))
        values += [one.value for one in last.values()]
    return {
        "no_effect_false_update": round(float(np.mean(at_end)), 4),
        "no_effect_bias": round(float(np.mean(values)), 4),
        "peeking_false_wins": round(float(np.mean(ever)), 4),
    }


def coverage(campaigns: int, customers: int, seed: int) -> dict[str, object]:
    """How often the interval of one look, at the end, holds the truth."""
    held: dict[str, list[bool]] = {name: [] for name in WORLDS}
    off: dict[str, list[float]] = {name: [] for name in WORLDS}
    every = []
    for number in range(campaigns):
        name = list(WORLDS)[number % len(WORLDS)]
        found = campaign(WORLDS[name], customers, 10_000 + seed + number)
        for one in look(found, WEEKS + WINDOW).values():
            held[name].append(one.low <= one.truth <= one.high)
            off[name].append(one.value - one.truth)
            if one.always:
                every.append(one.always[0] <= one.truth <= one.always[1])
    return {
        "coverage": round(float(np.mean(np.concatenate(list(held.values())))), 4),
        "coverage_by_world": {name: round(float(np.mean(one)), 4) for name, one in held.items()},
        "bias_by_world": {name: round(float(np.mean(one)), 4) for name, one in off.items()},
        "always_valid_coverage": round(float(np.mean(every)), 4),
    }


def policy_rank_tau(customers: int, seed: int, policies: int = 20) -> float:
    """Rank policies by logs of one that offers to four of five, and by the truth.

    A policy offers to whoever has at least so much at stake. Margins are drawn; half of the worth
    of a save is gone where the stated save rate is twice the true one, as in half-as-good.
    """
    found = campaign(WORLDS["half-as-good"], customers, 50_000 + seed)
    day = START + timedelta(weeks=WEEKS + WINDOW)
    units = follow_up(found.outcomes, found.assigned, RULES.offers, RULES.policy, day).units
    rows = units.filter(pl.col("state") == COUNTED).join(
        found.truth, on="customer_id", maintain_order="left"
    )
    rng = np.random.default_rng(seed)
    margin = rng.lognormal(3.5, 0.8, rows.height)
    score, without, treated, churned = (
        rows[name].to_numpy().astype(float)
        for name in ("churn_probability", "without", "with", "churned")
    )
    out = rows["in_holdout"].to_numpy()
    stated = np.where(rows["offer"].to_numpy() == _OFFERS[0], *_STATED)
    spend = np.where(rows["offer"].to_numpy() == _OFFERS[0], 1.0, 12.0)
    stake = score * margin
    estimated, true = [], []
    for least in np.quantile(stake, np.linspace(0, 0.95, policies)):
        offers = stake >= least
        logged = Logged(
            reward=-churned * margin - np.where(out, 0.0, spend),
            propensity=np.where(out, SHARE, 1 - SHARE),
            matches=offers != out,
            supported=np.ones(len(out), dtype=bool),
            guess=-stake * (1 - np.where(offers, stated, 0.0)) - np.where(offers, spend, 0.0),
            guess_logged=-stake * (1 - np.where(out, 0.0, stated)) - np.where(out, 0.0, spend),
            owner=rows["owner_id"].rank("dense").cast(pl.Int64).to_numpy(),
        )
        estimated.append(off_policy(logged).doubly_robust.value)
        true.append(float((-np.where(offers, treated * margin + spend, without * margin)).mean()))
    return round(float(kendalltau(estimated, true).statistic), 3)


def open_bandit(wheel: Path) -> dict[str, object]:
    """Estimate the random policy from Thompson sampling's logs, campaign by campaign.

    Returns how many intervals hold the click rate that the random policy really had, and the
    campaigns that are refused because the logs do not overlap.
    """
    covered, refused = [], []
    with zipfile.ZipFile(wheel) as packed:

        def log(policy: str, name: str) -> pl.DataFrame:
            return pl.read_csv(packed.read(f"obp/dataset/obd/{policy}/{name}/{name}.csv"))

        for name in ("all", "men", "women"):
            thompson, random = log("bts", name), log("random", name)
            clicks = thompson["click"].cast(pl.Float64).to_numpy()
            every = np.ones(len(clicks))
            logged = Logged(
                reward=clicks,
                propensity=thompson["propensity_score"].to_numpy() * random["item_id"].n_unique(),
                matches=every.astype(bool),
                supported=every.astype(bool),
                guess=every * clicks.mean(),
                guess_logged=every * clicks.mean(),
                owner=np.arange(len(clicks)),
            )
            true = float(random["click"].cast(pl.Float64).to_numpy().mean())
            try:
                found = off_policy(logged)
            except EvidenceError as error:
                refused.append(name)
                print(f"{name}: true {true:.4f}; {error}")
                continue
            value = found.self_normalised
            covered.append(value.low <= true <= value.high)
            print(
                f"{name}: true {true:.4f}; self-normalised {value.value:.4f} ({value.low:.4f} to "
                f"{value.high:.4f}), {found.effective_rows:,.0f} effective rows"
            )
    return {"obd_covered": sum(covered), "obd_refused": refused}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--campaigns", type=int, default=200, help="in which offers do nothing")
    parser.add_argument("--covered", type=int, default=1_000, help="campaigns of five worlds")
    parser.add_argument("--customers", type=int, default=6_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--obp", type=Path, metavar="WHEEL", help="the wheel of obp 0.4.1")
    options = parser.parse_args()
    began = time.perf_counter()
    covered = coverage(options.covered, options.customers, options.seed)
    print(f"interval of one look, {options.covered} campaigns: {covered}", flush=True)
    nothing = no_effect(options.campaigns, options.customers, options.seed)
    print(f"offers that do nothing, {options.campaigns} campaigns: {nothing}", flush=True)
    taus = [policy_rank_tau(20_000, options.seed + number) for number in range(10)]
    print(f"ranks of 20 policies, ten retailers of 20,000: {taus}", flush=True)
    # The interval of a score is named for what it is: the truth of a customer is not in it.
    nothing |= {"policy_rank_tau": float(np.median(taus)), "interval_coverage_by_decile_min": None}
    real = open_bandit(options.obp) if options.obp else {}
    result = {**nothing, **covered, **real, "minutes": round((time.perf_counter() - began) / 60, 1)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
