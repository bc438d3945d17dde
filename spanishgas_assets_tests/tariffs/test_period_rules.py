"""The file of tariff periods: what a wrong one is refused with."""

from pathlib import Path

import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.tariffs import period_rules
from spanishgas_assets.tariffs.period_rules import TariffPeriods
from spanishgas_assets.yaml_models import read_yaml

PACKAGED = Path(period_rules.__file__).with_name("periods.yaml")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "first: [[10, 14], [18, 22]]",
            "first: [[14, 10], [18, 22]]",
            "peninsula.first[0] is [14, 10], which ends before it begins",
        ),
        (
            "first: [[10, 14], [18, 22]]",
            "first: [[10, 25], [18, 22]]",
            "peninsula.first[0][1] is 25, not an hour from 0 to 24",
        ),
        (
            "{months: [3, 11], first: 2, second: 3}",
            "{months: [3, 12], first: 2, second: 3}",
            "seasons hold the months [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 12], not each of 1 to 12",
        ),
        ("valley: 6", "valley: 7", "rules[0].tariffs.3.0TD.valley is 7, not a period from 1 to 6"),
        ("52: melilla", "52: andorra", "zone_of_province.52 is 'andorra'; known are peninsula"),
        ("  side: [[8, 9], ", "  side: [", "blocks hold the hours [0, 1, 2, 3, 4, 5, 6, 7, 9, 10"),
        ("valid_from: 2021-06-01", "valid_from: 2021-06-31", "is '2021-06-31', not a date"),
    ],
)
def test_a_wrong_file_names_the_key(tmp_path, old, new, complaint):
    text = PACKAGED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "periods.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_yaml(path, TariffPeriods)
    assert complaint in str(raised.value)
