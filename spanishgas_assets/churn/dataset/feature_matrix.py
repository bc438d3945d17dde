"""The one way from a table to the numbers a booster reads, for training and serving alike."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.errors import StoreError

if TYPE_CHECKING:
    from spanishgas_assets.tables.contracts import Column, Table
from spanishgas_assets.text.vocabulary import (
    NOT_UNDERSTOOD,
    SENTIMENT_NOT_UNDERSTOOD,
    UNCLASSIFIED,
)

#: What notes that are not understood were read as before there was a word for it. A model of that
#: time knows no other.
FORMERLY = {NOT_UNDERSTOOD: UNCLASSIFIED, SENTIMENT_NOT_UNDERSTOOD: "neutral"}


@dataclass(frozen=True)
class Feature:
    """One feature as the model knows it.

    ``categories`` gives a string's codes by position and is empty for numbers and flags; ``fill``
    stands for a null (None keeps it missing).
    """

    name: str
    dtype: str
    categories: tuple[str, ...] = ()
    fill: str | float | bool | None = None


@dataclass(frozen=True)
class FeatureMatrix:
    """Encoded rows: float32, a category as its code, a flag as 0 or 1, missing as NaN."""

    values: NDArray[np.float32]
    names: list[str]
    categorical: list[bool]

    def rows(self, chosen: NDArray[Any]) -> "FeatureMatrix":
        """Return some of the rows, by mask or position."""
        return FeatureMatrix(self.values[chosen], self.names, self.categorical)


@dataclass(frozen=True)
class FeatureContract:
    """The features of a model: names in order, types, categories and fills."""

    features: tuple[Feature, ...]

    @classmethod
    def of(cls, names: list[str], table: "Table | None" = None) -> Self:
        """Take the features from a table's contract, gold_master's where none is given.

        Raises:
            ValueError: a string column whose contract does not list its values.
        """
        if table is None:
            from spanishgas_assets.gold.tables import GOLD_MASTER  # Pandera costs a second

            table = GOLD_MASTER
        return cls(tuple(_feature(table, name) for name in names))

    @classmethod
    def from_dict(cls, data: list[dict[str, Any]]) -> Self:
        """Rebuild from :meth:`to_dict`."""
        return cls(
            tuple(Feature(**(item | {"categories": tuple(item["categories"])})) for item in data)
        )

    def to_dict(self) -> list[dict[str, Any]]:
        """Give plain values, ready for JSON."""
        return [asdict(feature) for feature in self.features]

    def encode(self, frame: pl.DataFrame) -> FeatureMatrix:
        """Turn a table into a matrix: columns by name, in the contract's order.

        Raises:
            StoreError: a column is missing or of another type, or holds an infinite number or a
                category that the contract does not know.
        """
        self._refuse_other_columns(frame)
        frame = frame.with_columns(
            pl.col(feature.name).replace(
                {now: then for now, then in FORMERLY.items() if now not in feature.categories}
            )
            for feature in self.features
            if feature.categories
        )
        self._refuse_unknown_categories(frame)
        encoded = frame.select(_encoded(feature) for feature in self.features)
        values = encoded.to_numpy() if self.features else np.empty((frame.height, 0), np.float32)
        infinite = np.isinf(values).any(axis=0)
        if infinite.any():
            name = self.features[int(infinite.argmax())].name
            raise StoreError(f"feature {name}: holds an infinite number; rebuild the gold tables")
        return FeatureMatrix(
            values=values,
            names=[feature.name for feature in self.features],
            categorical=[bool(feature.categories) for feature in self.features],
        )

    def _refuse_other_columns(self, frame: pl.DataFrame) -> None:
        missing = [f.name for f in self.features if f.name not in frame.columns]
        if missing:
            raise StoreError(
                f"features missing from the table: {', '.join(missing)}; the model was trained "
                "with them: rebuild the gold tables, or train a model on what is there"
            )
        for feature in self.features:
            found = str(frame.schema[feature.name])
            if found != feature.dtype:
                raise StoreError(
                    f"feature {feature.name}: the model was trained with {feature.dtype}, the "
                    f"table has {found}"
                )

    def _refuse_unknown_categories(self, frame: pl.DataFrame) -> None:
        for feature in self.features:
            if feature.categories:
                found = frame[feature.name].drop_nulls().unique()
                unknown = sorted(set(found) - set(feature.categories))
                if unknown:
                    raise StoreError(
                        f"feature {feature.name}: unknown category "
                        f"{', '.join(repr(value) for value in unknown[:5])}; the model knows "
                        f"{', '.join(feature.categories)}"
                    )


def _feature(table: "Table", name: str) -> Feature:
    column = table.columns[name]
    categories = _categories(table, column) if column.dtype == "String" else ()
    return Feature(name, column.dtype, categories, column.fill)


def _categories(table: "Table", column: "Column") -> tuple[str, ...]:
    """The values that the contract allows, and the fill after them."""
    checks = table.model.to_schema().columns[column.name].checks
    allowed = [v for check in checks for v in check.statistics.get("allowed_values", [])]
    if not allowed:
        raise ValueError(f"{table.title} column {column.name}: its contract lists no categories")
    fill = [column.fill] if column.fill is not None and column.fill not in allowed else []
    return tuple(str(value) for value in (*allowed, *fill))


def _encoded(feature: Feature) -> pl.Expr:
    value = pl.col(feature.name)
    if feature.fill is not None:
        value = value.fill_null(pl.lit(feature.fill))
    if feature.categories:
        value = value.cast(pl.Enum(list(feature.categories))).to_physical()
    return value.cast(pl.Float32).fill_null(float("nan"))
