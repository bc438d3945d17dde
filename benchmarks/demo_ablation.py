"""Does the demo retailer carry the published churn signal? Prints the feature ablation.

For three retailers of 20,099 customers, fits XGBoost on growing feature sets (facts sheet section
5, from the world's customer-level tables and its true sentiment and intent) and compares the mean
PR-AUC with the published ablation. Then writes a full-scale retailer in a child process and prints
its time and peak memory. The last line is one JSON object.

    python benchmarks/demo_ablation.py [--threads 2] [--skip-write]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from xgboost import XGBClassifier

from spanishgas_assets.demo import RetailerWorld, build_world

CUSTOMERS = 20_099
SEEDS = (7, 8, 9)
SPLITS = (42, 43)
TOLERANCE = 0.05
PUBLISHED = {
    "E0": 0.305,
    "E1": 0.418,
    "E2": 0.476,
    "E3": 0.685,
    "E4": 0.745,
    "E5": 0.745,
    "E8": 0.684,
}
TIERS = {
    "E0": ("lifecycle",),
    "E1": ("lifecycle", "market"),
    "E2": ("lifecycle", "market", "risk"),
    "E3": ("lifecycle", "market", "risk", "behaviour"),
    "E4": ("lifecycle", "market", "risk", "behaviour", "sentiment"),
    "E5": ("lifecycle", "market", "risk", "behaviour", "sentiment", "compound"),
    "E8": ("lifecycle", "market", "risk", "behaviour", "compound"),
}
AS_OF = pl.date(2024, 12, 31)
_TIER1 = pl.col("variable_price_tier1_eur_kwh")


def _bucket(column: str, edges: tuple[int, ...]) -> pl.Expr:
    """Number of edges that the value exceeds, as text: a category."""
    return pl.sum_horizontal((pl.col(column) > edge).cast(pl.Int8) for edge in edges).cast(
        pl.String
    )


def lifecycle(world: RetailerWorld) -> pl.DataFrame:
    """Tier 1A: structure and contract dates, one row per customer."""
    to_renewal = (pl.col("next_renewal_date") - AS_OF).dt.total_days() / 30
    tenure = (AS_OF - pl.col("customer_first_activation_date")).dt.total_days() / 30
    digital = pl.col("channel").is_in(["comparador", "web_propia"])
    return (
        world.customer.with_columns(
            channel=pl.col("sales_channel").replace({"unknown": "desconocido"}),
            months_to_renewal=to_renewal,
            tenure_months=tenure,
        )
        .with_columns(
            renewal_bucket=_bucket("months_to_renewal", (0, 3, 6, 12)),
            tenure_bucket=_bucket("tenure_months", (6, 12, 24, 60)),
            within_3m=pl.col("months_to_renewal").is_between(0, 3).cast(pl.Int8),
            expired=(pl.col("months_to_renewal") <= 0).cast(pl.Int8),
            digital=digital.cast(pl.Int8),
        )
        .select(
            "customer_id", "months_to_renewal", "tenure_months", "renewal_bucket",
            "tenure_bucket", "within_3m", "expired", "digital", "channel", "segment", "has_gas",
            "is_high_competition_province", "is_second_residence",
        )
    )  # fmt: skip


def market(world: RetailerWorld) -> pl.DataFrame:
    """Tier MP core: volumes and province costs."""
    cost = world.cost.group_by("province").agg(
        province_elec_cost=pl.col("elec_var_cost_eur_kwh").mean(),
        province_gas_cost=pl.col("gas_var_cost_eur_m3").mean(),
    )
    use = world.monthly.group_by("customer_id").agg(
        avg_elec_kwh=pl.col("elec_kwh").mean(),
        avg_gas_m3=pl.col("gas_m3").mean(),
        gas_share=pl.col("gas_revenue_eur").sum()
        / (pl.col("gas_revenue_eur").sum() + pl.col("elec_revenue_eur").sum()),
    )
    dates = (
        world.price.drop_nulls("customer_id")
        .group_by("customer_id")
        .agg(price_update_count=pl.col("pricing_date").n_unique())
    )
    place = world.customer.select("customer_id", "province_code").join(
        cost, left_on="province_code", right_on="province", how="left"
    )
    return (
        place.drop("province_code")
        .join(use, on="customer_id", how="left")
        .join(dates, on="customer_id", how="left")
    )


def risk(world: RetailerWorld) -> pl.DataFrame:
    """Tier MP risk: volatility, margins, price trend and spread (of the delivered prices)."""
    total = pl.col("elec_margin_eur") + pl.col("gas_margin_eur")
    use = (
        world.monthly.with_columns(margin=total)
        .group_by("customer_id")
        .agg(
            std_elec=pl.col("elec_kwh").std(),
            std_gas=pl.col("gas_m3").std(),
            std_margin=pl.col("margin").std(),
            min_margin=pl.col("margin").min(),
            loss_months=(pl.col("margin") < 0).sum(),
            rolling_margin_trend=pl.col("margin").tail(3).mean()
            - pl.col("margin").slice(6, 3).mean(),
        )
    )
    cost = world.cost.group_by("province").agg(
        province_cost=pl.col("elec_var_cost_eur_kwh").mean(),
        province_cost_trend=pl.col("elec_var_cost_eur_kwh").last()
        / pl.col("elec_var_cost_eur_kwh").first()
        - 1,
    )
    price = (
        world.price.drop_nulls("customer_id")
        .sort("customer_id", "pricing_date")
        .group_by("customer_id")
        .agg(
            first=_TIER1.first(),
            last=_TIER1.last(),
            price_volatility=_TIER1.std(),
        )
        .with_columns(trend=pl.when(pl.col("first") > 0).then(pl.col("last") / pl.col("first") - 1))
        .with_columns(price_rise=(pl.col("trend") > 0).cast(pl.Int8).fill_null(0))
    )
    return (
        world.customer.select("customer_id", "province_code")
        .join(cost, left_on="province_code", right_on="province", how="left")
        .join(price, on="customer_id", how="left")
        .join(use, on="customer_id", how="left")
        .with_columns(spread=pl.col("last") - pl.col("province_cost"))
        .drop("province_code", "province_cost", "first", "last")
    )


def _contacts(world: RetailerWorld) -> pl.DataFrame:
    months = (pl.col("next_renewal_date") - pl.col("date")).dt.total_days() / 30.44
    severity = {
        "Cancellation / Switch": 3,
        "Complaint / Escalation": 2,
        "Pricing Offers": 1,
    }
    return (
        world.customer.select("customer_id", "next_renewal_date", "last_product_change_date")
        .join(world.interaction, on="customer_id", how="left")
        .with_columns(
            has_interaction=pl.col("date").is_not_null().cast(pl.Int8),
            intent=pl.col("intent").fill_null("none"),
            sentiment=pl.col("sentiment").fill_null("none"),
            gap=months,
        )
        .with_columns(
            severity=pl.col("intent").replace_strict(severity, default=0),
            complaint=pl.col("intent")
            .is_in(["Complaint / Escalation", "Cancellation / Switch"])
            .cast(pl.Int8),
            near=pl.col("gap").is_between(0, 3).cast(pl.Int8).fill_null(0),
        )
    )


def behaviour(world: RetailerWorld) -> pl.DataFrame:
    """Tier 2A: contact, intent and its timing."""
    return _contacts(world).select(
        "customer_id", "has_interaction", "intent", "severity", "complaint", "near",
        last_interaction_days=(AS_OF - pl.col("date")).dt.total_days().fill_null(9999),
        within_30d=pl.col("gap").is_between(0, 1).cast(pl.Int8).fill_null(0),
        complaint_near=(pl.col("complaint") * pl.col("near")),
        months_since_change=(AS_OF - pl.col("last_product_change_date")).dt.total_days() / 30,
    )  # fmt: skip


def sentiment(world: RetailerWorld) -> pl.DataFrame:
    """Tier 2B: sentiment."""
    negative = (pl.col("sentiment") == "negative").cast(pl.Int8)
    return _contacts(world).select(
        "customer_id",
        "sentiment",
        negative=negative,
        complaint_negative=pl.col("complaint") * negative,
    )


def compound(world: RetailerWorld) -> pl.DataFrame:
    """Tier 3: products of flags."""
    frame = lifecycle(world).join(
        _contacts(world).select("customer_id", "intent", "complaint"), on="customer_id"
    )
    return frame.select(
        "customer_id",
        price_sensitive=(pl.col("intent") == "Pricing Offers").cast(pl.Int8),
        high_risk=((pl.col("months_to_renewal") <= 3) & (pl.col("tenure_months") <= 12)).cast(
            pl.Int8
        ),
        competition_renewal=pl.col("is_high_competition_province") * pl.col("within_3m"),
        dual_renewal=pl.col("has_gas") * pl.col("within_3m"),
        dual_competition=pl.col("has_gas") * pl.col("is_high_competition_province"),
        dual_intent=pl.col("has_gas") * pl.col("complaint"),
    )


TIER_TABLES: dict[str, Callable[[RetailerWorld], pl.DataFrame]] = {
    "lifecycle": lifecycle,
    "market": market,
    "risk": risk,
    "behaviour": behaviour,
    "sentiment": sentiment,
    "compound": compound,
}


def features(world: RetailerWorld) -> dict[str, npt.NDArray[np.float32]]:
    """Matrix of every experiment, rows in customer order; text one-hot."""
    ids = world.customer.select("customer_id")
    tiers = {}
    for name, table in TIER_TABLES.items():
        frame = ids.join(table(world), on="customer_id", how="left", maintain_order="left")
        frame = frame.drop("customer_id")
        text = frame.select(pl.selectors.string()).columns
        tiers[name] = frame.to_dummies(text).cast(pl.Float32).to_numpy()
    return {name: np.hstack([tiers[t] for t in parts]) for name, parts in TIERS.items()}


def ablation(threads: int) -> dict[str, float]:
    """Mean test PR-AUC of every experiment over retailers and splits."""
    scores: dict[str, list[float]] = {name: [] for name in TIERS}
    for seed in SEEDS:
        world = build_world(CUSTOMERS, seed)
        label = world.customer["churn"].to_numpy()
        matrices = features(world)
        for split in SPLITS:
            train, test = train_test_split(
                np.arange(len(label)), test_size=0.2, stratify=label, random_state=split
            )
            for name, matrix in matrices.items():
                model = XGBClassifier(
                    n_estimators=600, learning_rate=0.05, max_depth=5, subsample=0.8,
                    colsample_bytree=0.8, scale_pos_weight=9.04, n_jobs=threads,
                    tree_method="hist", random_state=42,
                )  # fmt: skip
                model.fit(matrix[train], label[train])
                chance = model.predict_proba(matrix[test])[:, 1]
                scores[name].append(float(average_precision_score(label[test], chance)))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def tuned_out_of_fold(customers: int, seed: int, threads: int) -> float:
    """PR-AUC of the tuned model on E5 features, pooled over five folds."""
    world = build_world(customers, seed)
    label = world.customer["churn"].to_numpy()
    matrix = features(world)["E5"]
    chance = np.empty(len(label))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=42).split(matrix, label):
        model = XGBClassifier(
            n_estimators=600, learning_rate=0.02, max_depth=3, subsample=0.8,
            colsample_bytree=0.7, n_jobs=threads, tree_method="hist", random_state=42,
        )  # fmt: skip
        model.fit(matrix[train], label[train])
        chance[test] = model.predict_proba(matrix[test])[:, 1]
    return float(average_precision_score(label, chance))


def full_scale_write() -> tuple[float, float]:
    """Wall seconds and peak MB of writing a full-scale retailer, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from spanishgas_assets.demo import *;"
        f"write_demo_retailer(Path(sys.argv[1]), customers={CUSTOMERS})"
    )
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, f"{folder}/raw"], check=True)
        seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Run everything and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--skip-write", action="store_true")
    options = parser.parse_args()

    achieved = ablation(options.threads)
    print(f"XGBoost PR-AUC, {CUSTOMERS:,} customers, mean of {len(SEEDS)} retailers:")
    print(f"{'':4}{'achieved':>10}{'published':>11}{'gap':>8}")
    for name, value in achieved.items():
        gap = value - PUBLISHED[name]
        verdict = "" if abs(gap) <= TOLERANCE else "  outside 0.05"
        print(f"{name:4}{value:10.3f}{PUBLISHED[name]:11.3f}{gap:+8.3f}{verdict}")
    small = [tuned_out_of_fold(5_000, seed, options.threads) for seed in range(1, 9)]
    print(
        f"tuned model at 5,000 customers, 8 retailers, pooled out of fold: "
        f"mean {np.mean(small):.3f}, sd {np.std(small, ddof=1):.3f}, min {min(small):.3f}"
    )
    result: dict[str, float] = {name: round(value, 4) for name, value in achieved.items()}
    result["max_abs_gap"] = round(max(abs(achieved[n] - PUBLISHED[n]) for n in achieved), 4)
    result["tuned_5000_mean"] = round(float(np.mean(small)), 4)
    result["tuned_5000_min"] = round(min(small), 4)
    if not options.skip_write:
        seconds, megabytes = full_scale_write()
        print(f"full-scale write: {seconds:.1f} s, peak {megabytes:,.0f} MB")
        result["full_scale_s"] = round(seconds, 1)
        result["full_scale_peak_mb"] = round(megabytes)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
