from itertools import product

import pytest

from spanishgas_assets.gold import tables as gold
from spanishgas_assets.gold.compound import compound
from spanishgas_assets_tests.builders import frame, only_row


def of(lifecycle, behavioral):
    return only_row(compound(frame(gold.LIFECYCLE, lifecycle), frame(gold.BEHAVIORAL, behavioral)))


@pytest.mark.parametrize(
    ("intent", "sensitive"), [(None, False), ("Pricing Offers", True), ("Contract Renewal", False)]
)
def test_price_sensitive_is_who_asks_for_prices(intent, sensitive):
    assert of({}, {"customer_intent": intent})["is_price_sensitive"] is sensitive


@pytest.mark.parametrize(
    ("renewal", "tenure"), list(product(gold.RENEWAL_BUCKETS, gold.TENURE_BUCKETS))
)
def test_high_risk_is_renewal_near_or_past_in_the_first_year(renewal, tenure):
    features = of({"renewal_bucket": renewal, "tenure_bucket": tenure}, {})
    expected = renewal in {"expired", "0-3m"} and tenure in {"0-6m", "6-12m"}
    assert features["is_high_risk_lifecycle"] is expected


@pytest.mark.parametrize(
    ("near", "competition", "dual", "complains"), list(product([False, True], repeat=4))
)
def test_pairs_of_flags_are_true_together_only(near, competition, dual, complains):
    features = of(
        {
            "is_within_3m_of_renewal": near,
            "is_high_competition_province": competition,
            "is_dual_fuel": dual,
        },
        {"recent_complaint_flag": complains},
    )
    assert features["is_competition_x_renewal"] is (competition and near)
    assert features["dual_fuel_x_renewal"] is (dual and near)
    assert features["dual_fuel_x_competition"] is (dual and competition)
    assert features["dual_fuel_x_intent"] is (dual and complains)


def test_the_tier_keeps_its_contract():
    tier = compound(frame(gold.LIFECYCLE, {}), frame(gold.BEHAVIORAL, {}))
    verdict = gold.COMPOUND.judge(tier)
    assert verdict.passed, verdict.explain()
