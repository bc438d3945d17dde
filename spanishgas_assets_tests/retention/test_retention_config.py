"""The team's files: the packaged ones, and what a wrong one is told, with file, line and key."""

from pathlib import Path

import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.retention.config import retention_config
from spanishgas_assets.retention.config.retention_config import (
    CONTACT_RULES,
    OFFERS,
    POLICY,
    load_rules,
)

PACKAGED = Path(retention_config.__file__).parent


def changed(tmp_path, name, old, new):
    text = (PACKAGED / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(tmp_path)


def line_of(name, words):
    lines = (PACKAGED / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_the_packaged_table_is_the_old_mapping():
    packaged = load_rules()
    offers = {offer.name: offer for offer in packaged.offers.offers}
    old = [
        (tier, packaged.policy.tiers.begins.get(tier, 0.0), name, offers.get(name))
        for tier, name in packaged.policy.tier_table.items()
    ]
    assert [
        (tier, edge, name, offer and offer.cost.margin_share, offer and offer.timing_window)
        for tier, edge, name, offer in old
    ] == [
        ("Low", 0.0, "no_offer", None, None),
        ("Medium", 0.4, "offer_small", 0.05, "30_60_days"),
        ("High", 0.6, "offer_medium", 0.15, "immediate"),
        ("Critical", 0.8, "offer_large", 0.25, "immediate"),
    ]
    assert packaged.policy.no_offer_timing_window == "60_90_days"


def test_every_contact_rule_has_a_source():
    assert all(rule.source for rule in load_rules().contact)


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (OFFERS, "margin_share: 0.15", "fixed_eur: -3", "margin_share: 0.15|cost.fixed_eur is -3"),
        (OFFERS, "save_rate: 0.35", "save_rate: 1.2", "save_rate: 0.35|save_rate is 1.2, not a"),
        (OFFERS, "segments: all", "segments: [Pyme]", "segments: all|segments[0] is 'Pyme'; known"),
        (
            OFFERS,
            "      - {segments: all, tiers: all, save_rate: 0.35, low: 0.20, high: 0.50}",
            (
                "      - {segments: all, tiers: [Low, High], save_rate: 0.3, low: 0.2, high: 0.5}\n"
                "      - {segments: [SME], tiers: [High], save_rate: 0.4, low: 0.2, high: 0.5}"
            ),
            "channel: phone|overlaps an entry above: SME customers of tier High are in both",
        ),
        (OFFERS, "low: 0.20", "low: 0.40", "low: 0.20|has save_rate 0.35 outside its band 0.4"),
        (OFFERS, "name: offer_small", "name: offer_large", "offer_small|which an offer above has"),
        (OFFERS, "name: offer_large", "name: no_offer", "name: offer_large|there is no offer"),
        (OFFERS, "margin_share: 0.25, ", "", "0.25|needs margin_share or fixed_eur, one of them"),
        (
            OFFERS,
            "margin_share: 0.25, months: 3",
            "margin_share: 0.25, months: 0",
            "0.25|is 0, not",
        ),
        (OFFERS, "channel: email", "channel: fax", "channel: email|is 'fax'; known are phone"),
        (OFFERS, "timing_window: 30_60_days", "timing_window: soon", "30_60_days|is 'soon'"),
        (
            OFFERS,
            "title: {es: Oferta de retención grande, ",
            "title: {",
            "retención grande|lacks es",
        ),
        (OFFERS, "cost: {margin_share: 0.15, months: 3}", "cost: 20", "0.15|is not a mapping with"),
        (POLICY, "budget_eur: unlimited", "budget_eur: 0", "budget_eur: unl|is 0, not a number ab"),
        (POLICY, "budget_eur: unlimited", "budget_eur:", "budget_eur: unl|is None, not a number"),
        (POLICY, "budget_eur: unlimited", "budget_eur: none", "budget_eur: unl|is 'none', not a"),
        (POLICY, "calls: unlimited", "calls: 1.5", "calls: unlimited|is 1.5, not a whole number"),
        (POLICY, "calls: unlimited", "calls: 0", "calls: unlimited|is 0, not a number above 0"),
        (POLICY, "High: offer_medium", "High: gift", "High: offer_medium|is 'gift'; known are no_"),
        (POLICY, "choose: best_value", "choose: luck", "choose: best|is 'luck'; known are best_v"),
        (POLICY, "Medium: 0.40, ", "", "Medium: 0.40|lacks Medium"),
        (POLICY, "High: 0.60", "High: 0.30", "High: 0.60|the first must be above 0 and each later"),
        (POLICY, "Critical: 0.80", "Critical: 8", "Critical: 0.80|is 8, not a number between 0 a"),
        (POLICY, "by: probability", "by: capacity", "Critical: 0.80|is 0.4, not a whole number"),
        (POLICY, "horizon_months: 12", "horizon_months: 0", "horizon_months: 12|is 0, not a whole"),
        (POLICY, "share: 0.05", "share: 5", "share: 0.05|is 5, not a number between 0 and 1"),
        (POLICY, "salt: spanishgas", "salt: 7", "salt: spanishgas|is 7, not a text"),
        (POLICY, "email: 0.5", "email: -1", "email: 0.5|is -1, not a number of 0 or more"),
        (POLICY, "cool_down_days: 90", "cool_days: 90", "cool_down_days: 90|is unknown; known are"),
        (
            POLICY,
            "cool_down_days: 90",
            "cool_down: 90",
            "cool_down_days: 90|no_offer_timing_window (did you mean cool_down_days?)",
        ),
        (POLICY, "cool_down_days: 90", "cool_down_days: true", "cool_down_days: 90|is True, not a"),
        (
            POLICY,
            "no_offer_timing_window: 60_90_days",
            "no_offer_timing_window: immediate",
            "no_offer_timing_window: 60|is 'immediate'; known are 30_60_days, 60_90_days",
        ),
        (CONTACT_RULES, "blocks: [unknown]", "blocks: [maybe]", "[unknown]|is 'maybe'; known are"),
        (
            CONTACT_RULES,
            "from: 2018-12-07",
            "from: 2024-13-45",
            "2018-12-07|from is '2024-13-45', not a date (YYYY-MM-DD)",
        ),
        (CONTACT_RULES, "from: 2018-12-07", "from: lately", "2018-12-07|is 'lately', not a date"),
        (
            CONTACT_RULES,
            "    from: 2018-12-07\n",
            "    from: 2018-12-07\n    until: 2018-12-07\n",
            "channels: [phone]|is 2018-12-07, not after from (2018-12-07)",
        ),
        (
            CONTACT_RULES,
            "flag: opted_out",
            "flag: rich",
            "flag: opted_out|is 'rich'; known are con",
        ),
    ],
)
def test_a_wrong_file_names_line_and_key(tmp_path, name, old, new, complaint):
    where, said = complaint.split("|")
    with pytest.raises(SettingsError) as raised:
        load_rules(changed(tmp_path, name, old, new))
    message = next(line for line in str(raised.value).splitlines() if said in line)
    assert str(tmp_path / name) in message
    line = int(message.split("line ")[1].split(":", maxsplit=1)[0])
    assert abs(line - line_of(name, where)) <= 5


def test_the_very_line_is_named(tmp_path):
    folder = changed(tmp_path, OFFERS, "save_rate: 0.35", "save_rate: 1.2")
    line = line_of(OFFERS, "save_rate: 0.35")
    with pytest.raises(SettingsError, match=f"line {line}: offers"):
        load_rules(folder)


def test_a_fixed_cost_and_an_end_of_a_rule_are_read(tmp_path):
    folder = changed(
        tmp_path, OFFERS, "{margin_share: 0.05, months: 3}", "{fixed_eur: 9, months: 1}"
    )
    changed(
        tmp_path,
        CONTACT_RULES,
        "    from: 2018-12-07\n",
        "    from: 2018-12-07\n    until: 2030-01-01\n",
    )
    read = load_rules(folder)
    assert read.offers.offers[2].cost.fixed_eur == 9.0
    assert read.contact[0].ends.year == 2030


def test_a_budget_and_calls_are_read(tmp_path):
    folder = changed(tmp_path, POLICY, "budget_eur: unlimited", "budget_eur: 1500.5")
    assert load_rules(folder).policy.budget_eur == 1500.5
    folder = changed(tmp_path, POLICY, "calls: unlimited", "calls: 40")
    assert load_rules(folder).policy.calls == 40


def test_another_content_is_another_version(tmp_path):
    folder = changed(tmp_path, POLICY, "share: 0.05", "share: 0.10")
    version = retention_config.file_version
    assert version(POLICY, folder) != version(POLICY)
    assert version(OFFERS, folder) == version(OFFERS)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "line 1: the file is not a mapping"), ("offers: []", "line 1: offers is not a list of")],
)
def test_an_empty_file_says_what_it_wants(tmp_path, text, complaint):
    (tmp_path / OFFERS).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        load_rules(str(tmp_path))


def test_what_is_no_yaml_is_told(tmp_path):
    (tmp_path / POLICY).write_text("tiers: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"policy\.yaml, line 2: cannot be read as YAML"):
        load_rules(str(tmp_path))


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"SPANISHGAS_RETENTION=.*nowhere' is not a folder"):
        load_rules(str(tmp_path / "nowhere"))


def test_all_faults_of_a_file_are_in_one_message(tmp_path):
    changed(tmp_path, OFFERS, "save_rate: 0.35", "save_rate: 1.4")
    text = (tmp_path / OFFERS).read_text(encoding="utf-8")
    faulty = text.replace("channel: email", "channel: fax").replace("months: 3", "month: 3", 1)
    (tmp_path / OFFERS).write_text(faulty, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load_rules(str(tmp_path))
    path = tmp_path / OFFERS
    cost, rate, channel = (
        line_of(OFFERS, words) for words in ("share: 0.25", "rate: 0.35", "channel: email")
    )
    assert str(raised.value).splitlines() == [
        (
            f"{path}, line {cost}: offers[0].cost.month is unknown; known are margin_share, "
            "fixed_eur, months (did you mean months?)"
        ),
        f"{path}, line {cost}: offers[0].cost lacks months",
        (
            f"{path}, line {rate}: offers[0].eligible[0].save_rate is 1.4, not a number between 0 "
            "and 1"
        ),
        f"{path}, line {channel}: offers[2].channel is 'fax'; known are phone, email, letter",
    ]


def test_the_former_name_of_the_holdout_is_read_with_a_deprecation_line(tmp_path):
    folder = changed(tmp_path, POLICY, "holdout: {share: 0.05", "hold_out: {share: 0.2")
    line = line_of(POLICY, "holdout: {share")
    said = f"policy.yaml, line {line}: hold_out is now holdout and will be removed in 0.3"
    with pytest.warns(FutureWarning, match=said):
        assert load_rules(folder).policy.holdout_share == 0.2


def test_a_holdout_under_both_names_is_refused(tmp_path):
    both = "hold_out: {share: 0.2, salt: old}\nholdout: {"
    folder = changed(tmp_path, POLICY, "holdout: {", both)
    line = line_of(POLICY, "holdout: {")
    with pytest.raises(SettingsError, match=f"line {line}: hold_out is the former name of holdout"):
        load_rules(folder)
