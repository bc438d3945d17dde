"""What a retailer's own labels are worth: measured with writers in the place of retailers."""

import numpy as np
import polars as pl

from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.head_training import counts_of, fit
from spanishgas_assets.text.head.labelled_file import OWN_WRITER, reader_labels
from spanishgas_assets.text.head.linear_head import added_logits, by_question
from spanishgas_assets.text.head.measures import macro_f1
from spanishgas_assets.text.head.note_features import features_of
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

#: Own labels.
CURVE = (0, 25, 50, 100)


def learning_curve(
    known: pl.DataFrame, writers: pl.DataFrame, encoder: SentenceEncoder
) -> dict[int, tuple[float, float]]:
    """Measure heads that learn from known notes and from some of one writer's own.

    Args:
        known: labelled notes of other writers.
        writers: labelled notes of unseen writers; each is a retailer of its own.
        encoder: of the notes.

    Returns:
        Macro-F1 of intent and of sentiment by number of own labels: the mean over the writers, on
        the notes from the hundred-and-first on. Every second note comes first, so that what is
        measured is written no later than what is learned.
    """
    found: dict[int, list[tuple[float, float]]] = {labels: [] for labels in CURVE}
    for writer in writers["writer"].unique().sort():
        its = writers.filter(pl.col("writer") == writer).sort("id")
        own = pl.concat([its.gather_every(2), its.gather_every(2, offset=1)]).with_columns(
            pl.lit(OWN_WRITER).alias("writer")
        )
        notes = pl.concat([known, own])
        features = features_of(notes["text"], encoder)
        place = np.arange(notes.height) - known.height
        unseen = place >= max(CURVE)
        wanted = reader_labels(notes.filter(unseen))
        for labels in CURVE:
            learn = place < labels
            learned = notes.filter(learn)
            weights = fit(learned, features.rows(learn), counts_of(learned))
            intents, sentiments = by_question(added_logits(features.rows(unseen), **weights))
            intent = pl.Series([INTENTS[at] for at in intents.argmax(axis=1)])
            sentiment = pl.Series([SENTIMENTS[at] for at in sentiments.argmax(axis=1)])
            found[labels].append((macro_f1(wanted[0], intent), macro_f1(wanted[1], sentiment)))
    return {
        labels: (float(np.mean([one[0] for one in scores])), float(np.mean([s[1] for s in scores])))
        for labels, scores in found.items()
    }
