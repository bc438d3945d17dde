"""One trained model, shared by the tests that look at it."""

import pytest

from spanishgas_assets.churn.training import train
from spanishgas_assets.storage.store import open_store

from .retailer import SNAPSHOT, gold, rows


@pytest.fixture(scope="session")
def gold_master():
    return gold()


@pytest.fixture(scope="session")
def training_rows():
    return rows()


@pytest.fixture(scope="session")
def model(training_rows):
    return train(training_rows, "E5", snapshot=SNAPSHOT, label_date=SNAPSHOT, resamples=200)


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path))
