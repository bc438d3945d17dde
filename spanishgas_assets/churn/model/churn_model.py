"""A churn model as one immutable thing: boosters, calibration, threshold, features, and its past.

It lies under ``churn/models/{version}/``. The version is the hash of the card, the card holds the
hashes of the other parts: a changed byte anywhere is noticed when the model is loaded.
"""

import functools
import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import polars as pl

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract
from spanishgas_assets.churn.evaluation.bootstrap import Interval
from spanishgas_assets.churn.evaluation.groups import GroupEvaluation
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.calibration import Calibrator
from spanishgas_assets.churn.model.explanation import Dependence
from spanishgas_assets.churn.model.venn_abers import ScoreInterval
from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.store import Store

MAIN = "main"
MODELS = "churn/models"
_CARD = "card.json"
_MEMBERSHIP = "membership.parquet"

Metrics = dict[str, Interval]
_POINTS = ("values", "contributions", "rows")


@dataclass(frozen=True)
class Card:
    """What there is to know of a model besides its trees.

    Attributes:
        snapshot: as-of date of the run that trained it, ISO.
        label_date: as-of date of the features and labels it learned from, ISO.
        experiment: step of the ablation.
        seed: decides splits, trees and resamples.
        parameters: of the boosters.
        features: in order, with types, categories and fills.
        calibrator: raw score to probability.
        threshold: probability from which a customer counts as leaving.
        threshold_rule: how it was chosen.
        tier_cuts: edges of the risk tiers that the probabilities are made for.
        interval: raw score to the ends of a probability's interval.
        rows, churners, holdout_rows: of the training set.
        data_hash: of the training set's content.
        metrics: per evaluation (``pooled``, ``holdout``, ``repeated``, ``baseline_pooled``,
            ``baseline_holdout``) every metric with its interval. Pooled: all rows, each scored by
            a model that did not learn from it; but its precision, recall and F1 use a threshold
            chosen on four fifths of them, so for these believe the holdout. Repeated: the mean of
            several deals of the rows outside the holdout into folds.
        groups: the pooled rows again, by segment, channel, tenure and new or old.
        value: EUR a year kept by contacting the first 1, 5, 10 and 20%, per order of contact.
        importance: mean absolute contribution of each feature on the holdout, largest first.
        dependence: how the contributions of the first few features go with their values.
        calibration_log_loss: cross-fitted, of each map that was compared.
        libraries: versions that the model was made with.
        notes_read_by: what read intent and sentiment of the notes that it learned from; empty in
            cards of before there was a choice.
    """

    snapshot: str
    label_date: str
    experiment: str
    seed: int
    parameters: dict[str, Any]
    features: FeatureContract
    calibrator: Calibrator
    threshold: float
    threshold_rule: str
    tier_cuts: tuple[float, ...]
    interval: ScoreInterval
    rows: int
    churners: int
    holdout_rows: int
    data_hash: str
    metrics: dict[str, Metrics]
    groups: tuple[GroupEvaluation, ...]
    value: dict[str, Metrics]
    importance: dict[str, float]
    dependence: tuple[Dependence, ...]
    calibration_log_loss: dict[str, float]
    libraries: dict[str, str]
    notes_read_by: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return asdict(self) | {
            "features": self.features.to_dict(),
            "calibrator": self.calibrator.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`."""
        rebuilt = {
            "features": FeatureContract.from_dict(data["features"]),
            "calibrator": Calibrator.from_dict(data["calibrator"]),
            "tier_cuts": tuple(data["tier_cuts"]),
            "interval": ScoreInterval.from_dict(data["interval"]),
            "metrics": {name: _metrics(found) for name, found in data["metrics"].items()},
            "groups": tuple(
                GroupEvaluation(**(group | {"metrics": _metrics(group["metrics"])}))
                for group in data["groups"]
            ),
            "value": {name: _metrics(found) for name, found in data["value"].items()},
            "dependence": tuple(
                Dependence(one["feature"], *(tuple(one[name]) for name in _POINTS))
                for one in data["dependence"]
            ),
        }
        return cls(**(data | rebuilt))


def _metrics(data: dict[str, dict[str, float]]) -> Metrics:
    return {name: Interval(**found) for name, found in data.items()}


@dataclass(frozen=True)
class ChurnModel:
    """The model, as the bytes of its parts by file name; everything else is read from them.

    So a model keeps its version for ever, whichever library reads it back.
    """

    parts: dict[str, bytes] = field(repr=False)

    @classmethod
    def of(cls, boosters: dict[str, bytes], membership: pl.DataFrame, card: Card) -> Self:
        """Put a model together: trees by name (``main``, ``fold_0`` ...), membership, card."""
        parts = {f"{name}.ubj": raw for name, raw in sorted(boosters.items())}
        buffer = io.BytesIO()
        membership.write_parquet(buffer)
        parts[_MEMBERSHIP] = buffer.getvalue()
        digests = {name: _digest(data) for name, data in parts.items()}
        text = json.dumps(card.to_dict() | {"parts": digests}, indent=1, allow_nan=False)
        return cls(parts | {_CARD: text.encode()})

    @functools.cached_property
    def version(self) -> str:
        """``{snapshot}-{12 hex digits}`` of the content."""
        return f"{self.card.snapshot}-{_digest(self.parts[_CARD])[:12]}"

    @functools.cached_property
    def card(self) -> Card:
        """What there is to know of the model."""
        data = json.loads(self.parts[_CARD])
        del data["parts"]
        return Card.from_dict(data)

    @functools.cached_property
    def membership(self) -> pl.DataFrame:
        """Who was where in training, with honest scores (contract MEMBERSHIP)."""
        return pl.read_parquet(io.BytesIO(self.parts[_MEMBERSHIP]))

    @property
    def boosters(self) -> dict[str, bytes]:
        """The trees as bytes, by name."""
        return {
            name.removesuffix(".ubj"): raw
            for name, raw in self.parts.items()
            if name.endswith(".ubj")
        }

    def booster(self, name: str) -> Any:
        """Return a booster ready to score."""
        return self._loaded[name]

    @functools.cached_property
    def _loaded(self) -> dict[str, Any]:
        return {name: booster.load(raw) for name, raw in self.boosters.items()}

    def save(self, store: Store) -> str:
        """Write the model, the card last, and return its version.

        What is there already stays untouched; a damaged part is written again as it was.
        """
        for name, data in self.parts.items():
            key = _key(self.version, name)
            if not (store.exists(key) and store.read(key) == data):
                store.write(key, data)
        return self.version


def load(store: Store, version: str) -> ChurnModel:
    """Read a model back and hold every part against its hash.

    Raises:
        StoreError: the version is not there, a part is missing or changed, or the card is of
            another release of the platform.
    """
    card = _part(store, version, _CARD)
    if _digest(card)[:12] != version[-12:]:
        raise _damaged(store, version, _CARD, "is not the one that was written")
    parts = {}
    for name, digest in json.loads(card)["parts"].items():
        parts[name] = _part(store, version, name)
        if _digest(parts[name]) != digest:
            raise _damaged(store, version, name, "is not the one that was written")
    model = ChurnModel(parts | {_CARD: card})
    try:
        _ = model.card
    except (KeyError, TypeError) as error:
        raise _damaged(store, version, _CARD, "is of another release of the platform") from error
    return model


def versions(store: Store) -> list[str]:
    """List the complete models in the store."""
    return [key.split("/")[-2] for key in store.keys(f"{MODELS}/") if key.endswith("/card.json")]


def _key(version: str, part: str) -> str:
    return f"{MODELS}/{version}/{part}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _part(store: Store, version: str, name: str) -> bytes:
    found = store.read_version(_key(version, name))
    if found is None:
        raise _damaged(store, version, name, "is not in the store")
    return found[0]


def _damaged(store: Store, version: str, part: str, what: str) -> StoreError:
    return StoreError(
        f"model {version}: {store.url(_key(version, part))} {what}. Train it again: equal rows "
        f"give the same model (spanishgas run --snapshot {version[:10]} --train); or restore an "
        "earlier version of the object, or promote another model"
    )
