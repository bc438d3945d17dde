"""What a planted shift does to the platform: drift by feature, and the score against the truth.

Writes 18 months of the demo retailer without a shift and with each one, trains on the first label
date (2025-01-06), scores the two that follow with that champion, and prints what the drift report
calls drifted, the PR-AUC on the labels of the date, and the best possible one (true
probabilities). Then trains anew at every label date of the history without a shift. The last line
is one JSON object.

    python benchmarks/demo_history.py [--customers 5000] [--shifts none,price-link] [--no-retrain]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from sklearn.metrics import average_precision_score

from spanishgas_assets.demo import SHIFTS, write_demo_history

DAYS = ("2025-01-06", "2025-04-07", "2025-07-07")
#: Low enough that the gate lets a small retailer's model serve: this is not about the gate.
FLOOR = "0.5"
_COMMAND = "import sys; from spanishgas_assets.cli import main; sys.exit(main(sys.argv[1:]))"


def run(raw: Path, store: Path, day: str, *, train: bool) -> int:
    """Exit code of `spanishgas run`, in a process of its own; what it said if it failed."""
    environment = os.environ | {
        "SPANISHGAS_RAW": str(raw),
        "SPANISHGAS_STORE": str(store),
        "SPANISHGAS_PR_AUC_FLOOR": FLOOR,
    }
    command = [sys.executable, "-c", _COMMAND, "run", "--snapshot", day, *(["--train"] * train)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip())
    return done.returncode


def drifted(store: Path, day: str) -> dict[str, float]:
    """Features that drifted from the champion's training data, and by how much, largest first."""
    report = pl.read_parquet(store / "monitoring" / "drift_report" / f"{day}.parquet")
    if "reference" in report.columns:
        report = report.filter(pl.col("reference") == "training")
    effect = pl.max_horizontal("psi", "ks_statistic", "jensen_shannon")
    rows = report.filter("drifted").select("feature", effect.round(2).alias("effect"))
    return dict(rows.sort("effect", descending=True).iter_rows())


def pr_auc(raw: Path, store: Path, truth: Path, day: str) -> tuple[float, float, float]:
    """Of the scores and of the true probabilities, on the labels of the day; and the churn rate."""
    date = pl.lit(day).str.to_date()
    rows = (
        pl.read_parquet(store / "retention" / "scored_customers" / f"{day}.parquet")
        .select("customer_id", score="churn_probability")
        .join(pl.read_csv(raw / day / "churn_label.csv"), on="customer_id")
        .join(pl.read_parquet(truth).filter(pl.col("label_date") == date), on="customer_id")
    )
    churn = rows["churn"].to_numpy()
    return (
        float(average_precision_score(churn, rows["score"].to_numpy())),
        float(average_precision_score(churn, rows["churn_probability_after_text"].to_numpy())),
        float(churn.mean()),
    )


def main() -> None:
    """Run everything and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--shifts", default=",".join(["none", *SHIFTS]))
    parser.add_argument("--no-retrain", action="store_true")
    options = parser.parse_args()
    result: dict[str, object] = {"customers": options.customers}
    for name in options.shifts.split(","):
        with tempfile.TemporaryDirectory() as folder:
            raw, store, truth = (Path(folder) / part for part in ("raw", "store", "truth.parquet"))
            started = time.perf_counter()
            write_demo_history(
                raw,
                customers=options.customers,
                seed=options.seed,
                months=18,
                shift=None if name == "none" else name,
                truth=truth,
            )
            print(f"{name}: written in {time.perf_counter() - started:.1f} s")
            found = {}
            for day in DAYS:
                code = run(raw, store, day, train=day == DAYS[0])
                if code:
                    sys.exit(f"spanishgas run --snapshot {day} ended with exit code {code}")
                score, best, rate = pr_auc(raw, store, truth, day)
                moved = drifted(store, day)
                found[day] = {"exit": code, "pr_auc": round(score, 3), "drifted": moved}
                print(
                    f"  {day}  exit {code}  PR-AUC {score:.3f}, best possible {best:.3f}, "
                    f"churn rate {rate:.3f}  drifted: "
                    + (", ".join(f"{key} {value:.2f}" for key, value in moved.items()) or "none")
                )
            result[name] = found
            if name == "none" and not options.no_retrain:
                again = [run(raw, Path(folder) / "again", day, train=True) for day in DAYS]
                print(f"  trained at every label date: exit {again}")
                result["trained_at_every_date"] = again
    print(json.dumps(result))


if __name__ == "__main__":
    main()
