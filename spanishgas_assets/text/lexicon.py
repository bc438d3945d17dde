"""Sentiment by counting words: the backend that needs no model and no download.

Each strong word counts 1, each mild one 0.2. With p and n the sums of positive and negative words,
the scores are 2n : (1 + 2 min(p, n)) : 2p over their sum: one strong word outweighs the neutral
1, a single mild word does not, and as much praise as blame is neutral.
"""

import functools
import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.packaged_yaml import read_packaged_yaml
from spanishgas_assets.text.negation import any_of, negated
from spanishgas_assets.text.normalize import normalize

STRONG = 1.0
MILD = 0.2

_HERE = Path(__file__).parent
_WORDS = _HERE / "lexicon.yaml"
_GAP = " | "


class Lexicon:
    """The lexicon as a scorer; its revision is a digest of its words and rules."""

    def __init__(self) -> None:
        """Digest the files that decide a score."""
        digest = hashlib.blake2b(digest_size=6)
        for name in ("lexicon.yaml", "negations.yaml", "lexicon.py", "negation.py", "normalize.py"):
            digest.update((_HERE / name).read_bytes())
        self.revision = digest.hexdigest()

    def score(self, texts: pl.Series) -> pl.DataFrame:
        """Score texts: one row per text, in order; three scores that sum to 1."""
        words = _words()
        every = {
            sentiment: words[sentiment]["strong"] + words[sentiment]["mild"] for sentiment in words
        }
        text = pl.col("text")
        not_good, not_bad = negated(every["positive"]), negated(every["negative"])
        # "not unhappy" goes before "not happy" is looked for, and both before words are counted.
        heard = (
            texts.to_frame("text")
            .with_columns(normalize(text).str.replace_all(not_bad, _GAP))
            .with_columns(
                text.str.count_matches(not_good).alias("denied_praise"),
                text.str.replace_all(not_good, _GAP),
            )
            .select(
                (_weight(words["negative"]) + STRONG * pl.col("denied_praise")).alias("n"),
                _weight(words["positive"]).alias("p"),
            )
        )
        negative, positive = 2 * pl.col("n"), 2 * pl.col("p")
        neutral = 1 + pl.min_horizontal(negative, positive)
        total = negative + neutral + positive
        return heard.select(
            (negative / total).alias("sentiment_negative"),
            (neutral / total).alias("sentiment_neutral"),
            (positive / total).alias("sentiment_positive"),
        )


def _weight(words: dict[str, list[str]]) -> pl.Expr:
    text = pl.col("text")
    return STRONG * text.str.count_matches(any_of(words["strong"])) + MILD * (
        text.str.count_matches(any_of(words["mild"]))
    )


@functools.cache
def _words() -> Any:
    return read_packaged_yaml(_WORDS)
