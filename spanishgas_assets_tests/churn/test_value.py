import polars as pl
import pytest

from spanishgas_assets.churn.evaluation.value import ContactEconomics, contact_value

ROWS = pl.DataFrame(
    {
        "group_id": [f"g{number}" for number in range(10)],
        "churn": [1, 1] + [0] * 8,
        "probability": [0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1],
    }
)
MARGIN = pl.Series([1.0, 10.0, -50.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])


def value(**changed):
    return contact_value(
        ROWS, MARGIN, seed=1, count=20, economics=ContactEconomics(**changed) if changed else None
    )


def test_kept_is_a_years_margin_of_the_churners_reached_and_net_takes_the_contacts_off():
    found = value(contact_cost_eur=2.0, kept_share=0.5)["by_probability"]
    assert found["kept_10_eur"].value == pytest.approx(0.5 * 12 * 1)
    assert found["net_10_eur"].value == pytest.approx(0.5 * 12 * 1 - 2)
    assert found["kept_20_eur"].value == pytest.approx(0.5 * 12 * (1 + 10))
    assert found["net_20_eur"].value == pytest.approx(0.5 * 12 * 11 - 2 * 2)


def test_expected_loss_contacts_the_dearest_first():
    """0.5 x 10 EUR comes before 0.9 x 1 EUR; a negative margin is nothing to lose."""
    found = value(contact_cost_eur=2.0, kept_share=0.5)["by_expected_loss"]
    assert found["kept_10_eur"].value == pytest.approx(0.5 * 12 * 10)
    assert found["kept_20_eur"].value == pytest.approx(0.5 * 12 * 11)


def test_the_stated_assumptions_are_the_default():
    found = value()["by_probability"]
    assert found["kept_10_eur"].value == pytest.approx(0.30 * 12 * 1)
    assert found["net_10_eur"].value == pytest.approx(0.30 * 12 * 1 - 20)
    assert found["kept_10_eur"].low <= found["kept_10_eur"].value <= found["kept_10_eur"].high
