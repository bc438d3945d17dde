from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.gold.feature_dictionary import feature_dictionary
from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS, features

PAGE = Path(__file__).parents[2] / "docs" / "features.md"

#: docs/domain.md#features: tiers 1A, MP core, MP risk, 2A, 2B, 3 and 1B.
OLD_SET = {
    "lifecycle": 15,
    "market_core": 8,
    "market_risk": 13,
    "behavioral": 11,
    "sentiment": 3,
    "compound": 6,
    "interaction_strings": 8,
}


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == feature_dictionary(), "run: make docs-features"


def test_the_old_set_is_56_features_and_8_strings_in_seven_tiers():
    counts = {tier: len(features(tier)) for tier in OLD_SET}
    assert counts == OLD_SET
    assert sum(counts.values()) == 64
    assert set(TIERS) - set(OLD_SET) == {"market_dynamics"}


@pytest.mark.parametrize(
    ("old", "name"),
    [
        ("total_elec_kwh_2024", "total_elec_12m_kwh"),
        ("max_negative_margin", "loss_months_count"),
        ("total_margin_2024", "total_margin_12m_eur"),
    ],
)
def test_old_names_lead_to_the_new_ones(old, name):
    assert f"| `{old}` | `{name}` |" in feature_dictionary()


def test_no_name_carries_a_year():
    assert not [name for name in GOLD_MASTER.columns if "20" in name]


def test_every_feature_stands_on_the_page_with_its_meaning():
    page = feature_dictionary()
    for column in GOLD_MASTER.columns.values():
        if column.name != "customer_id":
            assert f"| `{column.name}` | {column.description} |" in page


def test_the_command_writes_or_prints_the_page(tmp_path, capsys):
    out = tmp_path / "docs" / "features.md"
    assert main(["features", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == feature_dictionary()
    capsys.readouterr()
    assert main(["features"]) == 0
    assert capsys.readouterr().out.strip() == feature_dictionary().strip()
