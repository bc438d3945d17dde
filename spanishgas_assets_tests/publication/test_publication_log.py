"""Publications: numbered, whole, and moved to by one of two publishers."""

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.publication_log import (
    LATEST,
    manifest_key,
    numbers,
    pointer_key,
    publish,
)
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import scan_tables, write_table
from spanishgas_assets_tests.stored import NOON, RUN, publish_tables

FIRST, SECOND = "2025-01-06", "2025-01-13"


def rows(*risks: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"customer_id": [f"C{n}" for n in range(len(risks))], "risk_score": list(risks)}
    )


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


def risks(store: Store, **which: object) -> list[float]:
    published = open_publication(store.root, **which)  # type: ignore[arg-type]
    return published.table(RECOMMENDATIONS.title).collect()["risk_score"].to_list()


def test_readers_see_the_publication_and_not_what_a_later_run_wrote(store: Store) -> None:
    publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    write_table(store, f"{RECOMMENDATIONS.title}/{FIRST}", rows(0.9))
    assert risks(store, snapshot=FIRST) == [0.1]
    assert scan_tables(store, [f"{RECOMMENDATIONS.title}/{FIRST}"]).collect().height == 1
    publish_tables(store, FIRST, RECOMMENDATIONS)
    assert risks(store, snapshot=FIRST) == [0.9]
    assert risks(store, number=1) == [0.1]
    assert publication_log.read_manifest(store, 2).supersedes == 1


def test_the_same_content_is_not_published_twice(store: Store) -> None:
    first = publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    assert publish_tables(store, FIRST, RECOMMENDATIONS) == first
    assert numbers(store) == [1]


def test_an_older_snapshot_made_again_does_not_become_the_latest(store: Store) -> None:
    for snapshot, risk in ((FIRST, 0.1), (SECOND, 0.2), (FIRST, 0.3)):
        publish_tables(store, snapshot, (RECOMMENDATIONS, rows(risk)))
    assert risks(store) == [0.2]
    assert risks(store, as_of="2025-01-12") == [0.3]
    assert publication_log.published_snapshots(store) == [FIRST, SECOND]


def test_of_two_publishers_one_wins_and_the_other_looks_again(store: Store) -> None:
    said: list[str] = []
    looks: list[Content] = []

    def assemble() -> Content:
        if not looks:
            publish_tables(store, FIRST, (SCORED_CUSTOMERS, rows(0.5)))
        looks.append(Content(FIRST, {}, model={"version": "m", "registry_event": None}))
        return looks[-1]

    manifest = publish(store, FIRST, assemble, published_at=NOON, by=RUN, say=said.append)
    assert said == [f"another publisher of {FIRST} was first: looking again"]
    assert len(looks) == 2
    current = publication_log.current(store, FIRST)
    assert current
    assert (current.number, manifest.number) == (3, 3)
    assert manifest.supersedes == 1
    assert numbers(store) == [1, 2, 3]


def test_content_that_another_replaced_meanwhile_is_published_again(store: Store) -> None:
    content = publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1))).content
    others = iter([0.2])

    def assemble() -> Content:
        for risk in others:
            publish_tables(store, FIRST, (RECOMMENDATIONS, rows(risk)))
        return content

    manifest = publish(store, FIRST, assemble, published_at=NOON, by=RUN, say=str)
    assert (manifest.number, manifest.supersedes) == (3, 2)
    assert risks(store, snapshot=FIRST) == [0.1]


def test_a_publisher_who_is_late_every_time_gives_up_in_words(store: Store) -> None:
    others = iter(range(100))

    def assemble() -> Content:
        publish_tables(store, FIRST, (SCORED_CUSTOMERS, rows(next(others))))
        return Content(FIRST, {}, model={"version": "m", "registry_event": None})

    with pytest.raises(StoreUnavailableError, match="published by others 5 times"):
        publish(store, FIRST, assemble, published_at=NOON, by=RUN, say=lambda _: None)


def test_a_copied_store_is_whole(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    copied = open_store(str(tmp_path_factory.mktemp("copied")))
    for key in store.keys(""):
        copied.write(key, store.read(key))
    assert risks(copied) == [0.1]


@pytest.mark.parametrize("key", [pointer_key(FIRST), manifest_key(1), LATEST])
@pytest.mark.parametrize("damage", ["gone", "empty", "half", "flipped", "another's"])
def test_damage_is_named_and_mended_by_publishing_again(
    store: Store, key: str, damage: str
) -> None:
    publish_tables(store, SECOND, (RECOMMENDATIONS, rows(0.2)))
    publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    key = key.replace("000001", "000002")
    data = store.read(key)
    other = {pointer_key(FIRST): pointer_key(SECOND), LATEST: pointer_key(SECOND)}.get(
        key, manifest_key(1)
    )
    harmed = {
        "empty": b"",
        "half": data[: len(data) // 2],
        "flipped": data.replace(b"2025", b"2026", 1),
        "another's": store.read(other),
    }
    if damage == "gone":
        store.delete([key])
    else:
        store.write(key, harmed[damage])
    assert not publication_log.is_published(store, FIRST)
    if not (damage == "gone" and key != manifest_key(2)):
        with pytest.raises(StoreError, match=r"damaged|there is no publication 2"):
            _ = publication_log.latest(store), publication_log.current(store, FIRST)
    publish_tables(store, FIRST, RECOMMENDATIONS)
    assert publication_log.is_published(store, FIRST)
    assert risks(store) == [0.2]
    assert risks(store, snapshot=FIRST) == [0.1]


def test_what_is_not_published_is_told(store: Store) -> None:
    with pytest.raises(StoreError, match="nothing is published in"):
        open_publication(store.root)
    publish_tables(store, SECOND, (RECOMMENDATIONS, rows(0.2)))
    with pytest.raises(StoreError, match="2025-01-06 is not published"):
        open_publication(store.root, snapshot=FIRST)
    with pytest.raises(StoreError, match="no snapshot on or before 2025-01-06"):
        open_publication(store.root, as_of=FIRST)
    with pytest.raises(StoreError, match="there is no publication 9"):
        open_publication(store.root, number=9)
    with pytest.raises(StoreError, match="has no table 'gold/x'; it has retention/recommendations"):
        open_publication(store.root).table("gold/x")


def test_a_damaged_latest_pointer_is_made_anew_from_what_is_published(store: Store) -> None:
    for day in (FIRST, SECOND):
        publish_tables(store, day, (RECOMMENDATIONS, rows(0.1)))
    sound = store.read(LATEST)
    store.write(LATEST, sound[:-9])
    with pytest.raises(StoreError, match="run"):
        publication_log.published_snapshots(store)
    publication_log.mend_latest(store)
    assert store.read(LATEST) == sound


def test_a_snapshots_pointer_that_is_gone_is_named(store: Store) -> None:
    publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    store.delete([pointer_key(FIRST)])
    for which in ({}, {"snapshot": FIRST}, {"as_of": SECOND}):
        with pytest.raises(
            StoreError, match=rf"{pointer_key(FIRST)} is not in the store, but .*run"
        ):
            open_publication(store.root, **which)  # type: ignore[arg-type]
    assert not publication_log.is_published(store, FIRST)
    publish_tables(store, FIRST, RECOMMENDATIONS)
    assert risks(store) == [0.1]


def test_without_the_latest_pointer_the_snapshots_pointers_say_which_is_the_latest(
    store: Store,
) -> None:
    for snapshot, risk in ((FIRST, 0.1), (SECOND, 0.2)):
        publish_tables(store, snapshot, (RECOMMENDATIONS, rows(risk)))
    store.delete([LATEST])
    assert risks(store) == [0.2]
    assert not publication_log.is_published(store, SECOND)


def test_a_manifest_that_is_gone_is_named_by_its_place(store: Store) -> None:
    publish_tables(store, FIRST, (RECOMMENDATIONS, rows(0.1)))
    store.delete([manifest_key(1)])
    with pytest.raises(StoreError, match=rf"{manifest_key(1)} is not in the store\. Run the"):
        open_publication(store.root)


def test_the_list_shows_a_damaged_manifest_and_what_to_do(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE", store.root)
    monkeypatch.setenv("COLUMNS", "200")
    for risk in (0.1, 0.2):
        publish_tables(store, FIRST, (RECOMMENDATIONS, rows(risk)))
    store.write(manifest_key(1), b"{}")
    assert main(["publication", "list"]) == 0
    said = capsys.readouterr().out
    assert [line.split()[-1] for line in said.splitlines()[1:3]] == ["damaged", "current"]
    assert f"{manifest_key(1)} is damaged" in said
    assert "restore an earlier version of the object, or do without" in said
