"""The demo retailer's churn against the published one-way and two-way rates, at full scale."""

import numpy as np
import polars as pl
import pytest

# Grouping -> churn % by level. The draw is stratified by renewal fifth, competition, tenure and
# channel, the logit is fitted to these rates: 0.6 points cover the rounding of coefficients and a
# seed. Other groupings vary by chance: their tolerance is three standard errors, at least 1 point.
STRATIFIED = {
    "fifth": {0: 22.2, 1: 15.9, 2: 6.2, 3: 2.7, 4: 2.5},
    "tenure": {0: 13.39, 1: 13.03, 2: 12.59, 3: 11.36, 4: 6.12},
    "competition": {0: 8.13, 1: 14.17},
    "channel": {
        "presencial_comercial": 12.48,
        "oficina": 10.46,
        "telemarketing": 8.54,
        "desconocido": 7.69,
        "comparador": 6.05,
    },
    "contact": {0: 6.60, 1: 17.12},
}
BY_CHANCE = {
    "segment": {"Residential": 10.07, "SME": 8.84, "Corporate": 10.17},
    "renewal": {0: 10.84, 1: 24.67, 2: 8.14, 3: 2.34},
    "dual": {0: 10.36, 1: 8.13},
    "sentiment": {"negative": 99.41, "neutral": 15.44, "positive": 0.03, "none": 6.60},
    "intent": {
        "Complaint / Escalation": 97.82,
        "Cancellation / Switch": 58.97,
        "Pricing Offers": 20.00,
        "Plan / Product Inquiry": 10.42,
        "Contract Renewal": 8.20,
        "Account / Service Inquiry": 5.50,
        "Billing / Payment": 4.72,
    },
}


def _rates(customer: pl.DataFrame, *by: str) -> dict[object, tuple[float, int]]:
    table = customer.group_by(*by).agg(rate=100 * pl.col("churn").mean(), n=pl.len())
    return {
        row[0] if len(by) == 1 else tuple(row[: len(by)]): (row[-2], row[-1])
        for row in table.iter_rows()
    }


@pytest.mark.parametrize("column", STRATIFIED)
def test_one_way_churn_of_stratified_groups(customer: pl.DataFrame, column: str) -> None:
    rates = _rates(customer, column)
    gaps = {level: rates[level][0] - target for level, target in STRATIFIED[column].items()}
    assert all(abs(gap) <= 0.6 for gap in gaps.values()), gaps


@pytest.mark.parametrize("column", BY_CHANCE)
def test_one_way_churn_of_other_groups(customer: pl.DataFrame, column: str) -> None:
    rates = _rates(customer, column)
    for level, target in BY_CHANCE[column].items():
        rate, n = rates[level]
        share = target / 100
        assert abs(rate - target) <= max(1.0, 300 * np.sqrt(share * (1 - share) / n)), level


TWO_WAY = {
    ("tenure", "inside_3m"): {
        (0, 0): 7.77, (0, 1): 32.07, (1, 0): 7.82, (1, 1): 30.35, (2, 0): 7.41, (2, 1): 30.39,
        (3, 0): 7.10, (3, 1): 26.94, (4, 0): 3.74, (4, 1): 16.06,
    },
    ("channel", "inside_3m"): {
        ("comparador", 0): 3.12, ("comparador", 1): 17.86,
        ("presencial_comercial", 0): 7.81, ("presencial_comercial", 1): 29.20,
        ("oficina", 0): 6.05, ("oficina", 1): 26.38,
        ("telemarketing", 0): 5.24, ("telemarketing", 1): 20.45,
        ("desconocido", 0): 4.61, ("desconocido", 1): 19.87,
    },
    ("channel", "competition"): {
        ("comparador", 0): 4.87, ("comparador", 1): 8.84,
        ("presencial_comercial", 0): 10.42, ("presencial_comercial", 1): 17.14,
        ("oficina", 0): 7.45, ("oficina", 1): 17.29,
        ("telemarketing", 0): 6.64, ("telemarketing", 1): 13.09,
        ("desconocido", 0): 6.42, ("desconocido", 1): 10.65,
    },
    ("segment", "inside_3m"): {
        ("Residential", 0): 6.07, ("Residential", 1): 25.06, ("SME", 0): 5.38, ("SME", 1): 21.20,
    },
    ("competition", "inside_3m"): {(0, 0): 4.68, (0, 1): 21.71, (1, 0): 9.23, (1, 1): 30.65},
    ("competition", "tenure"): {
        (0, 0): 11.27, (0, 1): 10.97, (0, 2): 10.39, (0, 3): 9.15, (0, 4): 4.93,
        (1, 0): 18.13, (1, 1): 17.77, (1, 2): 17.46, (1, 3): 16.58, (1, 4): 8.86,
    },
    ("dual", "contact"): {(0, 0): 7.11, (0, 1): 17.25, (1, 0): 4.26, (1, 1): 16.51},
    ("dual", "inside_3m"): {(0, 0): 6.20, (0, 1): 25.60, (1, 0): 5.25, (1, 1): 19.97},
    ("competition", "contact"): {(0, 0): 5.41, (0, 1): 14.03, (1, 0): 9.40, (1, 1): 24.02},
    ("fifth", "contact"): {
        (0, 0): 14.79, (1, 0): 10.61, (2, 0): 4.39, (3, 0): 2.05, (4, 0): 1.72,
        (0, 1): 36.48, (1, 1): 25.99, (2, 1): 10.39, (3, 1): 4.30, (4, 1): 4.23,
    },
    ("fifth", "sentiment"): {
        (0, "neutral"): 29.74, (1, "neutral"): 24.11, (2, "neutral"): 8.86, (3, "neutral"): 3.02,
        (4, "neutral"): 3.80,
    },
}  # fmt: skip


@pytest.mark.parametrize("by", TWO_WAY, ids=" x ".join)
def test_two_way_churn(customer: pl.DataFrame, by: tuple[str, str]) -> None:
    """No cell is off by more than 3.5 standard errors (at least 2 points); on average by 0.8."""
    rates = _rates(customer, *by)
    gaps, sizes = [], []
    for level, target in TWO_WAY[by].items():
        rate, n = rates[level]
        share = target / 100
        assert abs(rate - target) <= max(2.0, 350 * np.sqrt(share * (1 - share) / n)), level
        gaps.append(abs(rate - target))
        sizes.append(n)
    assert np.average(gaps, weights=sizes) <= 0.8


SENTIMENT_COUNTS = {"negative": 679, "neutral": 2_740, "positive": 3_001}
INTENT_COUNTS = {
    "Contract Renewal": 5_136,
    "Complaint / Escalation": 595,
    "Pricing Offers": 230,
    "Account / Service Inquiry": 218,
    "Billing / Payment": 106,
    "Plan / Product Inquiry": 96,
    "Cancellation / Switch": 39,
}


def test_sentiments_and_intents_have_the_published_counts(customer: pl.DataFrame) -> None:
    sentiments = dict(customer.group_by("sentiment").len().iter_rows())
    intents = dict(customer.group_by("intent").len().iter_rows())
    for sentiment, count in SENTIMENT_COUNTS.items():
        assert abs(sentiments[sentiment] - count) <= 8, (
            sentiment
        )  # quotas of about ten cells, rounded
    for intent, count in INTENT_COUNTS.items():
        assert abs(intents[intent] - count) <= 10, intent


def test_every_customer_has_the_true_probability_of_its_own_outcome(
    customer: pl.DataFrame,
) -> None:
    assert customer["churn_probability"].sum() == pytest.approx(2_002, abs=1e-6)
    after = customer["churn_probability_after_text"]
    # A posterior is calibrated; 2,002 churners have a standard error of about 30.
    assert after.sum() == pytest.approx(2_002, abs=60)
    sure = customer.filter(after > 0.9)
    assert sure["churn"].mean() == pytest.approx(
        sure["churn_probability_after_text"].mean(), abs=0.02
    )
