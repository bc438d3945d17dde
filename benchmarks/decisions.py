"""How fast, how exact and how much better: the choice of offers under budget and calls.

Prints a table and, last, one JSON object. Customers of the timed cases are drawn with the skew of
the published margins and probabilities; four offers, of which three take a call. What is timed goes
from scored customers to the choice: options, guardrails, optimum, reasons of those who get none.
The value against the old mapping is taken on the demo retailer's snapshot: the store's, if there is
one, else one made for it.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from spanishgas_assets.retention.config.offers import Cost, OfferTable
from spanishgas_assets.retention.config.policy import TIER_TABLE
from spanishgas_assets.retention.config.retention_config import Rules, load_rules
from spanishgas_assets.retention.config.tiers import tier_of
from spanishgas_assets.retention.decision.choice import choose
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS, SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import scan_tables, table_key

SNAPSHOT = "2025-01-06"
SMALL, LARGE = 20_099, 1_000_000
NO_SHIFT = pl.LazyFrame(schema={"offer": pl.String, "segment": pl.String, "shift": pl.Float64})


def four_offers() -> Rules:
    """The packaged offers and a fixed one, made by phone."""
    rules = load_rules()
    medium = rules.offers.offers[1]
    cost = Cost(fixed_eur=15.0, months=1)
    fixed = medium.model_copy(update={"name": "offer_fixed", "cost": cost})
    return replace(rules, offers=OfferTable(offers=(*rules.offers.offers, fixed)))


def drawn(customers: int, rules: Rules) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Scored customers and permissions: skewed margins, some negative; 10% of owners hold two."""
    rng = np.random.default_rng(7)
    number = pl.int_range(customers, eager=True)
    margin = np.where(rng.random(customers) < 0.25, -1, 1) * rng.lognormal(1.9, 1.0, customers)
    probability = pl.Series("churn_probability", rng.beta(0.35, 3.5, customers))
    edges = rules.policy.tiers.edges(probability)
    scored = pl.DataFrame(
        {
            "customer_id": pl.select(pl.format("C{}", number)).to_series(),
            "segment": rng.choice(["Residential", "SME", "Corporate"], customers),
            "churn_probability": probability,
            "avg_monthly_margin_eur": margin,
        }
    ).with_columns(tier_of(pl.col("churn_probability"), edges).alias("risk_tier"))
    owner = np.where(np.arange(customers) % 10 == 0, np.arange(customers) + 1, np.arange(customers))
    permissions = scored.select(
        "customer_id",
        pl.Series("owner_id", owner).cast(pl.String),
        pl.Series("in_holdout", rng.random(customers) < 0.05),
        pl.lit(value=False).alias("in_cool_down"),
        *(pl.lit(None, pl.String).alias(f"{name}_block") for name in ("phone", "email", "letter")),
    )
    return scored.lazy(), permissions.lazy()


def solved(customers: int) -> dict[str, float]:
    """Choose for so many customers with both limits binding: seconds, gap and memory."""
    rules = four_offers()
    scored, permissions = drawn(customers, rules)
    limited = rules.policy.model_copy(
        update={"budget_eur": customers * 0.1, "calls": max(customers // 10_000, 1)}
    )
    started = time.perf_counter()
    choice = choose(options(scored, permissions, rules, NO_SHIFT), limited)
    seconds = time.perf_counter() - started
    found = choice.allocation
    return {
        "seconds": seconds,
        "gap_eur": found.gap_eur,
        "value_eur": found.value_eur,
        "offers": float(found.taken.sum()),
        "euro_price": found.euro_price,
        "call_price": found.call_price,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def solved_alone(customers: int) -> dict[str, float]:
    """The same in a process of its own, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(customers)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def value_against_old_mapping() -> dict[str, float]:
    """Expected value of the best choice and of the old mapping, the old one's spending as budget.

    Both without holdout. The old mapping knew one guardrail, the negative margin, and no owners.
    """
    rules = load_rules()
    scored, permissions = _demo_tables()
    everyone = permissions.with_columns(in_holdout=pl.lit(value=False))
    by_tier = replace(rules, policy=rules.policy.model_copy(update={"choose": TIER_TABLE}))
    old = options(scored, everyone, by_tier, NO_SHIFT).filter(
        pl.col("block").ne_missing(pl.lit("negative_margin"))
    )
    spent = float(old["spend_eur"].sum())
    limited = rules.policy.model_copy(update={"budget_eur": max(spent, 0.01)})
    best = choose(options(scored, everyone, rules, NO_SHIFT), limited).allocation
    return {
        "budget_eur": spent,
        "old_value_eur": float(old["value_eur"].sum()),
        "old_offers": float(old.height),
        "best_value_eur": best.value_eur,
        "best_spent_eur": best.spent_eur,
        "best_offers": float(best.taken.sum()),
    }


def _demo_tables() -> tuple[pl.LazyFrame, pl.LazyFrame]:
    root = Settings.from_environment().store
    keys = [table_key(t.layer, t.name, SNAPSHOT) for t in (SCORED_CUSTOMERS, CONTACT_PERMISSIONS)]
    if not all(open_store(root).exists(key) for key in keys):
        root = _made_demo()
    scored, permissions = (scan_tables(open_store(root), [key]).collect().lazy() for key in keys)
    return scored, permissions


def _made_demo() -> str:
    """Make the demo retailer and run its snapshot, aside."""
    spanishgas = str(Path(sys.executable).with_name("spanishgas"))
    folder = Path(tempfile.mkdtemp(prefix="decisions-"))
    environment = {
        "SPANISHGAS_RAW": str(folder / "raw"),
        "SPANISHGAS_STORE": str(folder / "store"),
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
    }
    for command in (["demo-data"], ["run", "--snapshot", SNAPSHOT, "--train"]):
        subprocess.run([spanishgas, *command], check=True, env=environment, capture_output=True)
    return environment["SPANISHGAS_STORE"]


def main() -> None:
    """Run all cases and print them."""
    small, large = solved_alone(SMALL), solved_alone(LARGE)
    value = value_against_old_mapping()
    for customers, found in ((SMALL, small), (LARGE, large)):
        print(
            f"{customers:>9,} customers x 4 offers: {found['seconds']:6.2f} s, "
            f"{found['peak_mb']:,.0f} MB, {found['offers']:,.0f} offers worth "
            f"{found['value_eur']:,.2f} EUR, at most {found['gap_eur']:.2f} EUR below the optimum; "
            f"one more euro brings {found['euro_price']:.2f}, "
            f"one more call {found['call_price']:.2f} EUR"
        )
    print(
        f"demo, budget {value['budget_eur']:,.2f} EUR: old mapping {value['old_offers']:,.0f} "
        f"offers worth {value['old_value_eur']:,.2f} EUR; best {value['best_offers']:,.0f} offers "
        f"for {value['best_spent_eur']:,.2f} EUR worth {value['best_value_eur']:,.2f} EUR"
    )
    print(
        json.dumps(
            {
                "solve_20k_s": round(small["seconds"], 3),
                "solve_1m_s": round(large["seconds"], 2),
                "peak_mb_1m": round(large["peak_mb"]),
                "value_vs_old_policy": round(value["best_value_eur"] - value["old_value_eur"], 2),
                **{name: round(amount, 2) for name, amount in value.items()},
            }
        )
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(solved(int(sys.argv[1]))))
    else:
        main()
