"""``spanishgas settings`` prints what holds, and writes the page of all variables."""

from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.settings import Settings, StoreSettings
from spanishgas_assets.settings.reference_page import settings_page
from spanishgas_assets.settings.variables import DEPLOYMENT

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def printed(capsys):
    """A function that runs the command and returns what it printed, line by line."""

    def run(*arguments: str) -> list[str]:
        assert main(["settings", *arguments]) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_every_value_is_printed_with_where_it_comes_from(printed, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_THREADS", "3")
    monkeypatch.setenv("SPANISHGAS_STORE_TAGS", "environment=prod, cost_centre=churn")
    lines = printed()
    assert "SPANISHGAS_THREADS=3  [environment]" in lines
    assert "SPANISHGAS_PR_AUC_FLOOR_BY=high  [default]" in lines
    assert "SPANISHGAS_STORE_TAGS=environment=prod,cost_centre=churn  [environment]" in lines
    names = {line.partition("=")[0] for line in lines if line.startswith("SPANISHGAS_")}
    assert names == {*Settings.variables(), *StoreSettings.variables()}


def test_unit_and_meaning_follow_the_value(printed):
    lines = printed()
    after = lines[lines.index("SPANISHGAS_ARRIVALS_SETTLE_S=300  [default]") + 1]
    assert after == (
        "    How long a drop must stay unchanged before it is processed. Unit: seconds."
    )


def test_a_secret_is_masked(printed, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_MAIL_PASSWORD", "hunter2")
    lines = printed()
    assert "SPANISHGAS_MAIL_PASSWORD=**********  [environment]" in lines
    assert "hunter2" not in "".join(lines)


def test_faults_end_it_with_status_1_and_every_variable(monkeypatch, capsys):
    monkeypatch.setenv("SPANISHGAS_THREADS", "0")
    monkeypatch.setenv("SPANISHGAS_STORE_ATTEMPTS", "0")
    assert main(["settings"]) == 1
    said = capsys.readouterr().err
    assert "SPANISHGAS_THREADS='0' is not a whole number of 1 or more" in said
    assert "SPANISHGAS_STORE_ATTEMPTS='0' is not a whole number of 1 or more" in said


def test_a_former_name_prints_a_deprecation_line(printed, monkeypatch, capsys):
    names = {"SPANISHGAS_CORES": "SPANISHGAS_THREADS"}
    monkeypatch.setattr("spanishgas_assets.settings.environment.FORMER_NAMES", names)
    monkeypatch.setenv("SPANISHGAS_CORES", "3")
    assert main(["settings"]) == 0
    shown = capsys.readouterr()
    assert "SPANISHGAS_THREADS=3  [environment]" in shown.out
    assert shown.err.startswith("deprecated  SPANISHGAS_CORES is now SPANISHGAS_THREADS")


def test_the_page_in_docs_is_current():
    assert PAGE.read_text(encoding="utf-8") == settings_page(), "run: make docs-settings"


def test_the_page_has_every_variable():
    page = settings_page()
    for name in (*Settings.variables(), *StoreSettings.variables(), *DEPLOYMENT):
        assert f"| `{name}` |" in page


def test_the_page_is_written_to_a_file(printed, tmp_path):
    out = tmp_path / "docs" / "settings.md"
    printed("--page", str(out))
    assert out.read_text(encoding="utf-8") == settings_page()
