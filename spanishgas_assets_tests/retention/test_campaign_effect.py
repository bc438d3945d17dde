"""What offers did: the holdout as the measure, and what remains of the stated save rates."""

from dataclasses import replace
from math import isfinite

import numpy as np
import pytest

from spanishgas_assets.retention.column_values import IN_HOLDOUT
from spanishgas_assets.retention.config.offers import Eligible
from spanishgas_assets.retention.measurement.always_valid import Plan, half_width, smallest_effect
from spanishgas_assets.retention.measurement.campaign_effect import sample_ratio_finding
from spanishgas_assets.retention.measurement.power import smallest_effects
from spanishgas_assets.retention.measurement.save_rate import Units, save_rate
from spanishgas_assets.retention.measurement.shared_strength import Cell, beliefs

from .customers import RULES, rules
from .measured import OVER, assigned, effect_of, group, row_of

OUT = {"arm": IN_HOLDOUT}


def measured(chosen, chosen_churned, holdout, holdout_churned, **more):
    return row_of(
        effect_of(group("C", chosen, chosen_churned), group("H", holdout, holdout_churned, **OUT)),
        **more,
    )


def test_without_outcomes_all_is_as_stated():
    table = effect_of()
    assert table.height == 12
    assert table["shift"].unique().to_list() == [0.0]
    assert table["prior_weight"].unique().to_list() == [1.0]
    row = row_of(table)
    assert (row["save_rate"], row["save_rate_low"], row["save_rate_high"]) == (0.15, 0.05, 0.25)
    assert (row["measured_save_rate"], row["effect_is_proven"]) == (None, False)


def test_the_save_rate_is_one_less_the_quotient_of_the_churn_rates():
    row = measured(1000, 300, 1000, 400)
    assert (row["holdout"], row["holdout_churned"]) == (1000, 400)
    assert (row["chosen"], row["chosen_churned"], row["contacted"]) == (1000, 300, 1000)
    # 0.75, less what a quotient is too large on average: 0.6 / (1000 x 0.4).
    assert row["measured_save_rate"] == pytest.approx(1 - 0.75 / 1.0015, abs=1e-4)
    # Wilson: 0.2724 to 0.3291 of the chosen and 0.3701 to 0.4307 of the holdout left; by MOVER
    # their quotient 0.75 lies between 0.6642 and 0.8465.
    assert row["measured_low"] == pytest.approx(1 - 0.8465, abs=1e-4)
    assert row["measured_high"] == pytest.approx(1 - 0.6642, abs=1e-4)
    assert row["always_valid_low"] < row["measured_low"]
    assert row["always_valid_high"] > row["measured_high"]


@pytest.mark.parametrize(("chosen", "left"), [(400, 400), (400, 399)])
def test_a_measurement_has_a_width_where_nearly_all_left(chosen, left):
    row = measured(chosen, left, 25, 25)
    assert row["measured_high"] - row["measured_low"] > 0.12
    assert isfinite(row["shift"])
    assert 0.02 < row["save_rate"] < 0.35


def test_few_customers_hardly_move_what_is_stated_and_many_do():
    few, many = measured(100, 30, 100, 40), measured(30_000, 9_000, 30_000, 12_000)
    assert 0.8 < few["prior_weight"] < 1
    assert abs(few["shift"]) < 0.02
    assert many["prior_weight"] < 0.4
    assert row_of(
        effect_of(group("C", 30_000, 9_000), group("H", 30_000, 12_000, **OUT)), "Residential"
    )["save_rate"] == pytest.approx(0.25, abs=0.01)


def test_an_offer_that_drives_customers_away_is_measured_below_zero_and_used_as_no_effect():
    row = measured(3000, 1800, 3000, 1200, segment="Residential")
    assert row["measured_save_rate"] < -0.4
    assert (row["save_rate"], row["effect_is_proven"]) == (0.0, True)


def differing():
    """An offer that is stated to keep 0.10, 0.30 and 0.50 of the three segments."""
    small = next(one for one in RULES.offers.offers if one.name == "offer_small")
    entries = tuple(
        Eligible(
            segments=(name,), tiers=("Medium",), save_rate=rate, low=rate - 0.1, high=rate + 0.1
        )
        for name, rate in (("Residential", 0.1), ("SME", 0.3), ("Corporate", 0.5))
    )
    changed = [small.model_copy(update={"eligible": entries})]
    return replace(RULES, offers=RULES.offers.model_copy(update={"offers": tuple(changed)}))


def test_outcomes_that_confirm_what_a_segment_is_stated_to_do_leave_it_and_the_others():
    table = effect_of(group("C", 4000, 1752), group("H", 1000, 500, **OUT), rules=differing())
    residential = row_of(table, "Residential")
    assert residential["measured_save_rate"] == pytest.approx(0.124, abs=0.002)
    assert residential["prior_save_rate"] == 0.1
    assert 0.1 < residential["save_rate"] < 0.124
    assert row_of(table, "SME")["save_rate"] == pytest.approx(0.3, abs=0.01)
    assert row_of(table, "Corporate")["save_rate"] == pytest.approx(0.5, abs=0.01)


def test_one_segment_lends_strength_to_the_others_of_its_offer():
    table = effect_of(group("C", 20_000, 10_000), group("H", 5_000, 2_500, **OUT))
    residential, sme = row_of(table, "Residential"), row_of(table, "SME")
    assert residential["save_rate"] < sme["save_rate"] < 0.15
    assert residential["prior_weight"] < sme["prior_weight"] < 1
    other = row_of(table, "SME", "offer_large")
    assert other["shift"] == pytest.approx(0.0, abs=1e-9)


def test_who_was_chosen_and_not_reached_counts_as_chosen():
    given, told = group("C", 50, 20)
    row = row_of(
        effect_of((given, [one | {"contacted": 0} for one in told]), group("H", 50, 25, **OUT))
    )
    assert (row["chosen"], row["contacted"], row["chosen_churned"]) == (50, 0, 20)


def test_a_holdout_that_was_contacted_is_counted_as_crossing_over():
    given, told = group("H", 50, 25, **OUT)
    row = row_of(effect_of(group("C", 50, 20), (given, [one | {"contacted": 1} for one in told])))
    assert (row["holdout"], row["crossed_over"]) == (50, 50)


def test_offers_are_measured_apart():
    table = effect_of(group("A", 9, 3, **OUT), group("B", 9, 2, offer="offer_large", **OUT))
    row = row_of(table, offer="offer_large")
    assert (row["holdout"], row["holdout_churned"]) == (9, 2)


def test_a_holdout_of_the_drawn_size_passes_and_one_that_is_hardly_reported_is_told():
    right = effect_of(group("C", 800, 300), group("H", 200, 80, **OUT))
    wrong = effect_of(group("C", 800, 300), group("H", 100, 40, **OUT))
    assert row_of(right)["expected_holdout"] == pytest.approx(200)
    assert sample_ratio_finding(right).passed
    found = sample_ratio_finding(wrong)
    assert not found.passed
    assert "offer_small: 100 in the holdout of 900, 180 were to be" in found.description


def simulated(rng, count, effect=0.0, share=0.2, owners=None):
    score = rng.beta(1, 2, count)
    in_holdout = rng.random(count) < share
    left = rng.random(count) < score * np.where(in_holdout, 1, 1 - effect)
    owner = np.arange(count) if owners is None else owners
    return Units(left.astype(float), in_holdout, score, owner)


def test_the_score_narrows_the_interval_and_does_not_move_it():
    rng = np.random.default_rng(5)
    units = simulated(rng, 20_000, effect=0.2)
    with_score = save_rate(units)
    without = save_rate(replace(units, score=np.full(20_000, np.nan)))
    assert with_score.explained > 0.15
    assert without.explained == 0
    assert with_score.high - with_score.low < 0.93 * (without.high - without.low)
    assert with_score.value == pytest.approx(0.2, abs=0.06)


def test_supplies_of_one_owner_do_not_count_as_many():
    units = simulated(np.random.default_rng(6), 2_000)
    thrice = Units(
        *(np.tile(column, 3) for column in (units.churned, units.in_holdout, units.score)),
        owner=np.tile(np.arange(2_000), 3),
    )
    once, again = save_rate(units), save_rate(thrice)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.02)


def test_looking_every_week_finds_nothing_where_nothing_is():
    """At one look 5% are wrong; of fifty looks at 95% a quarter and more would be."""
    rng = np.random.default_rng(7)
    naive = always = 0
    for _ in range(150):
        units = simulated(rng, 5_000)
        looks = [
            save_rate(units.where(np.arange(5_000) < known)) for known in range(1_000, 5_001, 200)
        ]
        naive += any(one.low > 0 or one.high < 0 for one in looks)
        always += any(one.is_proven for one in looks)
    assert naive > 15
    assert always <= 7


def test_a_confidence_sequence_is_wider_than_one_look_and_shrinks_with_the_variance():
    widths = [half_width(variance) for variance in (0.04, 0.01, 0.0025)]
    assert widths == sorted(widths, reverse=True)
    assert all(w > 1.96 * v**0.5 for w, v in zip(widths, (0.04, 0.01, 0.0025), strict=True))


def test_what_a_campaign_can_show_shrinks_with_the_weeks_and_the_holdout():
    plan = Plan(units_a_week=200, holdout_share=0.2, churn_rate=0.4, follow_up_weeks=13)
    after = [smallest_effect(plan, weeks) for weeks in (13, 26, 52)]
    assert after[0] is None
    assert after[1] > after[2] > 0.1
    assert smallest_effect(replace(plan, holdout_share=0.05), 52) > after[2]
    assert smallest_effect(replace(plan, holdout_share=0.0), 52) is None


def test_a_campaign_finds_its_smallest_effect_in_about_four_cases_of_five():
    plan = Plan(units_a_week=300, holdout_share=0.2, churn_rate=1 / 3, follow_up_weeks=13)
    least, rng = smallest_effect(plan, 33), np.random.default_rng(8)
    found = 0
    for _ in range(200):
        units = simulated(rng, 6_000, effect=least)
        found += save_rate(replace(units, score=np.full(6_000, np.nan))).is_proven
    assert 0.7 <= found / 200 <= 0.9


def test_what_a_campaign_can_show_is_told_by_offer_in_weeks_and_euros():
    customers = [{"customer_id": f"C{n}"} for n in range(2600)]
    shown = smallest_effects(assigned(*customers), rules(holdout_share=0.2).policy)
    row = shown.row(0, named=True)
    assert row["weeks_26"] > row["weeks_52"] > row["weeks_104"]
    assert row["least_gain_eur"] == pytest.approx(2600 * (60 * row["weeks_104"] - 2), abs=0.01)


def test_beliefs_without_a_measurement_are_the_stated_figures():
    (belief,) = beliefs([Cell("a", "SME", 0.3, 0.1, 0.4)])
    assert (belief.save_rate, belief.low, belief.high, belief.prior_weight) == (0.3, 0.1, 0.4, 1.0)


def test_units_whose_days_are_not_over_are_open():
    row = row_of(effect_of(group("C", 5, 1), as_of=OVER.replace(day=1)))
    assert (row["open"], row["chosen"]) == (5, 0)


def test_rows_from_before_assignments_were_published_count_for_the_offer_as_a_whole():
    _, chosen = group("C", 500, 150)
    _, holdout = group("H", 500, 200, **OUT)
    table = effect_of(
        ([], [one | {"in_holdout": 0} for one in chosen]),
        ([], [one | {"in_holdout": 1} for one in holdout]),
    )
    assert row_of(table)["chosen"] == 500
    assert row_of(table, "SME")["chosen"] == 0
    assert row_of(table, "SME")["prior_weight"] < 1
    assert row_of(table)["sample_ratio_p"] is None
