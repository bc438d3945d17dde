"""Texts cut into the pieces that the sentence encoder knows (a unigram model of SentencePiece).

The encoder's package has a tokenizer, which cuts every text anew and needs 0.7 s to load. Pieces
never cross a blank, and the words of notes repeat: here each distinct word is cut once.
"""

import re
import struct
import unicodedata
from collections.abc import Sequence
from typing import Any

#: Stands before a word in the pieces' spelling.
WORD_START = "\u2581"
UNKNOWN, START, END = 0, 1, 2

#: What an unknown character costs beside the least likely piece, as SentencePiece has it.
_UNKNOWN_PENALTY = 10.0
#: A word of more characters than any language has is cut into words of this many.
LONGEST_WORD = 120
#: Words whose pieces are remembered; a store of notes has fewer.
MOST_WORDS = 200_000

# Keys of the model file's fields: a piece in the whole; in a piece its spelling, then its score.
_PIECE, _SCORE = 0x0A, 0x15


class Tokenizer:
    """The pieces of a SentencePiece model, and the words that were cut into them."""

    def __init__(self, model: bytes) -> None:
        """Read the model file.

        Args:
            model: its bytes, with the pieces inline as its first field.
        """
        pieces = list(_pieces(model))
        self._places = {spelling: place for place, (spelling, _) in enumerate(pieces)}
        self._scores = [score for _, score in pieces]
        self._longest = max(len(spelling) for spelling in self._places)
        self._unknown = min(self._scores) - _UNKNOWN_PENALTY
        self._words: dict[str, tuple[int, ...]] = {}

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each text, between the marks of its start and its end."""
        return [[START, *self._text(text), END] for text in texts]

    def _text(self, text: str) -> list[int]:
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        known = self._words
        found: list[int] = []
        for word in text.split():
            pieces = known.get(word)
            found += self._word(word) if pieces is None else pieces
        return found or [UNKNOWN]

    def _word(self, word: str) -> tuple[int, ...]:
        """Cut a word, and remember it."""
        if len(word) > LONGEST_WORD:
            parts = re.findall(f".{{1,{LONGEST_WORD}}}", word)
            return tuple(piece for part in parts for piece in self._word(part))
        pieces = tuple(self._best(WORD_START + word))
        if len(self._words) >= MOST_WORDS:
            self._words.clear()
        self._words[word] = pieces
        return pieces

    def _best(self, word: str) -> list[int]:
        """Return the likeliest pieces of a word (Viterbi); of equals those found first."""
        places, scores, longest = self._places, self._scores, self._longest
        ends: list[Any] = [(0.0, 0, UNKNOWN)] + [None] * len(word)
        for start in range(len(word)):
            so_far = ends[start][0]
            for end in range(start + 1, min(start + longest, len(word)) + 1):
                place = places.get(word[start:end])
                if place is None:
                    if end > start + 1:
                        continue
                    place, score = UNKNOWN, so_far + self._unknown
                else:
                    score = so_far + scores[place]
                if ends[end] is None or score > ends[end][0]:
                    ends[end] = (score, start, place)
        pieces, end = [], len(word)
        while end:
            _, end, place = ends[end]
            pieces.append(place)
        return pieces[::-1]


def _pieces(model: bytes) -> Any:
    """Yield spelling and score of each piece, in the order of the file."""
    at = 0
    while at < len(model) and model[at] == _PIECE:
        length, at = model[at + 1], at + 2
        if length > 0x7F:
            length, at = length & 0x7F | model[at] << 7, at + 1
        end = at + length
        letters = model[at + 1]
        spelling = model[at + 2 : at + 2 + letters].decode()
        at += 2 + letters
        score = (
            struct.unpack_from("<f", model, at + 1)[0] if at < end and model[at] == _SCORE else 0.0
        )
        yield spelling, score
        at = end
