"""Training of a head: two logistic regressions, calibrated on writers that they did not see.

Every figure is found with the writers parted: the notes are dealt into groups of whole writers, and
each group is read by a head that learned from the others. From these answers come the temperature
that makes the probabilities honest, the probability below which the head abstains, and the
likeness below which a text is not understood. The head itself then learns from all notes.

One BLAS thread and no randomness: equal notes give equal bytes on machines of one kind.
"""

from collections.abc import Callable
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
from spanishgas_assets.text.head.linear_head import (
    ENCODER,
    FORMAT,
    Head,
    HeadCard,
    added_logits,
    by_question,
    softmax,
    weighted_runs,
)
from spanishgas_assets.text.head.measures import expected_calibration_error, macro_f1
from spanishgas_assets.text.head.note_features import Features, features_of
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

Floats = NDArray[np.float64]

#: Groups of writers at most, and writers at least.
GROUPS, FEWEST_WRITERS = 5, 3
#: Penalty of squared weights, of vectors and of runs of letters, found with the writers parted.
PENALTIES = {"vectors": 1e-4, "runs": 5e-6}
#: How far rare classes are made up for: 0 not at all, 1 until all count alike.
BALANCE = 0.6
#: How often a retailer's own note counts.
OWN_COUNT = 3.0
#: Share of the notes of unseen writers whose intent the head does not state.
ABSTAINED = 0.05
#: Share of the notes of unseen writers that are taken to be unlike the training notes.
UNLIKE = 0.005
#: Centres by which likeness is told.
CENTRES = 128
#: A run of letters that fewer notes have teaches nothing.
FEWEST_WITH_A_RUN = 2
#: Steps of the minimization at most, and the gain at which it ends.
MOST_STEPS, ENOUGH = 400, 1e-7
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
        intent_targets, sentiment_targets = targets(notes)
        heat = (
            _temperature(answers.intents, intent_targets),
            _temperature(answers.sentiments, sentiment_targets),
        )
        weights = fit(notes, features, counts)
    intents = softmax(answers.intents / heat[0])
    sentiments = softmax(answers.sentiments / heat[1])
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
        heat=heat,
        scores=_scores(notes, intents, sentiments),
    )
    whole = Head(card, **weights, centres=_centres(features.vectors))
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
        weights = fit(notes.filter(learn), features.rows(learn), counts[learn])
        logits = added_logits(features.rows(unseen), **weights)
        intents[unseen], sentiments[unseen] = by_question(logits)
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


def fit(notes: pl.DataFrame, features: Features, counts: Floats) -> dict[str, Any]:
    """Find the weights of a head that fit notes best, and the ``idf`` of their runs of letters."""
    idf = _idf(features.runs)
    blocks = {"vectors": features.vectors, "runs": weighted_runs(features, idf)}
    found: dict[str, Any] = {"idf": idf}
    bias = []
    for name, block in blocks.items():
        factor, back = _factor(block, PENALTIES[name])
        parts = [_logistic(factor, wanted, _shares(wanted, counts)) for wanted in targets(notes)]
        found[name] = back(np.concatenate([shares for shares, _ in parts], axis=1))
        bias.append(np.concatenate([its for _, its in parts]))
    return found | {"bias": np.stack(bias)}


def _idf(runs: Any) -> Floats:
    """Return ln((1 + notes) / (1 + notes that have a run)) + 1; of a run in one note only 0."""
    holding = np.bincount(runs.indices, minlength=runs.shape[1])
    idf: Floats = np.log((1 + runs.shape[0]) / (1 + holding)) + 1
    idf[holding < FEWEST_WITH_A_RUN] = 0.0
    return idf


def _shares(wanted: Floats, counts: Floats) -> Floats:
    """Let notes of rare classes count more, by ``BALANCE``; the shares of all notes sum to 1."""
    of_class = counts @ wanted
    counted = counts * (wanted @ (1 / np.maximum(of_class, 1)) ** BALANCE)
    shares: Floats = counted / counted.sum()
    return shares


def _factor(block: Any, penalty: float) -> tuple[Floats, Callable[[Floats], Any]]:
    """Return few numbers a note that stand for its many features, and the way back to weights.

    There are far fewer notes than features, and the best weights are sums of the notes' features:
    so the Cholesky factor of the notes' products with each other, which has the same products,
    stands for the features.
    """
    from scipy.linalg import cholesky, solve_triangular

    block = block.astype(np.float64)
    products = (block @ block.T) / penalty
    products = products.toarray() if hasattr(products, "toarray") else np.asarray(products)
    factor = cholesky(products + JITTER * np.eye(len(products)), lower=True)

    def weights(found: Floats) -> Any:
        return (block.T @ solve_triangular(factor.T, found, lower=False)) / penalty

    return factor, weights


def _logistic(factor: Floats, wanted: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Minimize the mean cross entropy plus the sum of squares, from zero, by L-BFGS.

    Returns:
        The weights of the factor's columns, (notes, classes), and the bias.
    """
    from scipy.optimize import minimize

    notes, classes = wanted.shape

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
        options={"maxiter": MOST_STEPS, "ftol": ENOUGH},
    ).x
    return found[:-classes].reshape(notes, classes), found[-classes:]


def _temperature(logits: Floats, wanted: Floats) -> float:
    """Return what logits must be divided by so that the probabilities are as likely as can be."""
    from scipy.optimize import minimize_scalar

    def loss(heat: float) -> float:
        return -float((wanted * np.log(softmax(logits / heat) + 1e-12)).sum())

    return round(float(minimize_scalar(loss, bounds=(_LOW, _HIGH), method="bounded").x), 4)


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
