"""Promised against realised: what decisions claimed, and what the holdout shows of it."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.retention.column_values import IN_HOLDOUT
from spanishgas_assets.retention.measurement.promise_words import promises_in_words
from spanishgas_assets.retention.measurement.promises import (
    promised_and_realised,
    promises_finding,
)
from spanishgas_assets.retention.tables import PROMISES

from .measured import OVER, followed, group

OUT = {"arm": IN_HOLDOUT}


def promises(*groups, as_of=OVER):
    given = [row for rows, _ in groups for row in rows]
    told = [row for _, rows in groups for row in rows]
    table = promised_and_realised(followed(told, given, as_of=as_of).units)
    assert PROMISES.judge(table).explain() == ""
    return table


def test_a_month_of_an_offer_is_held_against_its_holdout():
    row = promises(group("C", 1000, 425), group("H", 1000, 500, **OUT)).row(0, named=True)
    assert (row["campaign"], row["offer"], row["month"]) == (
        "salt",
        "offer_small",
        date(2024, 9, 1),
    )
    assert (row["chosen"], row["holdout"], row["waiting"]) == (1000, 1000, 0)
    # 1,000 customers at 0.5 and a save rate of 0.15 (0.05 to 0.25); a save brings 120 EUR.
    assert row["promised_saves"] == pytest.approx(75)
    assert row["promised_eur"] == pytest.approx(75 * 120 - 2 * 1000)
    assert row["promised_eur_low"] == pytest.approx(25 * 120 - 2 * 1000)
    assert row["realised_saves"] == pytest.approx(75, abs=1)
    assert row["realised_eur"] == pytest.approx(75 * 120 - 2 * 1000, abs=100)
    assert row["realised_saves_low"] < 75 < row["realised_saves_high"]
    assert row["promise_holds"]


def test_a_promise_that_nothing_came_of_does_not_hold():
    table = promises(group("C", 9000, 4500), group("H", 9000, 4500, **OUT))
    row = table.row(0, named=True)
    assert not row["promise_holds"]
    assert row["realised_eur"] == pytest.approx(-18_000, abs=100)
    found = promises_finding(table)
    assert found.metadata == {"judged": 1, "broken": 1}
    assert "broken: offer_small 2024-09" in found.description


def test_one_broken_promise_of_twenty_is_chance_and_ten_are_not():
    table = promises(group("C", 1000, 425), group("H", 1000, 500, **OUT))
    broken = table.with_columns(promise_holds=pl.lit(value=False))
    one, ten = pl.concat([table] * 19 + [broken]), pl.concat([table] * 10 + [broken] * 10)
    assert promises_finding(one).passed
    assert not promises_finding(ten).passed
    assert "10 of 20 promises hold, 95% are to" in promises_finding(ten).description


def test_what_waits_for_its_outcome_is_promised_to_nobody_yet():
    table = promises(group("C", 10, 4), as_of=date(2024, 10, 7))
    row = table.row(0, named=True)
    assert (row["chosen"], row["waiting"], row["promised_eur"]) == (0, 10, 0.0)
    assert (row["realised_eur"], row["promise_holds"]) == (None, None)
    assert "10 assignments wait for their outcome" in promises_in_words(table)


def test_a_line_says_what_was_promised_and_what_came_of_it():
    said = promises_in_words(promises(group("C", 1000, 425), group("H", 1000, 500, **OUT)))
    assert said.startswith("promised 7,000 EUR (1,000 to 13,000), realised 7,")


def test_without_assignments_there_is_no_promise():
    assert promises().is_empty()
    assert promises_finding(promises()).passed
