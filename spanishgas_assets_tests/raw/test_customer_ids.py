"""One form of an id, and whom an id may mean that lost a part of itself."""

import polars as pl
import pytest

from spanishgas_assets.raw.customer_ids import lookalikes, normal_id, normal_ids

KNOWN = pl.Series(["C00185", "C01310", "C00999", "C01000", "D00007", "C00007"])


@pytest.mark.parametrize(
    "written",
    [
        "C00185",
        " c00185 ",
        "C00185\u00a0",
        "C\u202f00185",
        "\u200bC00185",
        "C00185\u2060\ufeff",
        "\u202aC00185\u202c",
        "C00185\t\r",
        "Ｃ００１８５",
        '="C00185"',
        "'C00185",
    ],
)
def test_marks_that_nobody_sees_do_not_tell_ids_apart(written):
    assert normal_ids(pl.Series([written, "C1", None])).to_list() == ["C00185", "C1", None]


def test_dashes_are_one_dash_and_nothing_is_no_id():
    written = pl.DataFrame({"id": ["C\u20111", "C\u22121", "\u00a0\u200b", "", None]})
    assert written.select(normal_id(pl.col("id")))["id"].to_list() == ["C-1", "C-1", *[None] * 3]


def test_an_empty_column_has_no_ids():
    assert normal_ids(pl.Series([None, None], dtype=pl.String)).to_list() == [None, None]


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [
        ("185", ["C00185"]),
        ("0185", ["C00185"]),
        ("185.0", ["C00185"]),
        ("C-00185", ["C00185"]),
        ("C185", ["C00185"]),
        ("1.31E+03", ["C01310"]),
        ("1E3", ["C00999", "C01000", "C01310"]),
        ("7", ["C00007", "D00007"]),
        ("C", []),
        ("000", []),
        ("18", []),
    ],
)
def test_an_id_that_lost_something_may_be_those_with_the_same_rest(unknown, meant):
    found = lookalikes(pl.Series([unknown]), KNOWN)
    assert sorted(found["known"].to_list()) == meant
