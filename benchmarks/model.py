"""The churn model at full scale: how long it takes, how good it is, how good it could be.

Makes a retailer of 20,099 customers and runs it once, then measures on its training set: weekly
training, scores with contributions, a million customers scored in a process of its own (for its
peak memory), and the PR-AUC beside that of the generator's true probabilities, given all that the
notes tell, which no model can pass but by luck. The last line is one JSON object.

    python benchmarks/model.py [--threads 2] [--store DIR --truth FILE]

With the last two, a retailer that was made and run before is measured.
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

from spanishgas_assets.churn.evaluation.bootstrap import evaluate
from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.scoring import contributions, score
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.storage.store import open_store

CUSTOMERS = 20_099
SNAPSHOT = "2025-01-06"
MANY = 1_000_000
LIMITS = {"train_s": 60, "score_20k_s": 10, "ece": 0.02}


def prepare(folder: Path, threads: int) -> tuple[Path, Path]:
    """Make and run a retailer; return store and file of true probabilities."""
    raw, store, truth = folder / "raw", folder / "store", folder / "truth.parquet"
    environment = os.environ | {
        "SPANISHGAS_RAW": str(raw),
        "SPANISHGAS_STORE": str(store),
        "SPANISHGAS_THREADS": str(threads),
    }
    spanishgas = str(Path(sys.executable).with_name("spanishgas"))
    for command in (
        ["demo-data", "--customers", str(CUSTOMERS), "--truth", str(truth)],
        ["run", "--snapshot", SNAPSHOT, "--train"],
    ):
        subprocess.run([spanishgas, *command], check=True, env=environment, stdout=sys.stderr)
    return store, truth


def peak_of_a_million(gold: pl.DataFrame, model: ChurnModel, folder: Path) -> tuple[float, float]:
    """Score a million customers in a child process; return its seconds and peak memory in MB."""
    copies = -(-MANY // gold.height)
    many = folder / "many.parquet"
    pl.concat(
        [
            gold.lazy().with_columns(
                pl.format("{}-{}", "customer_id", pl.lit(copy)).alias("customer_id")
            )
            for copy in range(copies)
        ]
    ).head(MANY).sink_parquet(many, row_group_size=50_000)
    store = open_store(str(folder / "models"))
    version = model.save(store)
    code = (
        "import sys, polars as pl\n"
        "from spanishgas_assets.churn.model.churn_model import load\n"
        "from spanishgas_assets.churn.model.scoring import score\n"
        "from spanishgas_assets.storage.store import open_store\n"
        "model = load(open_store(sys.argv[1]), sys.argv[2])\n"
        "assert score(model, pl.scan_parquet(sys.argv[3])).height == int(sys.argv[4])\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "print(status['VmHWM'].split()[0])\n"
    )
    before = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-c", code, store.root, version, str(many), str(MANY)],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - before, int(said.stdout) / 1024


def main() -> None:
    """Run everything and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=2)
    for name in ("store", "truth"):
        parser.add_argument(f"--{name}", type=Path)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.store and options.truth:
            store, truth = options.store, options.truth
        else:
            store, truth = prepare(folder, options.threads)
        print(json.dumps(measure(store, truth, folder, options.threads)))


def measure(store: Path, truth: Path, folder: Path, threads: int) -> dict[str, float]:
    """Take every figure, print it with its limit, and return it by name."""
    rows = pl.read_parquet(store / f"churn/training_set/{SNAPSHOT}.parquet")
    gold = pl.read_parquet(store / f"gold/gold_master/{SNAPSHOT}.parquet")

    before = time.perf_counter()
    model = train(rows, "E5", snapshot=SNAPSHOT, label_date=SNAPSHOT, threads=threads)
    train_s = time.perf_counter() - before

    before = time.perf_counter()
    scores = score(model, gold)
    contributions(model, gold)
    score_s = time.perf_counter() - before

    million_s, peak_mb = peak_of_a_million(gold, model, folder)

    known = model.membership.join(pl.read_parquet(truth), on="customer_id")
    best = evaluate(
        Scored(known["churn_probability_after_text"].to_numpy(), known["churn"].to_numpy()),
        known["group_id"].to_numpy(),
        model.card.threshold,
    )
    metrics = model.card.metrics["pooled"]
    print(f"training {rows.height:,} customers: {train_s:.1f} s (limit {LIMITS['train_s']} s)")
    print(f"scores and contributions: {score_s:.1f} s (limit {LIMITS['score_20k_s']} s)")
    print(f"{MANY:,} customers scored: {million_s:.1f} s, peak {peak_mb:,.0f} MB")
    print(f"PR-AUC {metrics['pr_auc']}, best possible {best['pr_auc']}")
    print(f"ROC-AUC {metrics['roc_auc']}, best possible {best['roc_auc']}")
    print(f"ECE {metrics['ece']} (limit {LIMITS['ece']})")
    print(f"mean score {metrics['mean_score'].value:.4f}, churn rate {metrics['prevalence']}")
    print(f"mean width of a score's interval {_width(scores):.4f}")
    return {
        "train_s": round(train_s, 1),
        "score_20k_s": round(score_s, 1),
        "score_1m_s": round(million_s, 1),
        "score_1m_peak_mb": round(peak_mb),
        "pr_auc": round(metrics["pr_auc"].value, 4),
        "pr_auc_low": round(metrics["pr_auc"].low, 4),
        "pr_auc_best_possible": round(best["pr_auc"].value, 4),
        "ece": round(metrics["ece"].value, 4),
    }


def _width(scores: pl.DataFrame) -> float:
    return float((scores["calibration_high"] - scores["calibration_low"]).to_numpy().mean())


if __name__ == "__main__":
    main()
