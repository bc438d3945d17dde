"""Notes of the demo retailer as many hands wrote them: the labelled notes, drawn by their labels.

The templates of ``note_wording`` use words that any reader knows, which flatters every reader.
"""

import functools

import numpy as np
import polars as pl

from spanishgas_assets.demo.population.contacts import CONTACT_INTENTS, Contacts
from spanishgas_assets.text.vocabulary import SENTIMENTS


@functools.cache
def packaged_hands() -> pl.DataFrame:
    """Return the notes of the package: ``text``, ``intent`` and ``sentiment``.

    Only notes that writer and reader labelled alike: of the others the truth is not known.
    """
    from spanishgas_assets.text.head.labelled_file import PACKAGED_NOTES, read_labelled

    return agreed_notes(read_labelled(PACKAGED_NOTES))


def agreed_notes(labelled: pl.DataFrame) -> pl.DataFrame:
    """Keep the notes that writer and reader labelled alike: ``text``, ``intent``, ``sentiment``."""
    from spanishgas_assets.text.head.labelled_file import reader_labels

    intent, sentiment = reader_labels(labelled)
    return (
        labelled.with_columns(intent.alias("intent"), sentiment.alias("sentiment"))
        .filter(
            # Where nobody has read the note, the writer alone says what it means.
            pl.coalesce(f"reader_{what}", f"writer_{what}")
            == pl.coalesce(f"writer_{what}", f"reader_{what}")
            for what in ("intent", "sentiment")
        )
        .select("text", "intent", "sentiment")
    )


def draw_notes(contacts: Contacts, hands: pl.DataFrame, rng: np.random.Generator) -> list[str]:
    """Draw one note per contact among those of its intent and sentiment, in contacts' order.

    Where no hand wrote of an intent in that sentiment, one of the same sentiment and any of the
    other intents of contacts is drawn: its words, not its truth, are then of another matter.

    Raises:
        ValueError: no note has a sentiment at all.
    """
    by_cell = {
        cell: texts["text"].to_list()
        for cell, texts in hands.group_by("intent", "sentiment", maintain_order=True)
    }
    notes = []
    for intent, sentiment in zip(contacts.intent, contacts.sentiment, strict=True):
        told = SENTIMENTS[sentiment]
        texts = by_cell.get((CONTACT_INTENTS[intent], told)) or [
            text
            for (of, its), some in by_cell.items()
            if its == told and of in CONTACT_INTENTS
            for text in some
        ]
        if not texts:
            raise ValueError(f"no hand wrote a {told} note")
        notes.append(texts[int(rng.integers(len(texts)))])
    return notes
