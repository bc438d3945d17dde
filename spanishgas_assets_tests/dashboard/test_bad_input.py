"""What may go wrong under the pages: each is a sentence, and nothing that was entered is lost."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit import config

from spanishgas_assets.dashboard.drafts import Draft, Drafts
from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.screens.page_context import service
from spanishgas_assets.dashboard.users import User, save_user
from spanishgas_assets.retention.recorded_outcomes import OutcomeJournal
from spanishgas_assets.retention.tables import COUNTERFACTUALS
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.storage.store import Store
from spanishgas_assets_tests.dashboard.conftest import SNAPSHOT, tables_of
from spanishgas_assets_tests.dashboard.test_pages import (
    HASH,
    PASSWORD,
    on_customer,
    opened,
    record,
    said,
    sign_in,
)
from spanishgas_assets_tests.stored import publish_tables

SPANISH = Words("es")


@pytest.fixture(autouse=True)
def this_machine() -> None:
    config.set_option("server.address", "127.0.0.1")


@pytest.mark.parametrize(
    ("place", "content", "says"),
    [
        ("latest.json", b"", "latest.json is damaged: it is not JSON"),
        ("latest.json", b'{"snap', "latest.json is damaged: it is not JSON"),
        ("manifests/000001.json", b'{"number": 1', "000001.json is damaged: it is not JSON"),
        ("manifests/000001.json", None, "there is no publication 1"),
        ("current/2025-01-06.json", b"{}", "does not match its checksum"),
    ],
    ids=["empty", "cut", "manifest cut", "manifest gone", "pointer without a number"],
)
def test_a_store_that_is_half_written_is_a_sentence(
    store: Store, place: str, content: bytes | None, says: str
) -> None:
    file = Path(store.root) / "publication" / place
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    at = opened()
    assert not at.exception
    (error,) = at.error
    assert says in error.value
    assert "Run the snapshot again" in error.value


def test_a_publication_without_a_table_names_it(store: Store) -> None:
    tables = [one for one in tables_of() if one[0].title != COUNTERFACTUALS.title]
    publish_tables(store, SNAPSHOT, *tables)
    at = opened("customer")
    at.session_state["asked"] = "C1"
    at.run()
    assert not at.exception
    assert "has no table 'retention/counterfactuals'" in at.error[0].value


def test_a_customer_whom_not_every_table_has_is_a_sentence(store: Store) -> None:
    tables = [
        (table, rows.filter(rows["customer_id"] != "C1") if table.title == CUSTOMER.title else rows)
        for table, rows in tables_of()
    ]
    publish_tables(store, SNAPSHOT, *tables)
    at = opened("customer")
    at.session_state["asked"] = "C1"
    at.run()
    assert not at.exception
    assert "has the customer C1" in at.error[0].value


def test_a_damaged_outcome_is_a_sentence_on_the_list(store: Store) -> None:
    record(on_customer(), "accepted")
    (entry,) = Path(store.root).glob("dashboard/outcomes/*/C1/*.json")
    entry.write_bytes(b"{")
    service.clear()
    at = opened("call_list")
    assert not at.exception
    assert "000001.json" in at.error[0].value


@pytest.fixture
def caller(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_user(str(tmp_path / "users.yaml"), User(name="caller", role="caller", password=HASH))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_USERS", str(tmp_path / "users.yaml"))


def test_what_is_sent_after_the_session_is_kept_and_not_recorded(
    caller: None, store: Store
) -> None:
    at = on_customer("caller")
    at.session_state["clicked_at"] = time.time() - 3601
    record(at, "accepted", "Llamar al 612 345 678 por la tarde")
    assert at.warning[0].value == SPANISH("sign_in.expired", minutes=60)
    assert at.title[0].value == SPANISH("sign_in.title")
    assert OutcomeJournal(store).of_snapshot(SNAPSHOT) == []
    sign_in(at, "caller", PASSWORD)
    at.session_state["go_to"] = "call_list"
    assert SPANISH("calls.begun", customers="C1") in said(at.run())
    at.session_state["go_to"] = "customer"
    at.run()
    at.session_state["asked"] = "C1"
    assert SPANISH("record.restored") in said(at.run())
    at.button(key="record-C1").click().run()
    (kept,) = OutcomeJournal(store).of_snapshot(SNAPSHOT)
    assert (kept.result, kept.by) == ("accepted", "caller")
    assert kept.note.endswith("por la tarde")
    at.session_state["go_to"] = "call_list"
    assert "sin registrar" not in said(at.run())


def test_what_is_typed_survives_the_session_and_another_persons_sign_in(
    caller: None, store: Store, tmp_path: Path
) -> None:
    save_user(str(tmp_path / "users.yaml"), User(name="other", role="caller", password=HASH))
    at = on_customer("caller")
    at.session_state["clicked_at"] = time.time() - 3601
    at.text_input(key="note-C1").set_value("A medio escribir").run()
    sign_in(at, "other", PASSWORD)
    at.session_state["go_to"] = "customer"
    at.run()
    at.session_state["asked"] = "C1"
    assert at.run().text_input(key="note-C1").value == ""
    service.clear()  # the dashboard starts anew
    assert on_customer("caller").text_input(key="note-C1").value == "A medio escribir"


def test_a_draft_is_on_no_disk_with_personal_data_and_goes_after_a_week(tmp_path: Path) -> None:
    drafts = Drafts(HeldEntries(tmp_path / "drafts"))
    drafts.keep(Draft("ana", "C/1", None, "Su DNI es 12345678Z", "2025-01-07T09:30:00.000+00:00"))
    (file,) = (tmp_path / "drafts").iterdir()
    assert "12345678Z" not in file.read_text("utf-8")
    drafts.remove_old(datetime(2025, 1, 14, 9, 0, tzinfo=UTC))
    assert drafts.of("ana", "C/1") is not None
    drafts.remove_old(datetime(2025, 1, 14, 10, 0, tzinfo=UTC))
    assert drafts.of_person("ana") == []


def test_a_page_that_is_drawn_again_by_itself_keeps_no_session_alive(
    caller: None, store: Store
) -> None:
    at = on_customer("caller")
    at.session_state["clicked_at"] = clicked_at = time.time() - 3000
    at.session_state["by_itself"] = True
    at.run()
    assert at.session_state["clicked_at"] == clicked_at
    at.run()
    assert at.session_state["clicked_at"] > clicked_at


def test_an_outcome_of_a_minute_without_a_store_arrives(store: Store) -> None:
    at, away = on_customer(), Path(f"{store.root}.away")
    Path(store.root).rename(away)
    record(at, "reached")
    assert SPANISH("record.kept", customer="C1", result="Contactado") in said(at)
    away.rename(store.root)
    assert service(store.root, f"{Path(store.root).parent / 'held'}").records.send() == 1
    (kept,) = OutcomeJournal(store).of_snapshot(SNAPSHOT)
    assert (kept.customer_id, kept.result) == ("C1", "reached")


def test_a_users_file_with_a_fault_names_the_line(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users.yaml").write_text("users:\n- {name: ana, role: boss}\n", "utf-8")
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_USERS", str(tmp_path / "users.yaml"))
    at = opened()
    assert not at.exception
    assert "line 2" in at.error[0].value
