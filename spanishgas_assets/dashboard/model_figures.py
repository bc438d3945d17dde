"""What is shown of a model besides its card: curves with their bands, and the feature ablation."""

import polars as pl

from spanishgas_assets.charts.axes import Line
from spanishgas_assets.churn.evaluation.pictures import (
    calibration_line,
    gains_line,
    precision_recall_line,
)
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.churn.tables import ABLATION
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.storage.table_versions import scan_tables, stored_partitions

_CURVES = {
    "precision_recall": precision_recall_line,
    "gains": gains_line,
    "calibration": calibration_line,
}
CURVES = list(_CURVES)


def model_of(frames: PublishedFrames) -> ChurnModel:
    """Load the model of a publication; its parts are held against their digests.

    Raises:
        StoreError: the model is missing or damaged.
    """
    publication = frames.publication
    return frames.once("model", lambda: load(publication.store, publication.model_version))


def curve(frames: PublishedFrames, name: str) -> pl.DataFrame:
    """Return a curve of CURVES: x, y and the ends of its 95% band, low and high.

    Each row was scored by a model that had not seen it, as in the pictures of the training run.
    """
    return frames.once(
        f"curve {name}", lambda: _points(_CURVES[name](model_of(frames), name, "probability"))
    )


def _points(line: Line) -> pl.DataFrame:
    rows = [(*point, *ends) for point, ends in zip(line.points, line.band, strict=True)]
    return pl.DataFrame(rows, schema=["x", "y", "low", "high"], orient="row")


def ablation(frames: PublishedFrames) -> tuple[str, pl.DataFrame] | None:
    """Return the last feature ablation up to a publication's snapshot, with its own; None: none.

    It is no part of a publication: the data team runs it when it wants to.
    """

    def read() -> tuple[str, pl.DataFrame] | None:
        store, snapshot = frames.publication.store, frames.publication.snapshot
        stored = [day for day in stored_partitions(store, ABLATION.title) if day <= snapshot]
        if not stored:
            return None
        rows = scan_tables(store, [f"{ABLATION.title}/{stored[-1]}"])
        return stored[-1], rows.sort("order", "model").collect()

    return frames.once("ablation", read)
