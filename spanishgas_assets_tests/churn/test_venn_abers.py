import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from spanishgas_assets.churn.model.venn_abers import ScoreInterval


def drawn(rows, seed=0):
    rng = np.random.default_rng(seed)
    scores = rng.random(rows)
    return scores, (rng.random(rows) < scores**2).astype(int)


def test_ends_are_those_of_the_isotonic_map_with_the_score_as_stayer_and_as_churner():
    scores, churn = drawn(300)
    fitted = ScoreInterval.fit(scores, churn, knots=20)
    for place in (3, 10, 15):
        score = fitted.scores[place]
        for label, end in ((0, fitted.low[place]), (1, fitted.high[place])):
            again = IsotonicRegression().fit(np.append(scores, score), np.append(churn, label))
            assert again.predict([score])[0] == end


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(30, 200), st.booleans())
def test_ends_are_probabilities_around_the_point_and_rise_with_the_score(seed, rows, rounded):
    scores, churn = drawn(rows, seed)
    scores = np.round(scores, 1) if rounded else scores
    fitted = ScoreInterval.fit(scores, churn)
    at = np.linspace(0, 1, 101)
    low, high = fitted.around(at, np.full(101, 0.5))
    assert ((low >= 0) & (low <= 0.5) & (high >= 0.5) & (high <= 1)).all()
    low, high = fitted.around(at, at)
    assert (low <= at).all()
    assert (at <= high).all()
    assert (np.diff(fitted.low) >= 0).all()
    assert (np.diff(fitted.high) >= 0).all()


def test_outside_the_known_scores_the_far_end_is_open():
    fitted = ScoreInterval((0.2, 0.8), (0.1, 0.5), (0.3, 0.7))
    low, high = fitted.around(np.array([0.1, 0.5, 0.9]), np.array([0.2, 0.4, 0.6]))
    assert low.tolist() == [0.0, 0.1, 0.5]
    assert high.tolist() == [0.3, 0.7, 1.0]


def test_more_rows_make_it_narrower_and_the_churn_rate_stays_inside():
    widths = []
    for rows in (200, 20_000):
        scores, churn = drawn(rows)
        low, high = ScoreInterval.fit(scores, churn).around(scores, scores**2)
        widths.append((high - low).mean())
        assert low.mean() - 0.01 <= churn.mean() <= high.mean() + 0.01
    assert widths[1] < widths[0] / 3


def test_interval_survives_json():
    fitted = ScoreInterval.fit(*drawn(100))
    assert ScoreInterval.from_dict(json.loads(json.dumps(fitted.to_dict()))) == fitted
