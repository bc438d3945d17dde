"""Marks of estimated readings in the spellings of the sources."""

from typing import Any

import polars as pl
import pytest

from spanishgas_assets.raw.estimate_marks import ESTIMATED, estimate_mark, unknown_marks

SPELLINGS: dict[str, tuple[list[Any], list[Any]]] = {
    "flags": ([1], [0, None]),
    "flags that pandas made floats": ([1.0], [0.0, None]),
    "booleans": ([True], [False, None]),
    "letters of a distributor": (["E", "e "], ["R", "r", "M", ""]),
    "Spanish words": (["Estimada", "ESTIMADO", "Sí", "si"], ["Real", "Medida", "No"]),
    "English words": (["estimated", "TRUE", "yes", "y", "t"], ["actual", "False", "no", "n", "f"]),
    "longer words": (
        ["Estimación", "ESTIM.", "calculada", "Lectura estimada", "Teórica", "perfilada"],
        ["Lectura real", "Actual reading", "Autolectura", "TELEMEDIDA"],
    ),
    "a cross": (["x", "X"], ["", None, " "]),
}


@pytest.mark.parametrize("how", SPELLINGS)
def test_usual_spellings_are_known(how: str) -> None:
    estimated, measured = SPELLINGS[how]
    marks = pl.DataFrame({ESTIMATED: [*estimated, *measured]})
    read = marks.select(estimate_mark(marks.schema[ESTIMATED])).to_series()
    assert read.to_list() == [True] * len(estimated) + [False] * len(measured)


def test_unknown_words_are_counted_the_most_frequent_first() -> None:
    marks = pl.DataFrame({ESTIMATED: ["E", "prov.", "R", "A", "prov. ", None, "V", "A", "prov."]})
    assert unknown_marks(marks.lazy()).rows() == [("prov.", 3), ("A", 2), ("V", 1)]
