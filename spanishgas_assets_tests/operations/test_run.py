"""A snapshot from raw drops to recommendations, as a user runs it."""

import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.cli import main
from spanishgas_assets.config_assets import CONFIG_ASSETS
from spanishgas_assets.definitions import build_definitions
from spanishgas_assets.operations.runs import instance as instances
from spanishgas_assets.operations.runs.instance import open_instance
from spanishgas_assets.operations.staleness import stale_assets, stale_months
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.run_figures import run_figures
from spanishgas_assets.raw.assets import report_versions
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.unfinished_checks import unfinished_checks
from spanishgas_assets_tests.operations.conftest import CUSTOMERS, SNAPSHOT, Ran, set_environment
from spanishgas_assets_tests.stored import object_of, rows_of

MONTHS = trailing_year_keys(date.fromisoformat(SNAPSHOT))


def files(store: Path) -> dict[str, bytes]:
    return {
        path.relative_to(store).as_posix(): path.read_bytes()
        for path in store.rglob("*")
        if path.is_file() and ".dagster" not in path.parts
    }


def stale(store: Path) -> tuple[list[str], list[str]]:
    """What a run would make, after it has looked at the raw drops."""
    settings = Settings.from_environment()
    instance = open_instance(settings)
    definitions = build_definitions(settings)
    report_versions(instance, settings, MONTHS, SNAPSHOT)
    opened = open_store(str(store))
    months = stale_months(instance, definitions, opened, TABLES, MONTHS)
    assets = stale_assets(instance, definitions, opened, TABLES, "train_snapshot", SNAPSHOT)
    return months, [key.to_user_string() for key in assets]


def test_every_table_of_the_snapshot_is_stored(trained: Ran) -> None:
    for table in (table for table in TABLES if table.layer != "experiments"):
        for partition in MONTHS if table.cadence == "month" else [SNAPSHOT]:
            assert object_of(trained.store, f"{table.title}/{partition}").exists()


def test_every_customer_has_one_recommendation_with_a_reason(trained: Ran) -> None:
    rows = rows_of(trained.store, f"retention/recommendations/{SNAPSHOT}")
    assert rows.height == CUSTOMERS
    assert rows["customer_id"].n_unique() == CUSTOMERS
    assert rows["reasons"].str.len_chars().min() > 0


def test_nobody_is_scored_by_a_booster_that_learned_from_them(trained: Ran) -> None:
    scored = rows_of(trained.store, f"retention/scored_customers/{SNAPSHOT}")
    sources = dict(scored["score_source"].value_counts().iter_rows())
    assert sources["out_of_fold"] > 3 * sources["model"]
    assert sum(sources.values()) == CUSTOMERS


def test_readings_are_conserved_from_file_to_bronze(trained: Ran) -> None:
    months = pl.read_parquet(trained.store / "bronze/consumption_month/*/*.parquet")
    assert months["hours_seen"].sum() == CUSTOMERS * 8784


def test_the_label_is_nowhere_in_silver_or_gold(trained: Ran) -> None:
    for layer in ("silver", "gold"):
        for path in (trained.store / layer).rglob("*.parquet"):
            assert "churn" not in pl.read_parquet_schema(path)


def test_the_manifest_lists_what_readers_may_follow(trained: Ran) -> None:
    published = open_publication(str(trained.store))
    assert (published.snapshot, published.number) == (SNAPSHOT, 1)
    assert published.table("retention/recommendations").collect().height == CUSTOMERS
    assert published.model_version.startswith(SNAPSHOT)
    content = published.manifest.content
    assert len(content.tables["bronze/customer_month"]) == 12
    assert set(content.files) == {
        "monitoring/report.html", "monitoring/report.json", "retention/call_list.csv",
        "retention/management_page.html",
    }  # fmt: skip
    assert set(content.raw) >= {"raw/consumption_hourly", "raw/customer_contracts"}
    assert set(content.settings) == {spec.key.to_user_string() for spec in CONFIG_ASSETS}
    assert content.model["registry_event"] == 1
    assert dict(published.manifest.by)["job"] == "train_snapshot"


def test_no_temporary_file_is_left(trained: Ran) -> None:
    assert not [path for path in trained.store.rglob("*.tmp") if ".dagster" not in path.parts]


def test_a_second_run_has_nothing_to_do(trained: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(trained.store)
    assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 0
    assert "Everything is up to date" in capsys.readouterr().out
    assert files(trained.store) == before


def test_show_prints_the_summary_again(trained: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--snapshot", SNAPSHOT]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for wanted in (
        f"{CUSTOMERS * 8784:,}",
        "passed, 0 failed",
        "PR-AUC",
        "floor 0.45",
        "Critical",
        "EUR a month",
        "offer",
        "make ui",
    ):
        assert wanted in said


def test_show_says_what_is_to_be_offered_and_why_the_riskiest_get_none(
    trained: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    decided = rows_of(trained.store, f"retention/recommendations/{SNAPSHOT}")
    offers = decided.filter(pl.col("action") != "no_offer")["channel"].value_counts()
    for channel, count in offers.iter_rows():
        assert f"{count:,} by {channel}" in said
    critical = decided.filter(pl.col("risk_tier") == "Critical")
    none = critical["block_reason"].drop_nulls()
    assert f"{none.len()} of {critical.height} Critical get none: " in said
    assert f"{none.eq('negative_margin').sum()} negative margin" in said


def test_an_empty_list_of_a_channel_says_where_the_offers_are(
    trained: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calls", "--channel", "letter", "--out", str(tmp_path / "calls.csv")]) == 0
    assert "No offer is to be made by letter: --channel all" in capsys.readouterr().out


def test_a_copied_store_shows_the_last_snapshot_without_the_runs(
    trained: Ran,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["show", "--snapshot", SNAPSHOT]) == 0
    shown = capsys.readouterr().out
    shutil.copytree(trained.store, tmp_path / "copy", ignore=shutil.ignore_patterns(".dagster"))
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "copy"))
    monkeypatch.setattr(instances, "open_instance", None)
    assert main(["show"]) == 0
    assert capsys.readouterr().out == shown


def test_what_is_not_published_is_shown_of_a_snapshot_that_is_said(
    trained: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "--unpublished"]) == 1
    assert "with --snapshot DATE" in capsys.readouterr().err


def test_the_figures_of_a_publication_are_those_of_the_instance(trained: Ran) -> None:
    with open_instance(Settings.from_environment()) as runs:
        publication = open_publication(str(trained.store))
        counted = run_figures(runs, SNAPSHOT, publication.partitions())
    figures = publication.manifest.figures
    for name in ("readings", "rows", "checks_passed", "failed_checks", "customers_as_of"):
        assert figures[name] == counted[name], name
    assert figures["readings"] == CUSTOMERS * 8784


def test_the_runs_and_their_checks_are_in_the_instance(trained: Ran) -> None:
    instance = open_instance(Settings.from_environment())
    runs = {run.job_name for run in instance.get_runs()}
    assert runs == {"ingest_months", "train_snapshot"}
    found = instance.fetch_materializations(
        dg.AssetRecordsFilter(
            asset_key=dg.AssetKey(["churn", "churn_model"]), asset_partitions=[SNAPSHOT]
        ),
        limit=1,
    ).records[0]
    assert found.asset_materialization
    assert "data:image/svg+xml" in str(found.asset_materialization.metadata["calibration"].value)


def test_the_same_raw_content_makes_the_same_bytes(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, trained.raw, tmp_path / "again")
    assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 0
    first, second = files(trained.store), files(tmp_path / "again")
    others = {name for name in {*first, *second} if first.get(name) != second.get(name)}
    # It holds the time and the run.
    assert others == {"publication/manifests/000001.json"}


def test_a_changed_customer_file_touches_no_month(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, store = tmp_path / "raw", tmp_path / "store"
    shutil.copytree(trained.raw, raw)
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, raw, store)
    contracts = raw / "customer_contracts.csv"
    contracts.write_text(contracts.read_text().replace("2025-03-", "2025-04-"))
    months, assets = stale(store)
    assert months == []
    assert "bronze/customer" in assets
    assert "gold/gold_master" in assets
    assert "bronze/interactions" not in assets


def test_a_deleted_partition_is_made_again(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, trained.raw, store)
    object_of(store, "bronze/price_month/2024-05-01").unlink()
    assert stale(store)[0] == ["2024-05-01"]


def test_a_table_whose_check_was_lost_is_made_checked_and_published_again(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, trained.raw, store)
    definitions = build_definitions(Settings.from_environment())
    graph = definitions.resolve_asset_graph()

    def materialize(*path: str) -> dg.ExecuteInProcessResult:
        """Make an asset as a run does that is killed before it comes to the separate checks."""
        asset = graph.get(dg.AssetKey(path)).assets_def
        job = definitions.resolve_job_def("score_snapshot").get_subset(
            asset_selection=set(asset.keys), asset_check_selection=set(asset.check_keys)
        )
        return job.execute_in_process(
            instance=open_instance(Settings.from_environment()),
            partition_key=SNAPSHOT,
            raise_on_error=False,
        )

    materialize("monitoring", "drift_report")
    (refused,) = materialize("publication", "manifest").get_step_failure_events()
    failure = refused.step_failure_data.user_failure_data
    assert failure
    assert "monitoring/drift_report: drift. Materialize" in (failure.description or "")
    months, assets = stale(store)
    assert months == []
    assert set(assets) == {
        "monitoring/drift_report",
        "monitoring/report",
        "monitoring/check_summary",
        "publication/manifest",
    }
    assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 0
    instance = open_instance(Settings.from_environment())
    assert unfinished_checks(instance, graph, graph.materializable_asset_keys, SNAPSHOT) == {}


def test_a_refused_model_scores_nobody_and_says_why(
    environment: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPANISHGAS_PR_AUC_FLOOR", "0.99")
    assert main(["run", "--snapshot", SNAPSHOT, "--train"]) == 3
    said = capsys.readouterr().err
    assert "FAIL  floor" in said
    assert "0.990" in said
    assert object_of(environment.store, f"gold/gold_master/{SNAPSHOT}").exists()
    assert not (environment.store / "retention/scored_customers").exists()
    assert not (environment.store / "churn/promotions").exists()


def test_a_refused_model_leaves_the_standing_champion_to_score(
    trained: Ran,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = tmp_path / "store"
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, trained.raw, store)
    monkeypatch.setenv("SPANISHGAS_PR_AUC_FLOOR", "0.99")
    before = files(store / "churn/promotions")
    later = "2025-01-13"
    assert main(["run", "--snapshot", later, "--train"]) == 0
    assert f"the champion of {SNAPSHOT}" in " ".join(capsys.readouterr().out.split())
    assert files(store / "churn/promotions") == before
    scored = rows_of(store, f"retention/scored_customers/{later}")
    assert scored["model_version"].str.starts_with(SNAPSHOT).all()


def test_scoring_without_any_champion_says_what_to_do(
    environment: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--snapshot", SNAPSHOT]) == 1
    assert "train one (spanishgas run --train)" in capsys.readouterr().err


def test_a_later_snapshot_is_scored_by_the_champion_without_training(
    trained: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    shutil.copytree(trained.store, store)
    set_environment(monkeypatch, trained.raw, store)
    assert main(["run", "--snapshot", "2025-01-13"]) == 0
    assert not (store / "churn/training_set/2025-01-13").exists()
    drift = rows_of(store, "monitoring/drift_report/2025-01-13")
    assert not drift["drifted"].any()


@pytest.mark.parametrize("date_asked", ["2025-01-07", "2024-12-30", "someday"])
def test_a_date_that_is_no_snapshot_is_refused(
    environment: Ran, capsys: pytest.CaptureFixture[str], date_asked: str
) -> None:
    assert main(["run", "--snapshot", date_asked]) == 1
    assert "snapshots are the Mondays from 2025-01-06" in capsys.readouterr().err


def test_show_before_any_run_says_what_to_run(
    environment: Ran, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "--snapshot", SNAPSHOT]) == 1
    assert f"spanishgas run --snapshot {SNAPSHOT} --train" in capsys.readouterr().err


def test_a_missing_raw_file_stops_before_anything_is_stored(
    environment: Ran,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(environment.raw, raw)
    (raw / "customer_contracts.csv").unlink()
    set_environment(monkeypatch, raw, environment.store)
    assert main(["run", "--snapshot", SNAPSHOT]) == 1
    said = capsys.readouterr().err
    assert "customer_contracts.csv: not found" in said
    assert "Traceback" not in said
    assert files(environment.store) == {}
