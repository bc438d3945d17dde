"""Who may sign in: the file, its passwords, and the command that writes it."""

import base64
import io
import json
from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.dashboard.identity_header import mail_address
from spanishgas_assets.dashboard.users import (
    User,
    configured_users,
    hashed,
    is_password,
    load_users,
    save_user,
)
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Settings

ANA = User(name="ana", role="caller", password=hashed("long enough"), provinces=[8])


def test_a_password_is_checked_against_its_hash() -> None:
    assert is_password(ANA, "long enough")
    assert not is_password(ANA, "long enough!")
    assert not is_password(None, "long enough")
    assert not is_password(User(name="x", role="data"), "")
    assert not is_password(User(name="x", role="data", password="no hash"), "no hash")


def test_the_file_holds_users_and_no_password(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    save_user(str(path), ANA)
    save_user(str(path), User(name="luis", role="manager"))
    assert load_users(str(path)) == {"ana": ANA, "luis": User(name="luis", role="manager")}
    assert "long enough" not in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_a_wrong_role_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text("users:\n  - name: ana\n    role: boss\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 3.*boss"):
        load_users(str(path))


def test_a_name_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text("users:\n- {name: a, role: data}\n- {name: a, role: caller}\n", "utf-8")
    with pytest.raises(SettingsError, match="twice"):
        load_users(str(path))


def test_a_variable_may_hold_the_file_itself() -> None:
    text = "users: [{name: ana@example.com, role: caller, provinces: [8]}]"
    settings = Settings(dashboard_users_text=text)
    ana = User(name="ana@example.com", role="caller", provinces=[8])
    assert configured_users(settings) == {"ana@example.com": ana}
    assert text not in repr(settings)


def test_a_fault_of_that_text_names_the_variable_and_the_line() -> None:
    settings = Settings(dashboard_users_text="users:\n- {name: ana, role: boss}")
    with pytest.raises(SettingsError, match=r"^SPANISHGAS_DASHBOARD_USERS_TEXT, line 2.*boss"):
        configured_users(settings)


@pytest.mark.parametrize(
    "given",
    [
        {"SPANISHGAS_DASHBOARD_USERS": "users.yaml", "SPANISHGAS_DASHBOARD_USERS_TEXT": "users:"},
        {
            "SPANISHGAS_DASHBOARD_USERS": "users.yaml",
            "SPANISHGAS_DASHBOARD_OIDC": "auth.toml",
            "SPANISHGAS_DASHBOARD_IDENTITY_HEADER": "x-amzn-oidc-data",
        },
    ],
    ids=["two files", "two ways in"],
)
def test_one_of_two_settings_for_the_same_thing_is_enough(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="set one of the two"):
        Settings.from_environment(given)


def test_a_load_balancers_word_needs_users() -> None:
    with pytest.raises(SettingsError, match=r"_IDENTITY_HEADER needs SPANISHGAS_DASHBOARD_USERS"):
        Settings.from_environment({"SPANISHGAS_DASHBOARD_IDENTITY_HEADER": "x-amzn-oidc-data"})


def token(claims: object, padding: str = "=") -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"e30.{payload.rstrip('=') + padding * (-len(payload.rstrip('=')) % 4)}.c2ln"


def test_the_token_of_a_load_balancer_names_a_mail_address() -> None:
    claims = {"sub": "1", "email": "ana@example.com"}
    assert mail_address(token(claims)) == "ana@example.com"
    assert mail_address(token(claims, padding="")) == "ana@example.com"


@pytest.mark.parametrize("given", ["", "a.b", "a.%%%.c", token([]), token({"sub": "1"})])
def test_another_text_names_nobody(given: str) -> None:
    assert mail_address(given) == ""


@pytest.fixture
def users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "users.yaml"
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_USERS", str(path))
    return path


def test_the_command_adds_a_user_with_a_password_from_a_pipe(
    users_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert main(["users", "add", "ana", "--role", "caller", "--provinces", "8,28"]) == 0
    assert is_password(load_users(str(users_file))["ana"], "correct horse")
    assert main(["users", "list"]) == 0
    assert "ana  caller  provinces 8, 28" in capsys.readouterr().out


def test_a_short_password_is_refused(
    users_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["users", "add", "ana", "--role", "caller"]) == 1
    assert "at least 8 characters" in capsys.readouterr().err
    assert not users_file.exists()


def test_without_a_file_the_command_says_which_setting_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SPANISHGAS_DASHBOARD_USERS", raising=False)
    assert main(["users", "list"]) == 1
    assert "SPANISHGAS_DASHBOARD_USERS" in capsys.readouterr().err
