"""The page *Model*, on a small model: curves with their bands, the ablation where one is stored."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from streamlit import config

from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.churn.tables import ABLATION
from spanishgas_assets.dashboard.model_figures import ablation, curve, model_of
from spanishgas_assets.dashboard.page_texts import Words
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import write_table
from spanishgas_assets_tests.churn.retailer import rows
from spanishgas_assets_tests.dashboard.conftest import SNAPSHOT, tables_of
from spanishgas_assets_tests.dashboard.test_pages import opened, said
from spanishgas_assets_tests.stored import publish_tables

SPANISH = Words("es")
#: Two steps of an ablation; the figures of the second are what the page has to show.
STEP = {"order": 0, "experiment": "E0", "model": "xgboost", "features": 4, "pr_auc": 0.5}
STEPS = [STEP, STEP | {"order": 1, "experiment": "E5", "features": 40, "pr_auc": 0.7}]


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(booster, "TREES", 20)
        return train(
            rows(600), "E5", snapshot=SNAPSHOT, label_date=SNAPSHOT, resamples=5, repeats=1
        )


@pytest.fixture(scope="module")
def store_with_model(model: ChurnModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "store"
    store = open_store(str(folder))
    publish_tables(store, SNAPSHOT, *tables_of(), model=model.save(store))
    return folder


@pytest.fixture
def store(store_with_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    config.set_option("server.address", "127.0.0.1")
    shutil.copytree(store_with_model, tmp_path / "store")
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("SPANISHGAS_DASHBOARD_HELD", str(tmp_path / "held"))
    return open_store(str(tmp_path / "store"))


def with_ablation(store: Store, snapshot: str) -> None:
    figures = {name: 0.1 for name, one in ABLATION.columns.items() if one.dtype == "Float64"}
    steps = pl.DataFrame([figures | step for step in STEPS])
    write_table(store, f"{ABLATION.title}/{snapshot}", steps)


def test_curves_go_from_nobody_to_everybody_within_their_bands(frames: PublishedFrames) -> None:
    gains = curve(frames, "gains")
    assert gains.select("x", "y").row(0) == (0.0, 0.0)
    assert gains.select("x", "y").row(-1) == (1.0, 1.0)
    for name in ("gains", "precision_recall", "calibration"):
        points = curve(frames, name)
        assert points.filter(pl.col("low") > pl.col("high")).is_empty(), name
        assert points.select(pl.all().is_between(0, 1).all()).row(0) == (True,) * 4, name


def test_the_calibration_counts_every_row_once(frames: PublishedFrames) -> None:
    tenths = curve(frames, "calibration")
    churn = model_of(frames).membership["churn"]
    assert tenths["y"].mean() == pytest.approx(churn.mean())


def test_the_page_draws_the_curves_and_asks_for_an_ablation(store: Store) -> None:
    at = opened("model")
    assert [one.value for one in (*at.exception, *at.error)] == []
    assert SPANISH("model.precision_recall") in said(at)
    assert SPANISH("model.no_ablation") in said(at)


def test_the_page_shows_the_last_ablation_of_its_time(store: Store) -> None:
    with_ablation(store, SNAPSHOT)
    with_ablation(store, "2025-01-13")
    at = opened("model")
    assert SPANISH("model.ablation_of", snapshot=SNAPSHOT) in said(at)
    (shown,) = [one.value for one in at.dataframe if "experiment" in one.value]
    assert shown["pr_auc"].tolist() == [0.5, 0.7]


def test_without_an_ablation_there_is_none(frames: PublishedFrames) -> None:
    assert ablation(frames) is None


def test_a_damaged_model_is_a_sentence(store: Store) -> None:
    (part,) = Path(store.root).glob("churn/models/*/membership.parquet")
    part.write_bytes(b"damaged")
    at = opened("model")
    assert not at.exception
    assert "membership.parquet is not the one that was written" in at.error[0].value


@pytest.fixture
def frames(store: Store) -> PublishedFrames:
    return PublishedFrames(open_publication(store.root))
