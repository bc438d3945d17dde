"""Equal bytes at any number of Polars threads: the effect, offers and reasons of many customers."""

import os
import subprocess
import sys

_DIGESTS = """
import os
from datetime import timedelta
import polars as pl
from spanishgas_assets.retention.measurement.campaign_effect import campaign_effect
from spanishgas_assets.retention.measurement.units import follow_up
from spanishgas_assets.retention.reason_inputs import customer_figures
from spanishgas_assets.retention.reasons import customer_reasons
from spanishgas_assets.retention.tables import ASSIGNMENTS
from spanishgas_assets.storage.row_digest import row_digest
from spanishgas_assets_tests.retention.customers import AS_OF, RULES, gold_master, recommend

assert pl.thread_pool_size() == int(os.environ["POLARS_MAX_THREADS"])
n, offers = 20_011, RULES.offers.names
golden = (pl.int_range(n, eager=True) * 0.618033988749895) % 1


def in_chunks(frame):
    return pl.concat([frame[start : start + 997] for start in range(0, n, 997)], rechunk=False)


outcomes = in_chunks(
    pl.DataFrame(
        {
            "customer_id": [f"C{i % 14000:06d}" for i in range(n)],
            "offer": [offers[i % 14000 % len(offers)] for i in range(n)],
            "offer_date": [AS_OF - timedelta(days=100 + i // 14000) for i in range(n)],
            "contacted": [1] * n,
            "accepted": [i % 2 for i in range(n)],
            "churned": (golden < 0.4).cast(pl.Int64),
            "in_holdout": [int(i % 14000 % 5 == 0) for i in range(n)],
            "churned_within_days": [91.0] * n,
        }
    )
)
followed = follow_up(
    outcomes, ASSIGNMENTS.empty(), RULES.offers, RULES.policy, AS_OF
)
print("units", followed.units["state"].value_counts(sort=True).rows())
print("effect", row_digest(campaign_effect(followed.units, RULES.offers)))

ids = pl.DataFrame({"customer_id": [f"C{i:06d}" for i in range(n)]})
features = [name for name in gold_master().collect_schema() if name != "customer_id"]
wide = ids.with_columns(
    (golden * (7 * place + 3) % 1 - 0.5).alias(name) for place, name in enumerate(features)
)
known = ids.join(gold_master({}).collect().drop("customer_id"), how="cross").lazy()
figures = customer_figures(known, ids.lazy().with_columns(province_code=28))
told = customer_reasons(in_chunks(wide).lazy(), figures, top=20).collect()
print("reasons", told.select(pl.all().hash()).sum().row(0), told["reason_codes"][:3].to_list())

made = recommend(*((p, 10.0 + i % 90) for i, p in enumerate(golden[:4000])))
print("offers", row_digest(made))
"""


def printed(threads: int) -> str:
    found = subprocess.run(
        [sys.executable, "-c", _DIGESTS],
        env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_effect_offers_and_reasons_are_equal_at_any_number_of_threads() -> None:
    alone = printed(1)
    assert ",other," in alone
    assert "units [('counted', 14000)]" in alone
    assert printed(4) == alone
