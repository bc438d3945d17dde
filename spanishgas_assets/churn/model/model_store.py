"""The IO manager of models: a model is stored once under its version, a partition points to it.

``churn/models/{version}/`` holds the model's bytes; ``churn/{asset}/{partition}.json`` says which
version the asset's partition is.
"""

import dagster as dg

from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.sealed_json import find_sealed, sealed
from spanishgas_assets.storage.store import Store, open_store

_REMEDY = "Run the snapshot again: `spanishgas run` makes the pointer anew"


def pointed_version(store: Store, asset: str, partition: str) -> str | None:
    """Return the version that a partition points to, or None where it points to none yet.

    Raises:
        StoreError: the pointer is damaged.
    """
    key = _pointer(asset, partition)
    pointer = find_sealed(store, key, _REMEDY, frozenset({"version"}))
    return str(pointer["version"]) if pointer else None


def pointed_model(store: Store, asset: str, partition: str) -> ChurnModel | None:
    """Load the model that a partition points to, or None where it points to none yet.

    Raises:
        StoreError: the pointer, or the model that it points to, is damaged or gone.
    """
    version = pointed_version(store, asset, partition)
    return load(store, version) if version else None


def model_of(store: Store, asset: str, partition: str) -> ChurnModel:
    """Load the model that a partition points to.

    Raises:
        StoreError: it points to none; or as for :func:`pointed_model`.
    """
    return load(store, version_of(store, asset, partition))


def version_of(store: Store, asset: str, partition: str) -> str:
    """Return the version that a partition points to.

    Raises:
        StoreError: it points to none, or the pointer is damaged.
    """
    version = pointed_version(store, asset, partition)
    if version is None:
        raise StoreError(
            f"{store.url(_pointer(asset, partition))} is not in the store: {partition} has no "
            f"model yet. Run it: spanishgas run --snapshot {partition} --train"
        )
    return version


def is_intact(store: Store, asset: str, partition: str) -> bool:
    """Say whether a partition points to a model that is there, with an undamaged pointer.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    try:
        return pointed_model(store, asset, partition) is not None
    except StoreUnavailableError:
        raise
    except StoreError:
        return False


class BoosterStore(dg.ConfigurableIOManager):
    """Models of the graph as UBJ and JSON in the store; nothing is pickled."""

    root: str

    def handle_output(self, context: dg.OutputContext, obj: ChurnModel) -> None:
        """Store the model under its version and point the partition to it."""
        store = open_store(self.root)
        with user_errors_as_failures():
            version = obj.save(store)
            key = f"{'/'.join(context.asset_key.path)}/{context.asset_partition_key}.json"
            store.write(key, sealed(key, {"version": version}))
        context.add_output_metadata(
            {"model_version": version, "dagster/uri": store.url(f"churn/models/{version}")}
        )

    def load_input(self, context: dg.InputContext) -> ChurnModel:
        """Load the model that the upstream partition points to."""
        with user_errors_as_failures():
            asset, partition = context.asset_key.path[-1], context.asset_partition_key
            return model_of(open_store(self.root), asset, partition)


def _pointer(asset: str, partition: str) -> str:
    return f"churn/{asset}/{partition}.json"
