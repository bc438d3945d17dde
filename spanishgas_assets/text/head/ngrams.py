"""Runs of letters in texts, counted: what misspelt and unknown words share with known ones."""

from typing import Any

import numpy as np
import polars as pl

from spanishgas_assets.text.normalize import normalize

#: Letters of a run.
SHORTEST, LONGEST = 2, 5
#: A run's number has so many bits; a note's few hundred runs seldom share one.
BITS = 15
BUCKETS = 1 << BITS
#: Letters of a text that are looked at; what a note is about shows long before.
READ_LETTERS = 2_000

_FACTOR = np.uint32(0x9E3779B1)


def runs_of_letters(texts: pl.Series) -> Any:
    """Count the runs of two to five letters of texts; blanks count as letters, figures are alike.

    Case and accents are dropped, and a text is framed by blanks, so that a run may show the
    beginning or the end of a word.

    Returns:
        A sparse matrix (texts, ``BUCKETS``) of float32: a run that a text holds n times counts
        1 + ln n.
    """
    from scipy.sparse import csr_array

    plain = (
        texts.to_frame("text")
        .select(
            pl.format(
                " {} ",
                normalize(pl.col("text").str.head(READ_LETTERS)).str.replace_all(r"\d", "0"),
            )
        )
        .to_series()
        .to_list()
    )
    lengths = np.array([len(text) for text in plain], dtype=np.int64)
    letters = np.frombuffer("".join(plain).encode("utf-32-le"), dtype=np.uint32)
    padded = np.append(letters, np.zeros(LONGEST, dtype=np.uint32))
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(letters))
    buckets = np.empty((len(letters), LONGEST - SHORTEST + 1), dtype=np.int32)
    value = np.zeros(len(letters), dtype=np.uint32)
    for length in range(1, LONGEST + 1):
        value = (value + padded[length - 1 :][: len(letters)] + np.uint32(1)) * _FACTOR
        value ^= value >> np.uint32(15)
        if length >= SHORTEST:
            buckets[:, length - SHORTEST] = (value * _FACTOR) >> np.uint32(32 - BITS)
    # At the last letters of a text only the shorter runs have room.
    whole = np.arange(SHORTEST, LONGEST + 1) <= left[:, None]
    ends = np.concatenate([[0], np.cumsum(whole.sum(axis=1))])
    row_ends = ends[np.concatenate([[0], np.cumsum(lengths)])]
    runs = csr_array(
        (np.ones(int(ends[-1]), dtype=np.float32), buckets[whole], row_ends),
        shape=(len(plain), BUCKETS),
    )
    runs.sum_duplicates()
    runs.data = 1 + np.log(runs.data)
    return runs
