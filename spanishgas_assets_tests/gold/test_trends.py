import random

import polars as pl
from polars.testing import assert_frame_equal

from spanishgas_assets.gold.trends import by_month, observed, relative_change


def test_only_observed_values_count_in_the_order_of_their_months():
    months = pl.DataFrame(
        {
            "month": [4, 3, 2, 1],
            "price": [0.4, 0.3, 0.2, 0.1],
            "source": ["observed", None, "segment_month", "observed"],
        }
    )
    assert months.select(observed("price", "source"))["price"].to_list() == [0.1, 0.4]


def test_change_needs_two_values():
    one, two = pl.DataFrame({"x": [4.0]}), pl.DataFrame({"x": [4.0, 5.0]})
    change = relative_change(pl.col("x"))
    assert one.select(change).item() is None
    assert two.select(change).item() == 0.25


def test_sums_are_the_same_to_the_last_bit_in_every_run_and_row_order():
    draw = random.Random(1)
    months = pl.DataFrame(
        [(f"C{n}", month, draw.gauss(0, 10)) for n in range(5_000) for month in range(12)],
        schema=["customer_id", "month", "margin"],
        orient="row",
    )

    def totals(rows):
        margin = by_month("margin").list
        grouped = rows.lazy().group_by("customer_id").agg(margin.sum(), mean=margin.mean())
        return grouped.sort("customer_id").collect()

    first = totals(months)
    for seed in range(5):
        shuffled = months.sample(fraction=1, shuffle=True, seed=seed)
        for again in (months, shuffled):
            assert_frame_equal(totals(again), first, check_exact=True)
