"""Who may sign in: the file, its passwords, and the command that writes it."""

import io
from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.dashboard.users import User, hashed, is_password, load_users, save_user
from spanishgas_assets.errors import SettingsError

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
