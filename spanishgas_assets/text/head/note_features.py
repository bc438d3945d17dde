"""What the head sees of a text: its vector and its runs of letters.

What the word lists say was tried beside them and taught nothing more; so a head does not depend on
the lists.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.ngrams import runs_of_letters


@dataclass(frozen=True)
class Features:
    """One row per text.

    Attributes:
        vectors: of the sentence encoder, (texts, 512).
        runs: of letters, sparse (texts, ``BUCKETS``), 1 + ln of how often each stands there.
    """

    vectors: NDArray[np.float32]
    runs: Any

    def rows(self, chosen: NDArray[Any]) -> "Features":
        """Return some of the texts, by position or mask."""
        return Features(self.vectors[chosen], self.runs[chosen])


def features_of(texts: pl.Series, encoder: SentenceEncoder) -> Features:
    """Compute the features of texts without nulls."""
    return Features(encoder.encode(texts.to_list()), runs_of_letters(texts))
