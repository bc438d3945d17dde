"""A publication that is shown again brings its model back."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import RegistryError, StoreError
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.rollback import roll_back
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets_tests.stored import publish_tables

from .retailer import altered

SNAPSHOT = "2025-01-06"
DAY = date.fromisoformat(SNAPSHOT)
ASKED = {"by": "ana", "why": "wrong", "at": "2025-01-07T08:00:00+00:00"}


def scored(model):
    return pl.DataFrame({"customer_id": ["C0"], "model_version": [model]})


@pytest.fixture(scope="module")
def accepted(model, training_rows):
    return judge(model, None, training_rows, resamples=20)


@pytest.fixture
def two(model, store, accepted):
    """Two publications of one snapshot, each with a model that the gate accepted."""
    versions = [model.save(store), altered(model, seed=7).save(store)]
    for version in versions:
        Registry(store).promote(version, DAY, replace(accepted, version=version))
        publish_tables(store, SNAPSHOT, (SCORED_CUSTOMERS, scored(version)), model=version)
    return versions


def test_the_model_of_the_publication_serves_again_and_the_other_no_more(store, two):
    first, second = two
    assert roll_back(store, 1, **ASKED).number == 3
    published = open_publication(store.root)
    assert published.model_version == first
    table = published.table(SCORED_CUSTOMERS.title).collect()
    assert table["model_version"].to_list() == [first]
    assert Registry(store).champion(DAY).version == first
    assert Registry(store).status(second) == "rejected"


def test_a_model_that_the_gate_refused_does_not_serve_again(store, two, accepted):
    refused = replace(accepted, version=two[0], accepted=False)
    Registry(store).record(DAY, refused, two[0])
    with pytest.raises(RegistryError, match="the gate refused it"):
        roll_back(store, 1, **ASKED)
    assert open_publication(store.root).number == 2


def test_a_damaged_publication_is_not_shown_again(store, two):
    version = open_publication(store.root, number=1).manifest.content.versions()[0]
    store.delete([version.key])
    with pytest.raises(StoreError, match=f"publication 1 cannot be shown again: {version.key}"):
        roll_back(store, 1, **ASKED)
    assert Registry(store).champion(DAY).version == two[1]
