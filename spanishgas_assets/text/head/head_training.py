"""Training of a head: multinomial logistic regression, calibrated on writers that it did not see.

Every figure is found with the writers parted: the notes are dealt into groups of whole writers, and
each group is read by a head that learned from the others. From these answers come the temperature
that makes the probabilities honest, the probability below which the head abstains, and the
likeness below which a text is not understood. The head itself then learns from all notes.

One BLAS thread and no randomness: equal notes give equal bytes on machines of one kind.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.labelled_file import (
    OWN_WRITER,
    digest_of,
    reader_labels,
    targets,
)
from spanishgas_assets.text.head.linear_head import ENCODER, FORMAT, Head, HeadCard
from spanishgas_assets.text.head.measures import expected_calibration_error, macro_f1
from spanishgas_assets.text.head.note_features import Features, features_of
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

Floats = NDArray[np.float64]

#: Groups of writers at most, and writers at least.
GROUPS, FEWEST_WRITERS = 5, 3
#: Penalty of squared weights per block and note, found on the validation writers.
PENALTIES = {"vectors": 3e-4, "runs": 3e-4}
#: How often a retailer's own note counts.
OWN_COUNT = 3.0
#: Share of the notes of unseen writers whose intent the head does not state.
ABSTAINED = 0.05
#: Share of the notes of unseen writers that are taken to be unlike the training notes.
UNLIKE = 0.005
#: Centres by which likeness is told.
CENTRES = 128
MOST_STEPS = 400
#: Added to the products of notes with themselves: equal notes would have no Cholesky factor.
JITTER = 1e-3
_LOW, _HIGH = 0.3, 3.0


@dataclass(frozen=True)
class Answers:
    """What heads said of notes whose writers they had not seen; one row per note."""

    intents: Floats
    sentiments: Floats
    likeness: Floats


def train(
    notes: pl.DataFrame,
    encoder: SentenceEncoder,
    trained: str,
) -> Head:
    """Train a head on labelled notes (``read_labelled``).

    Args:
        notes: of two writers at least.
        encoder: that makes the vectors.
        trained: today's date, ISO.

    Raises:
        SettingsError: the notes have fewer than two writers, or an intent or a sentiment has no
            note.
    """
    from threadpoolctl import threadpool_limits

    _refuse_too_little(notes)
    notes = notes.sort("id")
    features = features_of(notes["text"], encoder)
    counts = counts_of(notes)
    with threadpool_limits(1, "blas"):
        answers = cross_answers(notes, features, counts)
        intent_heat, sentiment_heat = (
            _temperature(logits, wanted)
            for logits, wanted in zip(
                (answers.intents, answers.sentiments), targets(notes), strict=True
            )
        )
        head = fit(notes, features, counts)
    heats = np.repeat([intent_heat, sentiment_heat], [len(INTENTS), len(SENTIMENTS)])
    intents = _softmax(answers.intents / intent_heat)
    sentiments = _softmax(answers.sentiments / sentiment_heat)
    card = HeadCard(
        format=FORMAT,
        encoder=ENCODER,
        trained=trained,
        notes=notes.height,
        notes_digest=digest_of(notes)[:16],
        writers=notes["writer"].n_unique(),
        languages=dict(sorted(notes["language"].value_counts().iter_rows())),
        sure=round(float(np.quantile(intents.max(axis=1), ABSTAINED)), 4),
        near=round(float(np.quantile(answers.likeness, UNLIKE)), 4),
        scores=_scores(notes, intents, sentiments),
    )
    cooled = {name: block / heats for name, block in head.items()}
    whole = Head(card, **cooled, centres=_centres(features.vectors))
    return Head.from_bytes(whole.to_bytes(), "the new head")


def counts_of(notes: pl.DataFrame) -> Floats:
    """Return how much each note counts: a retailer's own more than those of other hands."""
    return np.where(notes["writer"] == OWN_WRITER, OWN_COUNT, 1.0)


def cross_answers(notes: pl.DataFrame, features: Features, counts: Floats) -> Answers:
    """Let each group of writers be read by a head that learned from the other groups."""
    group = writer_groups(notes["writer"])
    intents = np.zeros((notes.height, len(INTENTS)))
    sentiments = np.zeros((notes.height, len(SENTIMENTS)))
    likeness = np.zeros(notes.height)
    for number in np.unique(group):
        learn, unseen = group != number, group == number
        blocks = fit(notes.filter(learn), features.rows(learn), counts[learn])
        logits = logits_of(features.rows(unseen), blocks)
        intents[unseen] = logits[:, : len(INTENTS)]
        sentiments[unseen] = logits[:, len(INTENTS) :]
        near = _centres(features.vectors[learn])
        likeness[unseen] = (features.vectors[unseen] @ near.T).max(axis=1)
    return Answers(intents, sentiments, likeness)


def writer_groups(writers: pl.Series) -> NDArray[np.int64]:
    """Deal writers into groups, the most diligent first, each to the group with fewest notes."""
    totals, group_of = [0] * min(GROUPS, writers.n_unique()), {}
    counted = writers.value_counts(name="notes").sort(["notes", writers.name], descending=True)
    for writer, notes in counted.iter_rows():
        group_of[writer] = totals.index(min(totals))
        totals[group_of[writer]] += notes
    return np.array([group_of[writer] for writer in writers])


def fit(
    notes: pl.DataFrame,
    features: Features,
    counts: Floats,
    penalties: dict[str, float] = PENALTIES,
) -> dict[str, Any]:
    """Find the blocks of weights (features, 9 + 3) and the bias that fit notes best."""
    found = [
        _logistic(features, wanted, counts / counts.sum(), penalties) for wanted in targets(notes)
    ]
    return {
        name: np.concatenate([blocks[name] for blocks in found], axis=-1)
        for name in (*penalties, "bias")
    }


def logits_of(features: Features, blocks: dict[str, Any]) -> Floats:
    """Return (texts, classes)."""
    parts = [getattr(features, name) @ its for name, its in blocks.items() if name != "bias"]
    logits: Floats = sum(parts) + blocks["bias"]
    return logits


def _logistic(
    features: Features, wanted: Floats, share: Floats, penalties: dict[str, float]
) -> dict[str, Any]:
    """Minimize the mean cross entropy plus the penalties, from zero, by L-BFGS.

    There are far fewer notes than features, and the best weights are sums of the notes' features:
    so the notes' products with each other stand for the features (their Cholesky factor, which has
    the same products), and the weights are put together at the end.
    """
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import minimize

    blocks = {name: getattr(features, name).astype(np.float64) for name in penalties}
    products = sum((block @ block.T) / penalties[name] for name, block in blocks.items())
    products = products.toarray() if hasattr(products, "toarray") else np.asarray(products)
    notes, classes = wanted.shape
    factor = cholesky(products + JITTER * np.eye(notes), lower=True)

    def loss(weights: Floats) -> tuple[float, Floats]:
        its, bias = weights[:-classes].reshape(notes, classes), weights[-classes:]
        logits = factor @ its + bias
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        error = (np.exp(log_shares) - wanted) * share[:, None]
        value = -float((share[:, None] * wanted * log_shares).sum()) + float((its**2).sum())
        slopes = factor.T @ error + 2 * its
        return value, np.concatenate([slopes.ravel(), error.sum(axis=0)])

    found = minimize(
        loss,
        np.zeros((notes + 1) * classes),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MOST_STEPS, "ftol": 1e-9},
    ).x
    shares = solve_triangular(factor.T, found[:-classes].reshape(notes, classes), lower=False)
    weights = {name: (block.T @ shares) / penalties[name] for name, block in blocks.items()}
    return weights | {"bias": found[-classes:]}


def _temperature(logits: Floats, wanted: Floats) -> float:
    """Return what logits must be divided by so that the probabilities are as likely as can be."""
    from scipy.optimize import minimize_scalar

    def loss(heat: float) -> float:
        return -float((wanted * np.log(_softmax(logits / heat) + 1e-12)).sum())

    return float(minimize_scalar(loss, bounds=(_LOW, _HIGH), method="bounded").x)


def _centres(vectors: Any) -> Any:
    """Choose notes far from each other, each next one the farthest from those chosen so far."""
    chosen = [int((vectors @ vectors.mean(axis=0)).argmax())]
    nearest = vectors @ vectors[chosen[0]]
    while len(chosen) < min(CENTRES, len(vectors)):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return vectors[chosen]


def _scores(notes: pl.DataFrame, intents: Floats, sentiments: Floats) -> dict[str, float]:
    """Measure answers of heads that had not seen the writers, against the readers' labels."""
    wanted_intent, wanted_sentiment = reader_labels(notes)
    scores = {}
    for name, wanted, shares, classes in (
        ("intent", wanted_intent, intents, INTENTS),
        ("sentiment", wanted_sentiment, sentiments, SENTIMENTS),
    ):
        found = pl.Series([classes[place] for place in shares.argmax(axis=1)])
        scores[f"{name}_macro_f1"] = round(macro_f1(wanted, found), 4)
        scores[f"{name}_calibration_error"] = round(
            expected_calibration_error(shares.max(axis=1).tolist(), (wanted == found).to_list()), 4
        )
    return scores


def _softmax(logits: Floats) -> Floats:
    risen = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = risen / risen.sum(axis=1, keepdims=True)
    return shares


def _refuse_too_little(notes: pl.DataFrame) -> None:
    if notes["writer"].n_unique() < FEWEST_WRITERS:
        raise SettingsError(
            f"{notes.height:,} notes of {notes['writer'].n_unique()} writers: a head needs notes "
            f"of {FEWEST_WRITERS} writers at least, so that it can be tried on unseen ones"
        )
    for name, labels, known in zip(
        ("intent", "sentiment"), reader_labels(notes), (INTENTS, SENTIMENTS), strict=True
    ):
        missing = sorted({*known} - {*labels})
        if missing:
            raise SettingsError(
                f"{notes.height:,} notes: none is labelled with the {name} {', '.join(missing)}"
            )
