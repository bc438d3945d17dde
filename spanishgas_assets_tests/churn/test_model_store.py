"""Models pass between assets as a pointer to a version."""

import dagster as dg
import pytest

from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.model_store import BoosterStore, pointed_model
from spanishgas_assets.partitions import SNAPSHOTS

FIRST = "2025-01-06"


def materialize(store, made, *, partition=FIRST, reads_only=False):
    @dg.asset(key=["churn", "made"], partitions_def=SNAPSHOTS, io_manager_key="model_store")
    def made_model() -> ChurnModel:
        return made

    @dg.asset(
        ins={"model": dg.AssetIn(key=["churn", "made"], input_manager_key="model_store")},
        partitions_def=SNAPSHOTS,
    )
    def reader(model: ChurnModel) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"version": model.version})

    return dg.materialize(
        [made_model, reader],
        selection=[reader] if reads_only else None,
        partition_key=partition,
        instance=dg.DagsterInstance.ephemeral(),
        resources={"model_store": BoosterStore(root=store.root)},
        raise_on_error=False,
    )


def test_the_reader_gets_the_model_that_its_partition_points_to(store, model):
    result = materialize(store, model)
    (read,) = result.asset_materializations_for_node("reader")
    assert read.metadata["version"].value == model.version
    assert pointed_model(store, "made", FIRST) == model
    assert pointed_model(store, "made", "2025-01-13") is None


def test_a_partition_without_a_model_is_named(store, model):
    result = materialize(store, model, partition="2025-01-13", reads_only=True)
    (failure,) = result.get_step_failure_events()
    said = failure.step_failure_data.user_failure_data.description
    assert said == (
        f"{store.url('churn/made/2025-01-13.json')} is not in the store: 2025-01-13 has no model "
        "yet. Run it: spanishgas run --snapshot 2025-01-13 --train"
    )


@pytest.mark.parametrize("damage", [b"", b"half"])
def test_a_damaged_model_is_refused_in_words(store, model, damage):
    model.save(store)
    materialize(store, model)
    store.write(f"churn/models/{model.version}/main.ubj", damage)
    result = materialize(store, model, reads_only=True)
    (failure,) = result.get_step_failure_events()
    assert "main.ubj" in failure.step_failure_data.user_failure_data.description
