"""What the head sees of a text: its vector, its runs of letters, and what the word lists say."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.ngrams import runs_of_letters
from spanishgas_assets.text.intent import read_intents
from spanishgas_assets.text.lexicon import Lexicon
from spanishgas_assets.text.vocabulary import INTENTS, UNCLASSIFIED

Floats = NDArray[np.float32]

#: The intents that the word lists know; "other" is none.
_RULES = [intent for intent in INTENTS if intent != UNCLASSIFIED]
#: What the word lists say: how sure they are of each intent, and their three sentiments.
RULE_FEATURES = len(_RULES) + 3


@dataclass(frozen=True)
class Features:
    """One row per text.

    Attributes:
        vectors: of the sentence encoder, (texts, 512).
        runs: of letters, sparse (texts, ``BUCKETS``).
        rules: what the word lists say, (texts, ``RULE_FEATURES``).
    """

    vectors: Floats
    runs: Any
    rules: Floats

    def rows(self, chosen: NDArray[Any]) -> "Features":
        """Return some of the texts, by position or mask."""
        return Features(self.vectors[chosen], self.runs[chosen], self.rules[chosen])


def features_of(texts: pl.DataFrame, encoder: SentenceEncoder) -> Features:
    """Compute the features of texts (``text``, not null, and ``language``)."""
    return Features(
        encoder.encode(texts["text"].to_list()),
        runs_of_letters(texts["text"]),
        _rules(texts),
    )


def _rules(texts: pl.DataFrame) -> Floats:
    read = read_intents(texts)
    said = (read["customer_intent"].to_numpy()[:, None] == np.array(_RULES)).astype(np.float32)
    sure = read["intent_confidence"].to_numpy().astype(np.float32)
    scores = Lexicon().score(texts["text"]).to_numpy().astype(np.float32)
    return np.hstack([said * sure[:, None], scores])
