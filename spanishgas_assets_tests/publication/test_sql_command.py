"""``spanishgas sql`` answers from publications alone, in a folder and in S3."""

from pathlib import Path

import duckdb
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.storage.store import Store
from spanishgas_assets_tests.publication.conftest import SNAPSHOT, publish_offers

SUM = "select count(*) n, sum(offer_budget_eur_month) eur from retention.recommendations"


def csv_of(tmp_path: Path, query: str, *options: str) -> list[str]:
    path = tmp_path / "new" / "answer.csv"
    assert main(["sql", query, "--csv", str(path), *options]) == 0
    return path.read_text(encoding="utf-8").splitlines()


def test_an_answer_is_a_table_with_the_publication_below_it(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", SUM]) == 0
    said = capsys.readouterr().out
    assert "│     2 │    2.5 │" in said
    assert said.rstrip().endswith("publication 1 of 2025-01-06")


def test_the_options_choose_the_publication(store: Store, tmp_path: Path) -> None:
    publish_offers(store, SNAPSHOT, 7.0)
    publish_offers(store, "2025-01-13", 9.0)
    assert csv_of(tmp_path, SUM) == ["n,eur", "1,9.0"]
    assert csv_of(tmp_path, SUM, "--snapshot", SNAPSHOT) == ["n,eur", "1,7.0"]
    assert csv_of(tmp_path, SUM, "--as-of", "2025-01-12") == ["n,eur", "1,7.0"]
    assert csv_of(tmp_path, SUM, "--number", "1") == ["n,eur", "2,2.5"]


def test_tables_join_and_lists_are_lists(store: Store, tmp_path: Path) -> None:
    joined = (
        "select customer_id, reasons[2] reason, n from retention.scored_customers "
        "join (select customer_id, count(month) as n from BRONZE.Customer_Month group by all) "
        "using (customer_id)"
    )
    assert csv_of(tmp_path, joined) == ["customer_id,reason,n", "C00001,it's dear,12"]


def test_a_query_about_the_tables_sees_all_with_meaning_and_unit(
    store: Store, tmp_path: Path
) -> None:
    listed = (
        "select schema_name || '.' || view_name from duckdb_views() where not internal order by 1"
    )
    assert csv_of(tmp_path, listed)[1:] == [
        "bronze.customer_month",
        "retention.recommendations",
        "retention.scored_customers",
    ]
    (_, meaning) = csv_of(
        tmp_path,
        "select comment from duckdb_columns() where table_name = 'recommendations' "
        "and column_name = 'offer_budget_eur_month'",
    )
    assert "Unit: EUR/month." in meaning


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select * from retention.recomendations", 'Did you mean "recommendations"?'),
        ("select * from recommendations", 'Did you mean "retention.recommendations"?'),
        ("select offer from retention.recommendations", 'Referenced column "offer" not found'),
        ("selec 1", 'syntax error at or near "selec"'),
        ("select cast(customer_id as int) from retention.recommendations", "Could not convert"),
        ("from 'https://example.org/a.parquet'", "requires the extension httpfs"),
        ("-- nothing", "the query has no answer"),
    ],
)
def test_a_query_that_cannot_run_is_a_sentence(
    store: Store, query: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", query]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error  ")
    assert message in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["select 1", "--csv", "FILE/answer.csv"], "its folder cannot be made"),
        (["--export", "FILE/views.duckdb"], "its folder cannot be made"),
        (["--export", "views.duckdb", "--csv", "answer.csv"], "--export writes one file alone"),
        (["select 1", "--as-of", "yesterday"], "as_of='yesterday': must be a date"),
    ],
)
def test_an_option_that_cannot_be_meant_is_a_sentence(
    options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("a file, not a folder", encoding="utf-8")
    given = [one.replace("FILE", str(tmp_path / "file")) for one in options]
    assert main(["sql", *given]) == 1
    assert message in capsys.readouterr().err


def test_a_damaged_table_is_named_and_the_others_are_answered(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (version,) = open_publication().versions("retention/recommendations")
    store.write(version.key, store.read(version.key)[:-9] + b"x" + store.read(version.key)[-8:])
    assert csv_of(tmp_path, "select count(*) n from bronze.customer_month") == ["n", "12"]
    assert main(["sql", SUM]) == 1
    said = capsys.readouterr().err
    assert f"damaged or missing: {store.url(version.key)}" in said
    assert "spanishgas run" in said


def test_an_export_has_every_table_and_replaces_only_what_it_wrote(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In S3 the tables are copies, since a view could not read them."""
    path = tmp_path / "new" / "views.duckdb"
    kind = "table" if store.root.startswith("s3://") else "view"
    assert main(["sql", "--export", str(path)]) == 0
    assert f"3 {kind}s of publication 1 of 2025-01-06" in capsys.readouterr().out.replace("\n", " ")
    with duckdb.connect(str(path)) as mine:
        mine.execute("create table notes as select 'keep' as note")
    publish_offers(store, "2025-01-13", 9.0)
    assert main(["sql", "--export", str(path)]) == 0
    with duckdb.connect(str(path), read_only=True) as exported:
        assert exported.sql(SUM).fetchall() == [(1, 9.0)]
        assert exported.sql("from notes").fetchall() == [("keep",)]
        kinds = exported.sql(
            "select table_type from information_schema.tables "
            "where table_schema not in ('main', 'publication')"
        )
        assert set(kinds.fetchall()) == {("BASE TABLE" if kind == "table" else "VIEW",)}
        ((comment,),) = exported.sql(
            f"select comment from duckdb_{kind}s() where {kind}_name = 'recommendations'"
        ).fetchall()
    assert "Grain: one row per customer_id" in comment
    assert comment.endswith("publication 2 of 2025-01-13")


def test_an_export_says_which_publication_it_holds_also_when_that_is_gone(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "views.duckdb"
    assert main(["sql", "--export", str(path)]) == 0
    publication = open_publication()
    store.delete([version.key for version in publication.manifest.content.versions()])
    with duckdb.connect(str(path), read_only=True) as exported:
        if store.root.startswith("s3://"):
            assert exported.sql(SUM).fetchall() == [(2, 2.5)]
        else:
            with pytest.raises(duckdb.IOException):
                exported.sql(SUM).fetchall()
        ((number, snapshot, model, note),) = exported.sql("from publication.exported").fetchall()
    assert (number, snapshot, model) == (1, SNAPSHOT, "model-1")
    assert ("customer data" if store.root.startswith("s3://") else "then export again") in note


def test_an_export_over_another_file_is_refused(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 200, encoding="utf-8")
    assert main(["sql", "--export", str(path)]) == 1
    assert "not a valid DuckDB database file" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8").startswith("Dear Sir")


def test_a_store_whose_path_has_signs_of_a_pattern_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spanishgas_assets.storage.store import open_store

    root = tmp_path / "env=prod" / "it's [a] *store?"
    monkeypatch.setenv("SPANISHGAS_STORE", str(root))
    publish_offers(open_store(str(root)), SNAPSHOT, 2.5)
    assert csv_of(tmp_path, "from retention.recommendations") == [
        "customer_id,offer_budget_eur_month",
        "C00001,2.5",
    ]
