"""The retention policy: the packaged file, and what a wrong file is told."""

import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.retention.policy import DEFAULT_POLICY, load_policy


def test_the_packaged_policy_is_the_old_mapping():
    assert [
        (tier.name, tier.lowest, tier.action, tier.timing_window, tier.budget_share)
        for tier in load_policy().tiers
    ] == [
        ("Low", 0.0, "no_offer", "60_90_days", 0.0),
        ("Medium", 0.4, "offer_small", "30_60_days", 0.05),
        ("High", 0.6, "offer_medium", "immediate", 0.15),
        ("Critical", 0.8, "offer_large", "immediate", 0.25),
    ]


def test_an_edge_belongs_to_the_tier_above_it():
    edges = pl.DataFrame({"p": [0.0, 0.3999, 0.4, 0.5999, 0.6, 0.7999, 0.8, 1.0, None]})
    assert edges.select(load_policy().tier_of(pl.col("p"))).to_series().to_list() == [
        "Low",
        "Low",
        "Medium",
        "Medium",
        "High",
        "High",
        "Critical",
        "Critical",
        None,
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "budget_share: 0.15",
            "budget_share: 1.5",
            r"line 28: tiers\[2\].budget_share is 1.5, not a number between 0 and 1",
        ),
        (
            "save_rate: 0.35",
            "save_rate: high",
            r"line 35: tiers\[3\].save_rate is 'high', not a number between 0 and 1",
        ),
        (
            "action: offer_small",
            "action: gift",
            r"line 20: tiers\[1\].action is 'gift'; known are offer_large, offer_medium",
        ),
        ("save_rate: 0.15", "save: 0.15", r"line 23: tiers\[1\].save is unknown; known are name"),
        ("    save_rate: 0.15\n", "", r"line 18: tiers\[1\] lacks save_rate"),
        ("from: 0.60", "from: 0.30", r"line 12: tiers begin at \[0.0, 0.4, 0.3, 0.8\]"),
        ("from: 0.00", "from: 0.10", "the first must begin at 0"),
        ("name: High", "name: Medium", r"line 12: tiers are .* wanted are .* in this order"),
        (
            "blocked_timing_window: 60_90_days",
            "blocked_timing_window: immediate",
            "line 38: blocked_timing_window is 'immediate'; known are 30_60_days, 60_90_days",
        ),
        (
            "from: 0.40",
            "from: 0.40\n    from: 0.41",
            r"line 20: tiers\[1\].from stands there twice",
        ),
        ("from: 0.40", "from: [0.40]", r"line 19: tiers\[1\].from is not a single value"),
        ("tiers:", "tiers: [", "cannot be read as YAML"),
    ],
)
def test_a_wrong_policy_names_line_and_key(tmp_path, old, new, complaint):
    text = DEFAULT_POLICY.read_text(encoding="utf-8")
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint) as raised:
        load_policy(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the policy is not a mapping"),
        ("tiers: []\nblocked_timing_window: 60_90_days\n", "line 1: tiers is not a list of one"),
        ("tiers: [1]\nblocked_timing_window: 60_90_days\n", r"line 1: tiers\[0\] is not a mapping"),
    ],
)
def test_an_empty_policy_says_what_it_wants(tmp_path, text, complaint):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        load_policy(path)


def test_a_missing_policy_names_its_path(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: cannot be read"):
        load_policy(tmp_path / "nowhere.yaml")
