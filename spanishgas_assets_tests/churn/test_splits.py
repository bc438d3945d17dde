import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_parts, fold_names

OWNED = st.lists(st.tuples(st.integers(0, 150), st.integers(0, 1)), min_size=100, max_size=400)


def frame(owned):
    return pl.DataFrame(
        {"group_id": [f"g{owner}" for owner, _ in owned], "churn": [left for _, left in owned]}
    )


@settings(max_examples=30, deadline=None)
@given(OWNED, st.integers(0, 9))
def test_an_owner_is_never_split(owned, seed):
    rows = frame(owned)
    parts = rows.with_columns(part=assign_parts(rows, seed))
    assert parts.group_by("group_id").agg(pl.col("part").n_unique())["part"].max() == 1


@settings(max_examples=30, deadline=None)
@given(OWNED, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(owned, random):
    rows = frame(owned).with_row_index("row")
    shuffled = rows[random.sample(range(rows.height), rows.height)]
    again = shuffled.with_columns(part=assign_parts(shuffled, 1)).sort("row")
    assert again["part"].to_list() == assign_parts(rows, 1).to_list()


def test_parts_have_their_shares_and_the_same_churn():
    rows = frame([(owner, int(owner % 10 == 0)) for owner in range(1000)])
    found = (
        rows.with_columns(part=assign_parts(rows, 1))
        .group_by("part")
        .agg(pl.len(), pl.col("churn").sum())
    )
    shares = {part: (size, left) for part, size, left in found.iter_rows()}
    assert shares == {HOLDOUT: (200, 20)} | dict.fromkeys(fold_names(), (160, 16))


def test_another_seed_deals_anew():
    rows = frame([(owner, 0) for owner in range(300)])
    assert assign_parts(rows, 1).to_list() != assign_parts(rows, 2).to_list()
