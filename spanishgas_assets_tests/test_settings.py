"""Settings come from the environment and complain in words."""

import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings


def test_defaults_are_the_documented_folders() -> None:
    settings = Settings.from_environment({})
    assert (settings.raw, settings.store) == ("data/raw", "data/store")


def test_variables_are_read_and_typed() -> None:
    settings = Settings.from_environment(
        {
            "SPANISHGAS_RAW": "/drops",
            "SPANISHGAS_STORE": "s3://bucket/prefix",
            "SPANISHGAS_GAS_KWH_PER_M3": "11.7",
            "SPANISHGAS_THREADS": "3",
        }
    )
    assert (settings.raw, settings.store) == ("/drops", "s3://bucket/prefix")
    assert (settings.gas_kwh_per_m3, settings.threads) == (11.7, 3)


def test_an_empty_variable_keeps_the_default() -> None:
    assert Settings.from_environment({"SPANISHGAS_THREADS": " "}).threads == 2


@pytest.mark.parametrize(
    ("variable", "text"),
    [("SPANISHGAS_THREADS", "two"), ("SPANISHGAS_PR_AUC_FLOOR", "high")],
)
def test_a_value_of_the_wrong_kind_is_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable}='{text}'"):
        Settings.from_environment({variable: text})
