"""Every page for every role, drawn without a browser: what it says, and what it refuses."""

import json
import time
from base64 import b64encode
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from streamlit import config
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from spanishgas_assets.dashboard.access_log import access_entries
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.screens.page_context import now
from spanishgas_assets.dashboard.screens.shell import PAGES
from spanishgas_assets.dashboard.users import ROLES, User, save_user
from spanishgas_assets.publication.stopped_runs import StoppedRun, keep_stop
from spanishgas_assets.retention.recorded_outcomes import OutcomeJournal
from spanishgas_assets.storage.store import Store

APP = Path(__file__).parents[2] / "spanishgas_assets" / "dashboard" / "app.py"
SPANISH = Words("es")
PASSWORD = "correct horse"
#: One cheap hash for all users: hashing is slow on purpose.
HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)

#: Pages whose figures come from a model that this small store does not have.
OF_A_MODEL = {"model"}


@pytest.fixture(autouse=True)
def this_machine() -> None:
    config.set_option("server.address", "127.0.0.1")


@pytest.fixture
def users_file(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One user for each role, who is called like it; the caller's province is Barcelona."""
    path = tmp_path / "users.yaml"
    for role in ROLES:
        own = [8] if role == "caller" else []
        save_user(str(path), User(name=role, role=role, password=HASH, provinces=own))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_USERS", str(path))
    return path


def opened(page: str | None = None, *, name: str | None = None) -> AppTest:
    """The app as a browser would see it: signed in, on a page."""
    at = AppTest.from_file(str(APP), default_timeout=30).run()
    if name is not None:
        sign_in(at, name, PASSWORD)
    if page is not None:
        at.session_state["go_to"] = page
        at.run()
    return at


def sign_in(at: AppTest, name: str, password: str) -> None:
    at.text_input[0].set_value(name)
    at.text_input[1].set_value(password)
    at.button[0].click().run()


def said(at: AppTest) -> str:
    """All that a page says outside of tables and charts."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.text)
    boxes = (at.info, at.warning, at.success, at.error)
    html = [element.proto.body for element in at.get("html")]
    return "\n".join([*(one.value for kind in (*kinds, *boxes) for one in kind), *html])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_pages_and_each_is_drawn(users_file: Path, role: str) -> None:
    at = opened(name=role)
    for page in (name for name, _, roles in PAGES if role in roles and name not in OF_A_MODEL):
        at.session_state["go_to"] = page
        at.run()
        assert [one.value for one in (*at.exception, *at.error)] == [], page
        assert at.title[0].value == SPANISH(f"pages.{page}")


def test_callers_see_two_pages_and_management_no_customer() -> None:
    seen = {role: [name for name, _, roles in PAGES if role in roles] for role in ROLES}
    assert seen["caller"] == ["call_list", "customer"]
    assert seen["management"] == ["this_week", "why_no_offer"]
    assert seen["data"] == [name for name, _, _ in PAGES]


def test_the_strip_says_how_fresh_and_sound_the_data_are(store: Store) -> None:
    strip = said(opened())
    for part in ("06/01/2025", "13/01/2025", "model-1", "las 1 comprobaciones, superadas"):
        assert part in strip


def test_the_language_changes_every_text(store: Store) -> None:
    at = opened()
    at.session_state["language"] = "en"
    at.run()
    assert at.title[0].value == "This week"
    assert "Money at risk" in said(at)


def test_an_empty_store_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "nothing"))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_HELD", str(tmp_path / "held"))
    at = opened()
    assert "run a snapshot first" in at.error[0].value
    assert not at.exception


@pytest.mark.parametrize("damage", ["gone", "flipped"])
def test_a_damaged_table_is_a_sentence(store: Store, damage: str) -> None:
    (path,) = Path(store.root).glob("retention/recommendations/*/*.parquet")
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    at = opened("call_list")
    assert "Run the snapshot again" in at.error[0].value
    assert not at.exception


def test_other_machines_get_no_page_without_a_sign_in(store: Store) -> None:
    config.set_option("server.address", "0.0.0.0")
    at = opened()
    assert SPANISH("sign_in.not_local") in at.error[0].value
    assert not at.title


def test_a_wrong_password_lets_nobody_in(users_file: Path, store: Store) -> None:
    at = opened()
    sign_in(at, "manager", "guess")
    assert at.error[0].value == SPANISH("sign_in.refused")
    assert not at.sidebar.caption
    log = access_entries(store, now()[:10], 5)
    assert log["action"].to_list() == ["sign_in_refused"]


def test_guessing_is_slowed_down(users_file: Path) -> None:
    at = opened()
    for _ in range(6):
        sign_in(at, "data", "guess")
    assert at.error[0].value == SPANISH("sign_in.blocked")


def test_a_session_ends_when_nothing_is_clicked(users_file: Path) -> None:
    at = opened(name="manager")
    at.session_state["clicked_at"] = time.time() - 3601
    at.run()
    assert at.warning[0].value == SPANISH("sign_in.expired", minutes=60)
    assert at.title[0].value == SPANISH("sign_in.title")


def test_a_user_who_is_removed_has_no_session_any_more(users_file: Path) -> None:
    at = opened(name="manager")
    users_file.write_text("users: [{name: other, role: data}]\n", encoding="utf-8")
    at.run()
    assert at.title[0].value == SPANISH("sign_in.title")


def token_of(email: str) -> str:
    claims = b64encode(json.dumps({"email": email}).encode()).decode()
    return f"e30.{claims}.c2ln"


@pytest.fixture
def load_balancer(users_file: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The headers with which every page is asked for."""
    headers = {"x-amzn-oidc-data": token_of("manager")}
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: headers))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_IDENTITY_HEADER", "x-amzn-oidc-data")
    return headers


def test_whom_the_load_balancer_names_is_in_and_comes_back_with_a_click(
    load_balancer: dict[str, str], store: Store
) -> None:
    at = opened("access")
    assert "manager · responsable" in said(at)
    assert "signed_in" in access_entries(store, now()[:10], 9)["action"].to_list()
    next(one for one in at.button if one.label == SPANISH("sign_in.out")).click().run()
    assert at.title[0].value == SPANISH("sign_in.title")
    at.button[0].click().run()
    assert "manager · responsable" in said(at)


@pytest.mark.parametrize(
    ("email", "answer"),
    [("eve@example.com", SPANISH("sign_in.unknown", name="eve@example.com")),
     ("", SPANISH("sign_in.no_identity"))],
)  # fmt: skip
def test_whom_it_does_not_name_or_nobody_knows_stays_out(
    load_balancer: dict[str, str], email: str, answer: str
) -> None:
    load_balancer["x-amzn-oidc-data"] = token_of(email)
    at = opened()
    assert at.error[0].value == answer
    assert not at.title


def test_a_customer_is_explained_step_by_step(store: Store) -> None:
    at = opened("customer")
    at.session_state["asked"] = "c1"
    at.run()
    shown = said(at)
    assert "C1 · residencial · Barcelona" in shown
    assert "Renueva dentro de 40 días" in shown
    assert "Resolver la queja" in shown
    assert SPANISH("customer.steps.gain") in shown
    assert access_entries(store, now()[:10], 5)["about"].to_list() == ["C1"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("C99", SPANISH("customer.unknown", written="C99")),
        ("C5", SPANISH("customer.no_notes")),
        ("C3", SPANISH.block("holdout")),
        ("C5", SPANISH("customer.lowest")),
    ],
)
def test_what_is_not_there_is_a_sentence(store: Store, asked: str, answer: str) -> None:
    at = opened("customer")
    at.session_state["asked"] = asked
    at.run()
    assert answer in said(at)
    assert not at.exception


def test_a_caller_sees_no_customer_of_others(users_file: Path, store: Store) -> None:
    at = opened("customer", name="caller")
    at.session_state["asked"] = "C4"
    at.run()
    assert SPANISH("customer.not_yours", customer="C4") in said(at)
    assert "looked" not in access_entries(store, now()[:10], 5)["action"].to_list()


def record(at: AppTest, result: str, note: str = "") -> AppTest:
    at.radio(key="result-C1").set_value(result)
    at.text_input(key="note-C1").set_value(note)
    return at.button(key="record-C1").click().run()


def on_customer(name: str | None = None) -> AppTest:
    at = opened("customer", name=name)
    at.session_state["asked"] = "C1"
    return at.run()


def test_an_outcome_of_one_is_seen_by_another(users_file: Path, store: Store) -> None:
    caller, manager = on_customer("caller"), on_customer("manager")
    record(caller, "accepted")
    assert "caller · Acepta" in said(manager.run())
    (kept,) = OutcomeJournal(store).of_snapshot("2025-01-06")
    assert (kept.by, kept.result, kept.customer_id) == ("caller", "accepted", "C1")


def test_two_callers_at_once_lose_nothing(users_file: Path, store: Store) -> None:
    first, second = on_customer("caller"), on_customer("manager")
    record(first, "accepted")
    record(second, "refused")
    assert "caller registró «Acepta» para C1" in second.warning[-1].value
    record(second, "refused")
    results = [one.result for one in OutcomeJournal(store).of_snapshot("2025-01-06")]
    assert results == ["accepted", "refused"]


def test_a_note_keeps_no_personal_data(store: Store) -> None:
    at = record(on_customer(), "call_again", "Llamar al 612 345 678")
    assert "612" not in OutcomeJournal(store).of_snapshot("2025-01-06")[0].note
    assert at.info


def test_an_outcome_is_kept_while_the_store_is_away(store: Store) -> None:
    at, away = on_customer(), Path(f"{store.root}.away")
    Path(store.root).rename(away)
    record(at, "reached")
    assert SPANISH("record.kept", customer="C1", result="Contactado") in said(at)
    assert "local · Contactado" in said(at)
    away.rename(store.root)


def test_a_result_must_be_chosen(store: Store) -> None:
    at = on_customer()
    at.button(key="record-C1").click().run()
    assert at.warning[-1].value == SPANISH("record.missing")


def test_a_run_that_stopped_is_told(store: Store) -> None:
    at = "2025-01-13T06:10:00+00:00"
    keep_stop(store, StoppedRun("2025-01-13", "r1", at, ("customer_contracts.csv is empty",)))
    stopped = [one.value for one in opened("pipeline").dataframe if "since" in one.value]
    assert stopped[0].to_numpy().tolist() == [
        ["2025-01-13", "2025-01-13 06:10", "customer_contracts.csv is empty"]
    ]


def test_a_customers_offers_and_outcomes_are_in_the_timeline(store: Store) -> None:
    at = record(on_customer(), "accepted").run()
    shown = [one.value for one in at.dataframe if "what" in one.value]
    assert shown[0]["what"].tolist() == ["Acepta", SPANISH("customer.offered")]


def test_a_trial_is_worked_out_and_changes_nothing(store: Store) -> None:
    before = sorted(store.keys(""))
    at = opened("what_if")
    at.checkbox[0].check()
    at.number_input[0].set_value(1)
    at.button[-1].click().run()
    assert "clientes tendrían otra oferta" in said(at)
    assert sorted(store.keys("")) == before
