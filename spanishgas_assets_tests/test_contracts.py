"""A contract refuses what it says it refuses, on frames of both kinds."""

import polars as pl
import pytest

from spanishgas_assets.tables.contracts import Contract, Table, column


class Meter(Contract):
    """A meter.

    Grain: one row per meter.
    """

    meter: str = column("Its number.")
    energy_kwh: float = column("Energy.", unit="kWh", ge=0)
    place: str = column("Where.", null="not recorded", isin=["cellar", "hall"])


METER = Table("bronze", "meter", Meter, ("meter",), "snapshot")


def meters(**columns: list[object]) -> pl.DataFrame:
    given = {"meter": ["A", "B"], "energy_kwh": [1.0, 2.0], "place": ["hall", None]} | columns
    return pl.DataFrame(
        given, schema={"meter": pl.String, "energy_kwh": pl.Float64, "place": pl.String}
    )


def test_a_good_frame_passes() -> None:
    verdict = METER.judge(meters())
    assert verdict.passed
    assert verdict.rows == 2
    assert verdict.failures.is_empty()


@pytest.mark.parametrize("lazy", [True, False])
def test_a_bad_row_fails_also_in_a_lazy_frame(lazy: bool) -> None:
    frame = meters(energy_kwh=[1.0, -2.0])
    verdict = METER.judge(frame.lazy() if lazy else frame)
    assert not verdict.passed
    assert verdict.failures.to_dicts() == [
        {
            "column": "energy_kwh",
            "rule": "greater_than_or_equal_to(0)",
            "rows": 1,
            "examples": "-2.0",
        }
    ]


@pytest.mark.parametrize(
    ("columns", "column", "rule"),
    [
        ({"energy_kwh": [1.0, None]}, "energy_kwh", "not_nullable"),
        ({"energy_kwh": [1.0, float("nan")]}, "energy_kwh", "not_nullable"),
        ({"place": ["roof", None]}, "place", "isin(['cellar', 'hall'])"),
        ({"meter": ["A", "A"]}, "meter", "unique key"),
    ],
)
def test_each_broken_rule_is_named(
    columns: dict[str, list[object]], column: str, rule: str
) -> None:
    verdict = METER.judge(meters(**columns))
    assert not verdict.passed
    assert (column, rule) in verdict.failures.select("column", "rule").rows()


def test_a_missing_and_an_extra_column_are_refused() -> None:
    assert "place" in METER.judge(meters().drop("place")).explain()
    assert "colour" in METER.judge(meters().with_columns(colour=pl.lit("red"))).explain()


def test_another_type_is_refused() -> None:
    verdict = METER.judge(meters().with_columns(pl.col("energy_kwh").cast(pl.String)))
    assert not verdict.passed
    assert "energy_kwh" in verdict.explain()


def test_the_verdict_counts_rows_and_shows_ten() -> None:
    frame = pl.DataFrame({"meter": [str(n) for n in range(30)]}).with_columns(
        energy_kwh=-1.0, place=pl.lit("hall")
    )
    said = METER.judge(frame).explain()
    assert "30 of 30 rows" in said
    assert said.count("-1.0") == 10


def test_arrange_orders_columns_and_rows() -> None:
    shuffled = meters().select("place", "energy_kwh", "meter").sort("meter", descending=True)
    arranged = METER.arrange(shuffled.lazy()).collect()
    assert arranged.columns == ["meter", "energy_kwh", "place"]
    assert arranged["meter"].to_list() == ["A", "B"]


def test_the_contract_documents_each_column() -> None:
    energy = METER.columns["energy_kwh"]
    assert (energy.unit, energy.null, energy.description) == ("kWh", None, "Energy.")
    assert METER.columns["place"].null == "not recorded"


def test_an_empty_frame_has_the_contracts_types() -> None:
    assert METER.empty().schema == meters().schema


@pytest.mark.parametrize(
    ("layer", "limit"), [("raw", 0.8), ("bronze", 0.2), ("silver", 0.05), ("gold", 0.02)]
)
def test_each_layer_has_its_null_limit(layer: str, limit: float) -> None:
    assert Table(layer, "meter", Meter, ("meter",), "snapshot").null_limit == limit
