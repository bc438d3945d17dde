"""One trained model, shared by the tests that look at it."""

import pytest

from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.storage.store import open_store

from .retailer import SNAPSHOT, gold, rows


@pytest.fixture(scope="session", autouse=True)
def fewer_trees():
    """What is tested does not hang on the number of trees; the time it takes does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(booster, "TREES", 200)
        yield


@pytest.fixture(scope="session")
def gold_master():
    return gold()


@pytest.fixture(scope="session")
def training_rows():
    return rows()


@pytest.fixture(scope="session")
def model(training_rows):
    return train(
        training_rows, "E5", snapshot=SNAPSHOT, label_date=SNAPSHOT, resamples=200, repeats=1
    )


@pytest.fixture
def store(store_url):
    return open_store(store_url)
