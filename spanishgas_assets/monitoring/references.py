"""What a snapshot is compared with: the champion's training data, last year's season, last week.

The training reference belongs to the model: it is kept under the model's version when it is first
needed, held against the hash on the model's card, and never changes afterwards.
"""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.churn.dataset.training_set import data_hash
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.ageing import aged
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.drift import PREDICTIONS, Reference
from spanishgas_assets.monitoring.tables import PREVIOUS, SEASON, TRAINING
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import is_intact, scan_tables, table_key, write_table
from spanishgas_assets.tables.published import published_table
from spanishgas_assets.tables.snapshot_before import snapshot_before

#: A year of whole weeks, so that a Monday meets a Monday.
_YEAR = timedelta(weeks=52)
#: A snapshot this near to the day a year before stands for the same season.
_SAME_SEASON = timedelta(weeks=4)
#: Features that follow the season.
SEASONAL = frozenset(name for name, spec in GOLD_MASTER.columns.items() if spec.seasonal)


def stored_references(store: Store, champion: ChurnModel, day: date) -> list[Reference]:
    """Return the references that there are: training always, season and previous if stored.

    One that ends with another calendar month is of another season.
    """
    found = (
        training_reference(store, champion),
        season_reference(store, day),
        previous_reference(store, day),
    )
    return [
        one if one.as_of.month == day.month else replace(one, other_season=SEASONAL)
        for one in found
        if one is not None
    ]


def training_reference(store: Store, champion: ChurnModel) -> Reference:
    """Return the champion's training set with its honest probabilities, kept with the model.

    Raises:
        StoreError: the training set was made again with other content before it could be kept.
    """
    key = table_key("monitoring", "references", champion.version)
    if not is_intact(store, key):
        trained_on = table_key(TRAINING_SET.layer, TRAINING_SET.name, champion.card.snapshot)
        rows = scan_tables(store, [trained_on]).collect()
        if data_hash(rows) != champion.card.data_hash:
            raise StoreError(
                f"{store.url(trained_on)} is not what model {champion.version} was trained on: it "
                "was made again with other content. Train a model on it (spanishgas run --train)"
            )
        scores = champion.membership.select("customer_id", pl.col("probability").alias(PREDICTIONS))
        write_table(store, key, rows.join(scores, on="customer_id", maintain_order="left"))
    return Reference(
        TRAINING,
        date.fromisoformat(champion.card.label_date),
        scan_tables(store, [key]).collect(),
        champion.version,
    )


def is_reference_sound(store: Store, version: str) -> bool:
    """Say whether what is kept of a model's training data, if anything, is undamaged.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    key = table_key("monitoring", "references", version)
    return is_intact(store, key) or not store.keys(f"{key}/")


def season_reference(store: Store, as_of: date) -> Reference | None:
    """Return the published snapshot nearest to a year before, if within four weeks of it.

    One of the same calendar month comes first, since it ends with the same complete month.
    """
    wanted = as_of - _YEAR
    days = [date.fromisoformat(day) for day in published_snapshots(store)]
    near = [day for day in days if abs(day - wanted) <= _SAME_SEASON]
    best = min(
        near, key=lambda day: (day.month != as_of.month, abs(day - wanted), day), default=None
    )
    return _of_snapshot(store, SEASON, best) if best else None


def previous_reference(store: Store, as_of: date) -> Reference | None:
    """Return the snapshot before, if its customers are still stored; what only ages is moved on."""
    before = snapshot_before(store, as_of.isoformat())
    if before is None:
        return None
    day = date.fromisoformat(before)
    found = _of_snapshot(store, PREVIOUS, day)
    return found and replace(found, rows=aged(found.rows, day, as_of))


def _of_snapshot(store: Store, name: str, day: date) -> Reference | None:
    gold, scored = (
        published_table(store, table, day.isoformat()) for table in (GOLD_MASTER, SCORED_CUSTOMERS)
    )
    if gold is None or scored is None:
        return None
    rows = gold.join(
        scored.select("customer_id", PREDICTIONS, "model_version"),
        on="customer_id",
        maintain_order="left",
    ).collect()
    version = rows["model_version"][0] if rows.height else None
    return Reference(name, day, rows.drop("model_version"), version)
