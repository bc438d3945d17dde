"""Equal bytes at any number of Polars threads, for what sums over all customers."""

import os
import subprocess
import sys

import pytest

_DIGESTS = """
import polars as pl
from datetime import date
from spanishgas_assets.monitoring.performance_estimate import performance_estimate
from spanishgas_assets.monitoring.realised_performance import (
    realised_performance, tier_calibration
)
n = 20_011
p = (pl.int_range(n, eager=True) * 0.618033988749895) % 1
parts = [
    pl.DataFrame({
        "customer_id": [f"C{i:06d}" for i in range(start, min(start + 997, n))],
        "churn_probability": p[start : start + 997],
    })
    for start in range(0, n, 997)
]
rows = pl.concat(parts, rechunk=False).with_columns(
    churn_flag=pl.col("churn_probability") >= 0.7,
    risk_tier=pl.when(pl.col("churn_probability") >= 0.8).then(pl.lit("High")).otherwise(
        pl.lit("Low")
    ),
    model_version=pl.lit("a"),
    churn=(pl.col("churn_probability") * 977 % 1 < pl.col("churn_probability")).cast(pl.Int8),
)
scored = {date(2025, 1, 6): rows}
assert pl.thread_pool_size() == int(__import__("os").environ["POLARS_MAX_THREADS"])
for table in (
    performance_estimate(rows.lazy()).collect(),
    realised_performance(scored, {}, {}),
    tier_calibration(scored),
):
    print(table.rows())
"""


def printed(threads: int) -> str:
    found = subprocess.run(
        [sys.executable, "-c", _DIGESTS],
        env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


@pytest.mark.parametrize("threads", [4])
def test_estimate_and_record_are_equal_at_any_number_of_threads(threads):
    alone = printed(1)
    assert alone.count("expected_roc_auc") == 1
    assert printed(threads) == alone
