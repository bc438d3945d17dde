"""Sentiment scores cached across snapshots, by the content of the text.

Each scorer's scores are under ``text/scores/{backend}/{revision}/`` in the store, one object per
batch of new texts, named by its content: parallel runs lose nothing. A text is identified by a
digest; no text is stored.
"""

import hashlib
from collections.abc import Sequence

import polars as pl

from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import (
    is_intact,
    scan_tables,
    stored_partitions,
    write_table,
)
from spanishgas_assets.text.vocabulary import SENTIMENTS

SCORES = [f"sentiment_{label}" for label in SENTIMENTS]


class ScoreCache:
    """The cached scores of a store, with hit and miss counts.

    Attributes:
        hits: texts whose score was cached.
        misses: texts whose score was not.
    """

    def __init__(self, store: Store) -> None:
        """Cache in this store."""
        self._store = store
        self.hits = 0
        self.misses = 0

    def get(
        self, backend: str, revision: str, hashes: pl.Series, columns: Sequence[str] = SCORES
    ) -> pl.DataFrame:
        """Return the cached scores of texts; one row per known ``text_hash``."""
        folder = _folder(backend, revision)
        # A damaged batch is as good as none: its texts are scored again.
        batches = [
            f"{folder}/{name}"
            for name in stored_partitions(self._store, folder)
            if is_intact(self._store, f"{folder}/{name}")
        ]
        if batches:
            known = (
                scan_tables(self._store, batches)
                .join(hashes.to_frame("text_hash").lazy(), on="text_hash", how="semi")
                .unique("text_hash")
                .collect()
            )
        else:
            known = pl.DataFrame(schema=_schema(columns))
        self.hits += known.height
        self.misses += hashes.len() - known.height
        return known

    def put(
        self, backend: str, revision: str, scores: pl.DataFrame, columns: Sequence[str] = SCORES
    ) -> None:
        """Store scores (``text_hash`` and the columns), each text once."""
        ordered = scores.select(list(_schema(columns))).sort("text_hash")
        name = hashlib.blake2b("".join(ordered["text_hash"]).encode(), digest_size=12).hexdigest()
        write_table(self._store, f"{_folder(backend, revision)}/{name}", ordered)


def text_hashes(texts: pl.Series) -> pl.Series:
    """Digest each text: equal texts have equal digests, on any machine."""
    return pl.Series(
        "text_hash",
        [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts],
        dtype=pl.String,
    )


def _schema(columns: Sequence[str]) -> dict[str, type[pl.DataType]]:
    return {"text_hash": pl.String, **dict.fromkeys(columns, pl.Float64)}


def _folder(backend: str, revision: str) -> str:
    return f"text/scores/{backend}/{revision}"
