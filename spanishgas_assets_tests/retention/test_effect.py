"""What offers did: the holdout as the measure, and when a prior gives way."""

from datetime import date
from math import isfinite

import polars as pl
import pytest

from spanishgas_assets.retention.effect import campaign_effect
from spanishgas_assets.retention.holdout import in_holdout
from spanishgas_assets.retention.tables import CAMPAIGN_EFFECT

from .customers import AS_OF, RULES, rules

HALF = rules(holdout_share=0.5).policy
IDS = [f"C{n:05d}" for n in range(6000)]
DRAWN = in_holdout(pl.Series(IDS), 0.5, HALF.holdout_salt)
OUT = [one for one, drawn in zip(IDS, DRAWN, strict=True) if drawn]
CHOSEN = [one for one, drawn in zip(IDS, DRAWN, strict=True) if not drawn]
SCHEMA = {
    "customer_id": pl.String,
    "offer": pl.String,
    "offer_date": pl.Date,
    "contacted": pl.Int64,
    "accepted": pl.Int64,
    "churned": pl.Int64,
}


def outcome(ids, churned, *, offer="offer_small", day=date(2024, 11, 4), contacted=1):
    """The first ``churned`` of the customers left."""
    return [(one, offer, day, contacted, 0, int(n < churned)) for n, one in enumerate(ids)]


def effect(*rows, offer="offer_small"):
    table = campaign_effect(
        pl.LazyFrame([row for part in rows for row in part], schema=SCHEMA, orient="row"),
        RULES.offers,
        HALF,
        AS_OF,
    )
    assert CAMPAIGN_EFFECT.judge(table).explain() == ""
    return table.row(by_predicate=pl.col("offer") == offer, named=True)


def test_without_outcomes_the_prior_stands():
    row = effect()
    assert row["prior_save_rate"] == 0.15
    assert (row["prior_low"], row["prior_high"]) == (pytest.approx(0.05), 0.25)
    assert (row["measured_save_rate"], row["prior_is_updated"], row["shift"]) == (None, False, 0.0)


def test_the_save_rate_is_one_less_the_quotient_of_the_churn_rates():
    row = effect(outcome(OUT[:1000], 400), outcome(CHOSEN[:1000], 300))
    assert (row["holdout"], row["holdout_churned"]) == (1000, 400)
    assert (row["chosen"], row["chosen_churned"], row["contacted"]) == (1000, 300, 1000)
    assert row["measured_save_rate"] == pytest.approx(0.25)
    # Wilson: 0.2724 to 0.3291 of the chosen and 0.3701 to 0.4307 of the holdout left; by MOVER
    # their quotient 0.75 lies between 0.6642 and 0.8465.
    assert row["measured_low"] == pytest.approx(1 - 0.8465, abs=1e-4)
    assert row["measured_high"] == pytest.approx(1 - 0.6642, abs=1e-4)


def test_a_measurement_has_a_width_where_everybody_left():
    row = effect(outcome(OUT[:25], 25), outcome(CHOSEN[:400], 400))
    assert row["measured_save_rate"] == 0
    assert row["measured_low"] < -0.1
    assert row["measured_high"] > 0
    assert isfinite(row["shift"])


def test_a_holdout_of_which_all_left_and_few_were_does_not_settle_the_save_rate():
    row = effect(outcome(OUT[:25], 25), outcome(CHOSEN[:400], 399))
    assert row["measured_high"] - row["measured_low"] > 0.12
    assert row["prior_save_rate"] + row["shift"] > 0.02


def test_a_measurement_narrower_than_the_band_moves_the_save_rate_towards_it():
    row = effect(outcome(OUT, 1200), outcome(CHOSEN, 900))
    assert row["prior_is_updated"]
    assert (
        row["prior_save_rate"] < row["prior_save_rate"] + row["shift"] < row["measured_save_rate"]
    )


def test_too_few_churners_leave_the_prior_alone():
    row = effect(outcome(OUT, 1200), outcome(CHOSEN, 19))
    assert row["measured_save_rate"] > 0.9
    assert (row["prior_is_updated"], row["shift"]) == (False, 0.0)


def test_a_wide_interval_leaves_the_prior_alone():
    row = effect(outcome(OUT[:100], 40), outcome(CHOSEN[:100], 30))
    assert row["measured_high"] - row["measured_low"] > 0.2
    assert (row["prior_is_updated"], row["shift"]) == (False, 0.0)


def test_an_offer_that_drives_customers_away_is_measured_below_zero_and_used_as_no_effect():
    row = effect(outcome(OUT, 1200), outcome(CHOSEN, 1800))
    assert row["measured_save_rate"] < 0
    assert row["prior_save_rate"] + row["shift"] >= 0


def test_who_was_chosen_and_not_reached_counts_as_chosen():
    row = effect(outcome(OUT[:50], 25), outcome(CHOSEN[:50], 20, contacted=0))
    assert (row["chosen"], row["contacted"], row["chosen_churned"]) == (50, 0, 20)


def test_outcomes_of_the_snapshots_day_or_later_do_not_count():
    row = effect(outcome(OUT[:50], 25, day=AS_OF), outcome(CHOSEN[:50], 20, day=AS_OF))
    assert (row["chosen"], row["holdout"]) == (0, 0)


def test_the_last_of_a_customers_outcomes_counts_once():
    first, last = date(2024, 9, 2), date(2024, 11, 4)
    row = effect(outcome(CHOSEN[:1], 0, day=last), outcome(CHOSEN[:1], 1, day=first))
    assert (row["chosen"], row["chosen_churned"]) == (1, 0)


def test_offers_are_measured_apart():
    row = effect(outcome(OUT[:9], 3), outcome(OUT[:9], 2, offer="offer_large"), offer="offer_large")
    assert (row["holdout"], row["holdout_churned"]) == (9, 2)


def test_of_several_rows_of_a_day_the_last_counts():
    row = effect(outcome(CHOSEN, len(CHOSEN)), outcome(CHOSEN, 7), outcome(OUT, len(OUT)))
    assert (row["chosen"], row["chosen_churned"]) == (len(CHOSEN), 7)
