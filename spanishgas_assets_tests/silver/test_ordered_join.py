import polars as pl
import pytest

from spanishgas_assets.silver.ordered_join import ordered_join

LEFT = pl.LazyFrame({"id": ["b", "a", "b", "c"], "kwh": [1, 2, 3, 4]})


def test_rows_keep_their_order_and_take_what_the_other_says_of_them():
    other = pl.LazyFrame({"place": [8, 28], "id": ["a", "b"]})
    result = ordered_join(LEFT, other, ["id"]).collect()
    assert result.columns == ["id", "kwh", "place"]
    assert result.rows() == [("b", 1, 28), ("a", 2, 8), ("b", 3, 28), ("c", 4, None)]


def test_an_other_that_says_two_things_of_a_row_is_refused():
    other = pl.LazyFrame({"id": ["a", "a"], "place": [8, 28]})
    with pytest.raises(pl.exceptions.ComputeError, match="m:1"):
        ordered_join(LEFT, other, ["id"])


def test_where_rows_must_be_unique_a_repeated_one_is_refused():
    other = pl.LazyFrame({"id": ["a", "b", "c"], "place": [8, 28, 41]})
    with pytest.raises(pl.exceptions.ComputeError, match="1:1"):
        ordered_join(LEFT, other, ["id"], unique=True)
