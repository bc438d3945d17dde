"""The trained head: weights from features to intent and sentiment, as one small file with its card.

It is two logistic regressions whose logarithms of probabilities are added: one on the sentence's
vector, which knows what words mean, and one on its runs of letters by TF-IDF, which knows how these
trades people write. Together they read unseen writers better than one regression on both.

The file is in the safetensors format: a length, a JSON header, the numbers. It holds no code, and
equal heads have equal bytes. ``spanishgas notes train`` makes it.
"""

import functools
import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.embedding.weights import DIGESTS, DIMENSIONS
from spanishgas_assets.text.head.ngrams import BUCKETS
from spanishgas_assets.text.head.note_features import Features
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

Floats = NDArray[np.float32]

#: The head that comes with the platform.
PACKAGED_HEAD = Path(__file__).with_name("head.safetensors")

#: Raised when the features or the meaning of a weight change: an older head is refused.
FORMAT = 2
#: What the vectors are made by: a head of another encoder would read noise.
ENCODER = DIGESTS["weights.npz"][:16]

_CLASSES = len(INTENTS) + len(SENTIMENTS)
_SHAPES = {
    "vectors": (DIMENSIONS, _CLASSES),
    "idf": (BUCKETS,),
    "runs": (BUCKETS, _CLASSES),
    "bias": (2, _CLASSES),
}
#: How often the word of the runs of letters counts beside that of the vectors.
RUNS_COUNT = 1.5
#: Names of the intents' probabilities, in the order of ``INTENTS``.
PROBABILITIES = [
    "intent_cancellation",
    "intent_complaint",
    "intent_billing",
    "intent_renewal",
    "intent_pricing",
    "intent_product",
    "intent_account",
    "intent_operational",
    "intent_other",
]
SCORES = [f"sentiment_{label}" for label in SENTIMENTS]
#: The columns of ``Head.read``.
READ = [*PROBABILITIES, *SCORES, "likeness"]

_AGAIN = "make it with `spanishgas notes train`, or unset SPANISHGAS_NOTES_HEAD"


@dataclass(frozen=True)
class HeadCard:
    """What there is to know of a head.

    Attributes:
        format: of the file.
        encoder: digest of the encoder's weights.
        trained: day on which it was trained, ISO.
        notes: number of the notes that it learned from.
        notes_digest: of those notes with their labels.
        writers: number of their writers.
        languages: number of notes per language.
        sure: an intent less probable is not stated: the head abstains.
        near: a text less like the training notes is not understood.
        heat: what the added logarithms are divided by, of intent and of sentiment, so that the
            probabilities are as honest as can be.
        scores: measures on the notes of writers that the head had not seen, by name.
    """

    format: int
    encoder: str
    trained: str
    notes: int
    notes_digest: str
    writers: int
    languages: dict[str, int]
    sure: float
    near: float
    heat: tuple[float, float]
    scores: dict[str, float]


@dataclass(frozen=True)
class Head:
    """Weights and card.

    Attributes:
        card: its origin, limits and measures.
        vectors, runs: from the features to nine logits of intent and three of sentiment.
        idf: inverse document frequency of each run of letters; 0 for a run that no note has.
        bias: of the logits by the vectors, and of those by the runs of letters.
        centres: vectors around which the training notes lie, (centres, 512), of length 1.
    """

    card: HeadCard
    vectors: Floats
    idf: Floats
    runs: Floats
    bias: Floats
    centres: Floats

    @functools.cached_property
    def revision(self) -> str:
        """Digest of the file: equal revisions read alike."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:12]

    def read(self, features: Features) -> pl.DataFrame:
        """Read texts: one row each, with the columns of ``READ``.

        Nine probabilities of the intents and three scores of the sentiments, which sum to 1 each,
        and the likeness to the training notes: the cosine to the nearest of the centres.
        """
        logits = added_logits(features, self.vectors, self.idf, self.runs, self.bias)
        shares = [
            softmax(part / heat)
            for part, heat in zip(by_question(logits), self.card.heat, strict=True)
        ]
        likeness = (features.vectors @ self.centres.T).max(axis=1)
        return pl.DataFrame(np.column_stack([*shares, likeness]), schema=READ)

    def to_bytes(self) -> bytes:
        """Give the file's content."""
        return _packed(
            {name: getattr(self, name) for name in (*_SHAPES, "centres")},
            {"card": json.dumps(asdict(self.card), sort_keys=True)},
        )

    @classmethod
    def from_bytes(cls, content: bytes, name: str) -> Self:
        """Rebuild from :meth:`to_bytes`; ``name`` is what a complaint calls the file.

        Raises:
            SettingsError: it is no head, damaged, or one of another release.
        """
        try:
            arrays, metadata = _unpacked(content)
            given = json.loads(metadata["card"])
            version = given["format"]
        except (ValueError, KeyError, TypeError) as error:
            said = "is empty" if not content else f"is not a head ({error})"
            raise SettingsError(f"{name}: {said}: {_AGAIN}") from error
        if version != FORMAT or given.get("encoder") != ENCODER:
            raise SettingsError(
                f"{name}: is a head of format {version} for the encoder {given.get('encoder')}; "
                f"this release reads format {FORMAT} for {ENCODER}: {_AGAIN}"
            )
        wrong = [
            part
            for part, shape in (*_SHAPES.items(), ("centres", (-1, DIMENSIONS)))
            if part not in arrays or not _fits(arrays[part], shape)
        ]
        if wrong or {*given} != {one.name for one in fields(HeadCard)}:
            raise SettingsError(
                f"{name}: is damaged: {', '.join(wrong) or 'its card'} is not as a head has it: "
                f"{_AGAIN}"
            )
        return cls(HeadCard(**given | {"heat": tuple(given["heat"])}), **arrays)


def load_head(path: str = "") -> Head:
    """Load a head from a file, or the packaged one where no file is named.

    Raises:
        SettingsError: the file cannot be read, or is no head of this release.
    """
    file = head_file(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}): {_AGAIN}") from error
    return Head.from_bytes(content, str(file))


def head_file(path: str = "") -> Path:
    """Return the file of a head: the packaged one where none is named."""
    return Path(path) if path else PACKAGED_HEAD


def added_logits(
    features: Features, vectors: Any, idf: Any, runs: Any, bias: Any
) -> NDArray[np.float64]:
    """Add the logarithms of what vectors and runs of letters say: (texts, 9 + 3)."""
    by_vectors = (features.vectors @ vectors + bias[0]).astype(np.float64)
    by_runs = (weighted_runs(features, idf) @ runs + bias[1]).astype(np.float64)
    return np.concatenate(
        [
            _log_softmax(first) + RUNS_COUNT * _log_softmax(second)
            for first, second in zip(by_question(by_vectors), by_question(by_runs), strict=True)
        ],
        axis=1,
    )


def weighted_runs(features: Features, idf: Any) -> Any:
    """Return the TF-IDF of the runs of letters, each text's of length 1: sparse, as ``runs``."""
    weighted = features.runs.copy()
    weighted.data = weighted.data * idf[weighted.indices]
    lengths = np.sqrt(np.asarray(weighted.power(2).sum(axis=1)).ravel())
    weighted.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(weighted.indptr))
    return weighted


def by_question(columns: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Part the columns of nine intents and three sentiments."""
    return columns[:, : len(INTENTS)], columns[:, len(INTENTS) :]


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each row of logits into shares of 1."""
    return np.exp(_log_softmax(logits))


def _log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    shares: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shares


def _fits(numbers: Floats, shape: tuple[int, ...]) -> bool:
    same = numbers.ndim == len(shape) and all(
        wanted in (-1, found) for wanted, found in zip(shape, numbers.shape, strict=True)
    )
    return same and numbers.shape[0] > 0 and bool(np.isfinite(numbers).all())


def _packed(arrays: dict[str, Floats], metadata: dict[str, str]) -> bytes:
    """Write arrays in half precision, in the safetensors format."""
    header: dict[str, Any] = {"__metadata__": metadata}
    body, at = [], 0
    for name, numbers in sorted(arrays.items()):
        raw = np.ascontiguousarray(numbers, dtype="<f2").tobytes()
        header[name] = {
            "dtype": "F16",
            "shape": list(numbers.shape),
            "data_offsets": [at, at + len(raw)],
        }
        at += len(raw)
        body.append(raw)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(body)


def _unpacked(content: bytes) -> tuple[dict[str, Floats], dict[str, str]]:
    """Read arrays back.

    Raises:
        ValueError, KeyError, TypeError: it is not in that format.
    """
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, its in header.items():
        first, last = its["data_offsets"]
        raw = content[start + first : start + last]
        if its["dtype"] != "F16" or len(raw) != 2 * math.prod(its["shape"]):
            raise ValueError(f"{name} is cut short")
        arrays[name] = np.frombuffer(raw, "<f2").reshape(its["shape"]).astype(np.float32)
    return arrays, metadata
